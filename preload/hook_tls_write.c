/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes to a proxy inside TLS, before it is encrypted. A program that was told of such a proxy
 * otherwise than by the environment (awsintercept/bypass.h) would name an AWS host to it: the write
 * fails instead.
 */
#include <errno.h>
#include <string.h>

#include "preload/proxy.h"
#include "preload/real.h"

#define CALLER __builtin_return_address(0)

enum { GNUTLS_PUSH_ERROR = -53 };

/* Only the first bytes of a request are looked at further: "CONNECT " or "METHOD http:". */
static bool is_refused(const char *buf, size_t len)
{
    if (!buf || len < 10 || *buf < 'A' || *buf > 'Z') {
        return false;
    }
    const char *space = memchr(buf, ' ', 10);
    if (AWI_LIKELY(!space) || (*buf != 'C' && AWI_LIKELY(space[1] == '/')) ||
        !awi_proxy_asks_for_ours(buf, len)) {
        return false;
    }
    errno = ECONNREFUSED;
    return true;
}

int hook_SSL_write(void *ssl, const void *buf, int len)
{
    awi_fn_SSL_write real = AWI_REAL_FOR(SSL_write, CALLER);
    return !real || (len > 0 && is_refused(buf, (size_t)len)) ? -1 : real(ssl, buf, len);
}

int hook_SSL_write_ex(void *ssl, const void *buf, size_t len, size_t *written)
{
    awi_fn_SSL_write_ex real = AWI_REAL_FOR(SSL_write_ex, CALLER);
    return !real || is_refused(buf, len) ? 0 : real(ssl, buf, len, written);
}

ssize_t hook_gnutls_record_send(void *session, const void *buf, size_t len)
{
    awi_fn_gnutls_record_send real = AWI_REAL_FOR(gnutls_record_send, CALLER);
    return !real || is_refused(buf, len) ? GNUTLS_PUSH_ERROR : real(session, buf, len);
}

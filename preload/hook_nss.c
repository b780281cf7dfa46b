/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verification of certificates by NSS, whose trust comes from a module and not from a file of
 * certificates. NSS judges first; where it refuses, a leaf that our own CA issued for the host that
 * the connection was opened for is accepted. That the peer holds the leaf's key is proved by the
 * handshake, whatever is answered here.
 */
#include <stdlib.h>

#include "preload/guard.h"
#include "preload/real.h"
#include "preload/shim.h"

/* SECItem of NSS's public headers. */
struct item {
    int type;
    unsigned char *data;
    unsigned int len;
};

/* The functions of the NSS that holds this one; all are set, or nothing is. */
struct nss {
    void *(*peer)(void *fd);
    char *(*host)(void *fd);
    int (*der)(const void *cert, struct item *ret);
    void (*destroy)(void *cert);
    void (*free)(void *memory);
};

static bool bind_nss(const void *library, struct nss *ret)
{
    *(void **)&ret->peer = awi_real_symbol(library, "SSL_PeerCertificate");
    *(void **)&ret->host = awi_real_symbol(library, "SSL_RevealURL");
    *(void **)&ret->der = awi_real_symbol(library, "CERT_GetCertificateDer");
    *(void **)&ret->destroy = awi_real_symbol(library, "CERT_DestroyCertificate");
    *(void **)&ret->free = awi_real_symbol(library, "PR_Free");
    return ret->peer && ret->host && ret->der && ret->destroy && ret->free;
}

static bool peer_ours(const void *library, void *fd, const struct awi_core_api *core)
{
    struct nss nss;
    struct item der;
    bool ours = false;

    if (!bind_nss(library, &nss)) {
        return false;
    }
    void *cert = nss.peer(fd);
    char *host = nss.host(fd);
    if (cert && host && nss.der(cert, &der) == 0) {
        ours = core->trust_leaf(der.data, der.len, host) == 1;
    }
    if (cert) {
        nss.destroy(cert);
    }
    if (host) {
        nss.free(host);
    }
    return ours;
}

int hook_SSL_AuthCertificate(void *arg, void *fd, int check_signature, int is_server)
{
    awi_fn_SSL_AuthCertificate real =
        AWI_REAL_FOR(SSL_AuthCertificate, __builtin_return_address(0));
    struct awi_entry entry;

    if (!real) {
        return -1;
    }
    int r = real(arg, fd, check_signature, is_server);
    if (r == 0 || is_server || awi_inside() || awi_disabled() || !awi_core_loaded()) {
        return r;
    }
    awi_enter(&entry);
    if (peer_ours((void *)real, fd, awi_core_loaded())) {
        r = 0;
    }
    awi_leave(&entry);
    return r;
}

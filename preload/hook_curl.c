/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl. For a transfer to a host of ours two options are set for its duration: our CA as the
 * only one, which spares libcurl the parsing of the system's bundle (33 ms for each new
 * connection), and no proxy. Afterwards they are as the program had set them.
 *
 * libcurl cannot be asked what was set, so curl_easy_setopt() is watched for the few options that
 * matter. A transfer that may be redirected, or whose URL is not known, keeps its CAs, and its
 * proxy for hosts that are not ours.
 *
 * libcurl.so.4 and libcurl-gnutls.so.4 may both be in one process: every call goes to the library
 * of its caller.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "awsintercept/bypass.h"
#include "preload/guard.h"
#include "preload/match.h"
#include "preload/real.h"
#include "preload/shim.h"

/* Numbers of libcurl's stable ABI (curl/curl.h). */
enum {
    OPT_URL = 10002,
    OPT_CURLU = 10282,
    OPT_FOLLOWLOCATION = 52,
    OPT_NOPROXY = 10177,
    OPT_PROXY = 10004,
    OPT_PRE_PROXY = 10262,
    OPT_CAINFO_BLOB = 40309,
    BUCKETS = 64,
};

struct blob {
    void *data;
    size_t len;
    unsigned int flags; /* 0: not copied */
};

struct handle {
    const void *easy;
    struct handle *next;
    char *noproxy;   /* the program's, NULL: never set */
    bool ours;       /* the URL is */
    bool follows;    /* redirects */
    bool proxied;    /* the program names a proxy */
    bool own_blob;   /* the program has set CAINFO_BLOB itself */
    bool applied_ca; /* our options are in force */
    bool applied_proxy;
};

/* Under the gate, like all state of ours; a handle itself is used by one thread at a time. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct handle *buckets[BUCKETS];

static struct handle **bucket_of(const void *easy)
{
    uintptr_t hash = (uintptr_t)easy;
    return &buckets[(hash >> 6 ^ hash >> 12) % BUCKETS];
}

static struct handle *find(const void *easy, bool make)
{
    struct awi_entry entry;
    awi_enter(&entry);
    pthread_mutex_lock(&lock);
    struct handle **bucket = bucket_of(easy);
    struct handle *handle = *bucket;
    while (handle && handle->easy != easy) {
        handle = handle->next;
    }
    if (!handle && make && (handle = calloc(1, sizeof(*handle)))) {
        handle->easy = easy;
        handle->next = *bucket;
        *bucket = handle;
    }
    pthread_mutex_unlock(&lock);
    awi_leave(&entry);
    return handle;
}

static void forget(const void *easy)
{
    struct awi_entry entry;
    struct handle *handle = NULL;
    awi_enter(&entry);
    pthread_mutex_lock(&lock);
    for (struct handle **at = bucket_of(easy); *at && !handle;) {
        if ((*at)->easy == easy) {
            handle = *at;
            *at = handle->next;
        } else {
            at = &(*at)->next;
        }
    }
    pthread_mutex_unlock(&lock);
    awi_leave(&entry);
    if (handle) {
        free(handle->noproxy);
        free(handle);
    }
}

/* The host and port of "[scheme://][user@]host[:port][/...]". */
static bool url_host(const char *url, char host[256], uint16_t *port)
{
    const char *scheme_end = strstr(url, "://");
    *port = scheme_end && !strncasecmp(url, "https", 5) ? 443 : 80;
    const char *start = scheme_end ? scheme_end + 3 : url;
    size_t len = strcspn(start, "/?#");
    for (size_t i = len; i > 0; i--) {
        if (start[i - 1] == '@') {
            start += i;
            len -= i;
            break;
        }
    }
    size_t name = strcspn(start, ":/?#");
    name = name < len ? name : len;
    if (!name || name > 254 || *start == '[') {
        return false;
    }
    memcpy(host, start, name);
    host[name] = '\0';
    if (start[name] == ':' && name < len) {
        *port = (uint16_t)strtoul(start + name + 1, NULL, 10);
    }
    return true;
}

static bool is_ours(const char *url)
{
    char host[256];
    uint16_t port;
    return url && url_host(url, host, &port) && awi_match_target(host, port);
}

/* Options of which only the presence counts. */
static bool is_flag(int option)
{
    return option == OPT_FOLLOWLOCATION || option == OPT_PROXY || option == OPT_PRE_PROXY;
}

static void note_option(void *easy, int option, void *value)
{
    if (option != OPT_URL && option != OPT_CURLU && option != OPT_FOLLOWLOCATION &&
        option != OPT_NOPROXY && option != OPT_CAINFO_BLOB && option != OPT_PROXY &&
        option != OPT_PRE_PROXY) {
        return;
    }
    bool ours = option == OPT_URL && is_ours(value);
    /* A handle that never had a URL of ours needs a record only for what must be restored. */
    struct handle *handle = find(easy,
                                 ours || option == OPT_NOPROXY || option == OPT_CAINFO_BLOB ||
                                     (is_flag(option) && value));
    if (!handle) {
        return;
    }
    switch (option) {
    case OPT_URL:
    case OPT_CURLU:
        handle->ours = ours;
        break;
    case OPT_FOLLOWLOCATION:
        handle->follows = value != NULL;
        break;
    case OPT_PROXY:
    case OPT_PRE_PROXY:
        handle->proxied |= value != NULL;
        break;
    case OPT_CAINFO_BLOB:
        handle->own_blob = value != NULL;
        break;
    default:
        free(handle->noproxy);
        handle->noproxy = value ? strdup(value) : NULL;
        break;
    }
}

static bool our_ca(struct blob *blob)
{
    struct awi_entry entry;
    const void *der;
    const char *pem = NULL;
    size_t der_len;
    size_t pem_len = 0;
    awi_enter(&entry);
    const struct awi_core_api *core = awi_core();
    bool got = core && core->trust_ca(&der, &der_len, &pem, &pem_len) == 0;
    awi_leave(&entry);
    *blob = (struct blob){.data = (void *)(uintptr_t)pem, .len = pem_len};
    return got;
}

/* Where a transfer goes to more than one host, AWS's alone are spared the proxy. */
static void spare_ours(void *easy, struct handle *handle, awi_fn_curl_easy_setopt set)
{
    const char *hosts = handle->noproxy ? handle->noproxy : awi_environ("no_proxy");
    hosts = hosts ? hosts : awi_environ("NO_PROXY");
    const char *rest = awi_bypass_rest(hosts);
    char *joined;
    if (rest && asprintf(&joined, "%s%s", hosts ? hosts : "", rest) >= 0) {
        handle->applied_proxy = set(easy, OPT_NOPROXY, joined) == 0;
        free(joined);
    }
}

static void apply(void *easy, const void *caller)
{
    struct handle *handle = awi_inside() || awi_disabled() ? NULL : find(easy, false);
    if (AWI_LIKELY(!handle) || (!handle->ours && !handle->proxied)) {
        return;
    }
    awi_fn_curl_easy_setopt set = AWI_REAL_FOR(curl_easy_setopt, caller);
    struct blob blob;
    if (!set) {
        return;
    }
    if (!handle->ours || handle->follows) {
        spare_ours(easy, handle, set);
        return;
    }
    if (!handle->own_blob && our_ca(&blob)) {
        handle->applied_ca = set(easy, OPT_CAINFO_BLOB, &blob) == 0;
    }
    handle->applied_proxy = set(easy, OPT_NOPROXY, (void *)(uintptr_t) "*") == 0;
}

static void restore(void *easy, struct handle *handle, const void *caller)
{
    awi_fn_curl_easy_setopt set = AWI_REAL_FOR(curl_easy_setopt, caller);
    if (set && handle->applied_ca) {
        set(easy, OPT_CAINFO_BLOB, NULL);
    }
    if (set && handle->applied_proxy) {
        set(easy, OPT_NOPROXY, handle->noproxy);
    }
}

static void unapply(void *easy, const void *caller)
{
    struct handle *handle = awi_inside() ? NULL : find(easy, false);
    if (handle && (handle->applied_ca || handle->applied_proxy)) {
        restore(easy, handle, caller);
        handle->applied_ca = false;
        handle->applied_proxy = false;
    }
}

/* CURLE_FAILED_INIT, CURLM_INTERNAL_ERROR: what a caller sees if its library cannot be found. */
enum { EASY_FAILED = 2, MULTI_FAILED = 4 };

int hook_curl_easy_setopt(void *easy, int option, void *value)
{
    awi_fn_curl_easy_setopt real = AWI_REAL_FOR(curl_easy_setopt, __builtin_return_address(0));
    int r = real ? real(easy, option, value) : EASY_FAILED;
    if (r == 0 && easy && !awi_inside() && !awi_disabled()) {
        note_option(easy, option, value);
    }
    return r;
}

int hook_curl_easy_perform(void *easy)
{
    const void *caller = __builtin_return_address(0);
    awi_fn_curl_easy_perform real = AWI_REAL_FOR(curl_easy_perform, caller);
    if (!real) {
        return EASY_FAILED;
    }
    apply(easy, caller);
    int r = real(easy);
    unapply(easy, caller);
    return r;
}

void hook_curl_easy_reset(void *easy)
{
    awi_fn_curl_easy_reset real = AWI_REAL_FOR(curl_easy_reset, __builtin_return_address(0));
    if (real) {
        forget(easy);
        real(easy);
    }
}

void *hook_curl_easy_duphandle(void *easy)
{
    const void *caller = __builtin_return_address(0);
    awi_fn_curl_easy_duphandle real = AWI_REAL_FOR(curl_easy_duphandle, caller);
    void *copy = real ? real(easy) : NULL;
    struct handle *from = copy ? find(easy, false) : NULL;
    struct handle *to = from ? find(copy, true) : NULL;
    if (to) {
        to->noproxy = from->noproxy ? strdup(from->noproxy) : NULL;
        to->ours = from->ours;
        to->follows = from->follows;
        to->proxied = from->proxied;
        to->own_blob = from->own_blob;
        restore(copy, from, caller);
    }
    return copy;
}

void hook_curl_easy_cleanup(void *easy)
{
    awi_fn_curl_easy_cleanup real = AWI_REAL_FOR(curl_easy_cleanup, __builtin_return_address(0));
    if (real) {
        real(easy);
        forget(easy);
    }
}

int hook_curl_multi_add_handle(void *multi, void *easy)
{
    const void *caller = __builtin_return_address(0);
    awi_fn_curl_multi_add_handle real = AWI_REAL_FOR(curl_multi_add_handle, caller);
    if (!real) {
        return MULTI_FAILED;
    }
    apply(easy, caller);
    int r = real(multi, easy);
    if (r != 0) {
        unapply(easy, caller);
    }
    return r;
}

int hook_curl_multi_remove_handle(void *multi, void *easy)
{
    const void *caller = __builtin_return_address(0);
    awi_fn_curl_multi_remove_handle real = AWI_REAL_FOR(curl_multi_remove_handle, caller);
    int r = real ? real(multi, easy) : MULTI_FAILED;
    if (r == 0) {
        unapply(easy, caller);
    }
    return r;
}

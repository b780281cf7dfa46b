/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL's algorithms are fetched once: an implicit fetch for every digest costs more than the
 * digest of a short text.
 */
#include "core/util/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
    size_t block;
} kinds[AWI_N_DIGESTS] = {
    [AWI_MD5] = {"MD5", 16, 64},
    [AWI_SHA1] = {"SHA1", 20, 64},
    [AWI_SHA256] = {"SHA256", 32, 64},
    [AWI_SHA512] = {"SHA512", 64, 128},
};

static EVP_MD *algorithms[AWI_N_DIGESTS];
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void fetch(void)
{
    for (int i = 0; i < AWI_N_DIGESTS; i++) {
        algorithms[i] = EVP_MD_fetch(NULL, kinds[i].name, NULL);
    }
}

size_t awi_digest_size(enum awi_digest_kind kind)
{
    return kinds[kind].size;
}

int awi_digest_begin(struct awi_digest *digest, enum awi_digest_kind kind)
{
    EVP_MD_CTX *context;

    pthread_once(&fetched, fetch);
    digest->context = NULL;
    context = EVP_MD_CTX_new();
    if (!context || !algorithms[kind] || EVP_DigestInit_ex2(context, algorithms[kind], NULL) != 1) {
        EVP_MD_CTX_free(context);
        return -ENOMEM;
    }
    digest->context = context;
    return 0;
}

int awi_digest_add(struct awi_digest *digest, const void *data, size_t len)
{
    return EVP_DigestUpdate(digest->context, data, len) == 1 ? 0 : -ENOMEM;
}

int awi_digest_end(struct awi_digest *digest, unsigned char *out)
{
    int done = EVP_DigestFinal_ex(digest->context, out, NULL);

    awi_digest_drop(digest);
    return done == 1 ? 0 : -ENOMEM;
}

void awi_digest_drop(struct awi_digest *digest)
{
    EVP_MD_CTX_free(digest->context);
    digest->context = NULL;
}

int awi_digest_of(enum awi_digest_kind kind, struct awi_str data, unsigned char *out)
{
    pthread_once(&fetched, fetch);
    if (!algorithms[kind] ||
        EVP_Digest(data.ptr ? data.ptr : "", data.len, out, NULL, algorithms[kind], NULL) != 1) {
        return -ENOMEM;
    }
    return 0;
}

/* RFC 2104 by hand: the digests above are quicker to set up than OpenSSL's MAC objects. */
int awi_hmac(enum awi_digest_kind kind, struct awi_str key, struct awi_str data, unsigned char *out)
{
    unsigned char pad[128] = {0}, inner[AWI_DIGEST_MAX];
    size_t block = kinds[kind].block, size = kinds[kind].size;
    struct awi_digest digest;
    int r;

    if (key.len > block) {
        r = awi_digest_of(kind, key, pad);
        if (r < 0) {
            return r;
        }
    } else if (key.len > 0) {
        memcpy(pad, key.ptr, key.len);
    }
    for (int pass = 0; pass < 2; pass++) {
        unsigned char mask = pass == 0 ? 0x36 : 0x36 ^ 0x5c;

        for (size_t i = 0; i < block; i++) {
            pad[i] ^= mask;
        }
        r = awi_digest_begin(&digest, kind);
        if (r < 0) {
            return r;
        }
        r = awi_digest_add(&digest, pad, block);
        if (r == 0) {
            r = pass == 0 ? awi_digest_add(&digest, data.ptr ? data.ptr : "", data.len)
                          : awi_digest_add(&digest, inner, size);
        }
        if (r < 0) {
            awi_digest_drop(&digest);
            return r;
        }
        r = awi_digest_end(&digest, pass == 0 ? inner : out);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

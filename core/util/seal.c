/* SPDX-License-Identifier: Apache-2.0 */
#include "core/util/seal.h"

#include "core/util/base64.h"

#include <errno.h>
#include <openssl/evp.h>
#include <zlib.h>

#define TAG 16

/* The bytes: nonce, tag, encrypted text. */
#define HEAD (AWI_SEAL_NONCE + TAG)

static int crypt_all(EVP_CIPHER_CTX *context,
                     struct awi_str about,
                     const unsigned char *from,
                     size_t len,
                     unsigned char *to)
{
    int n;

    return EVP_CipherUpdate(context, NULL, &n, (const unsigned char *)about.ptr, (int)about.len) ==
               1 &&
           EVP_CipherUpdate(context, to, &n, from, (int)len) == 1;
}

int awi_seal(struct awi_arena *arena,
             const unsigned char key[AWI_SEAL_KEY],
             const unsigned char nonce[AWI_SEAL_NONCE],
             struct awi_str about,
             struct awi_str text,
             struct awi_str *ret)
{
    uLongf len = compressBound(text.len);
    unsigned char *packed = awi_arena_alloc(arena, len);
    unsigned char *bytes = awi_arena_alloc(arena, HEAD + len);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int n, r = -ENOMEM;

    if (text.len > AWI_SEAL_MOST) {
        r = -EMSGSIZE;
    } else if (packed && bytes && context &&
               compress2(packed, &len, (const Bytef *)text.ptr, text.len, 9) == Z_OK &&
               EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce, 1) == 1 &&
               crypt_all(context, about, packed, len, bytes + HEAD) &&
               EVP_CipherFinal_ex(context, bytes + HEAD + len, &n) == 1 &&
               EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG, bytes + AWI_SEAL_NONCE) ==
                   1) {
        memcpy(bytes, nonce, AWI_SEAL_NONCE);
        *ret = awi_base64url(arena, awi_str_of(bytes, HEAD + len));
        r = ret->ptr ? 0 : -ENOMEM;
    }
    EVP_CIPHER_CTX_free(context);
    return r;
}

static int unpack(struct awi_arena *arena, struct awi_str packed, struct awi_str *ret)
{
    uLongf len = AWI_SEAL_MOST;
    unsigned char *text = awi_arena_alloc(arena, len + 1);

    if (!text) {
        return -ENOMEM;
    }
    if (uncompress(text, &len, (const Bytef *)packed.ptr, packed.len) != Z_OK) {
        return -EBADMSG;
    }
    text[len] = '\0';
    *ret = awi_str_of(text, len);
    return 0;
}

int awi_unseal(struct awi_arena *arena,
               const unsigned char key[AWI_SEAL_KEY],
               struct awi_str about,
               struct awi_str sealed,
               struct awi_str *ret)
{
    struct awi_str bytes;
    int n, r = awi_base64url_decode(arena, sealed, &bytes);

    if (r || bytes.len <= HEAD) {
        return r == -ENOMEM ? r : -EBADMSG;
    }
    unsigned char tag[TAG];
    size_t len = bytes.len - HEAD;
    unsigned char *plain = awi_arena_alloc(arena, len + TAG);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    const unsigned char *at = (const unsigned char *)bytes.ptr;
    r = plain && context ? -EBADMSG : -ENOMEM;
    memcpy(tag, at + AWI_SEAL_NONCE, TAG);
    if (r == -EBADMSG && EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, key, at, 0) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
        crypt_all(context, about, at + HEAD, len, plain) &&
        EVP_CipherFinal_ex(context, plain + len, &n) == 1) {
        r = unpack(arena, awi_str_of(plain, len), ret);
    }
    EVP_CIPHER_CTX_free(context);
    return r;
}

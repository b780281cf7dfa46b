/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/trust_store.h"

#include "core/util/digest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/pkcs12.h>

#define JKS_MAGIC   0xfeedfeedu
#define JKS_HEAD    12
#define JKS_TRUSTED 2
#define SHA1_SIZE   20
#define PASSWORD    "changeit" /* what every JDK protects its own store with */
#define ALIAS       "awsintercept"

static uint32_t get32(const char *at)
{
    const unsigned char *p = (const unsigned char *)at;

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_number(struct awi_buf *buf, uint64_t number, unsigned bytes)
{
    while (bytes--) {
        awi_buf_char(buf, (char)(number >> (8 * bytes)));
    }
}

static void put_text(struct awi_buf *buf, struct awi_str text)
{
    put_number(buf, text.len, 2);
    awi_buf_str(buf, text);
}

bool awi_trust_is_jks(struct awi_str content)
{
    return content.len >= JKS_HEAD + SHA1_SIZE && get32(content.ptr) == JKS_MAGIC &&
           (get32(content.ptr + 4) == 1 || get32(content.ptr + 4) == 2);
}

/* The store's digest over its entries: the password in UTF-16BE goes before, and a phrase. */
static int jks_digest(struct awi_str entries, unsigned char out[SHA1_SIZE])
{
    struct awi_digest digest;

    int r = awi_digest_begin(&digest, AWI_SHA1);
    if (r < 0) {
        return r;
    }
    for (const char *c = PASSWORD; *c && r == 0; c++) {
        const char wide[2] = {0, *c};
        r = awi_digest_add(&digest, wide, 2);
    }
    if (r == 0) {
        r = awi_digest_add(&digest, "Mighty Aphrodite", 16);
    }
    if (r == 0) {
        r = awi_digest_add(&digest, entries.ptr, entries.len);
    }
    if (r < 0) {
        awi_digest_drop(&digest);
        return r;
    }
    return awi_digest_end(&digest, out);
}

static void
put_entry(struct awi_buf *buf, uint32_t version, struct awi_str alias, struct awi_str der)
{
    put_number(buf, JKS_TRUSTED, 4);
    put_text(buf, alias);
    put_number(buf, (uint64_t)time(NULL) * 1000, 8);
    if (version == 2) {
        put_text(buf, AWI_STR("X.509"));
    }
    put_number(buf, der.len, 4);
    awi_buf_str(buf, der);
}

static int put_digest(struct awi_buf *buf)
{
    unsigned char digest[SHA1_SIZE];

    if (awi_buf_failed(buf)) {
        return buf->error;
    }
    int r = jks_digest(awi_buf_view(buf), digest);
    return r < 0 ? r : awi_buf_add(buf, digest, sizeof(digest));
}

int awi_trust_jks_add(struct awi_buf *content, struct awi_str der)
{
    struct awi_str entries = awi_str_of(content->ptr, content->len - SHA1_SIZE);
    uint32_t count = get32(content->ptr + 8);
    unsigned char digest[SHA1_SIZE];

    int r = jks_digest(entries, digest);
    if (r < 0) {
        return r;
    }
    if (memcmp(digest, content->ptr + entries.len, SHA1_SIZE) != 0) {
        return -ENOKEY;
    }
    if (count == UINT32_MAX) {
        return -ENODATA;
    }
    count++;
    content->len = entries.len;
    for (unsigned i = 0; i < 4; i++) {
        content->ptr[8 + i] = (char)(count >> (24 - 8 * i));
    }
    put_entry(content, get32(content->ptr + 4), AWI_STR(ALIAS), der);
    return put_digest(content);
}

/* --- PKCS12 ---------------------------------------------------------------------------------- */

bool awi_trust_is_pkcs12(struct awi_str content)
{
    /* SEQUENCE of long form, then INTEGER 3. */
    static const unsigned char version[] = {0x02, 0x01, 0x03};
    const unsigned char *at = (const unsigned char *)content.ptr;

    if (content.len < 16 || at[0] != 0x30 || at[1] < 0x80 || at[1] > 0x84) {
        return false;
    }
    return memcmp(at + 2 + (at[1] & 0x7f), version, sizeof(version)) == 0;
}

static int put_bag(struct awi_buf *jks, PKCS12_SAFEBAG *bag, uint32_t *count)
{
    unsigned char *der = NULL;
    char alias[256];

    if (PKCS12_SAFEBAG_get_nid(bag) != NID_certBag) {
        return -ENODATA;
    }
    X509 *cert = PKCS12_SAFEBAG_get1_cert(bag);
    int len = cert ? i2d_X509(cert, &der) : -1;
    X509_free(cert);
    if (len < 0) {
        return -ENODATA;
    }
    /* An alias is found again by its lower-case name: the number keeps those without one apart. */
    char *name = PKCS12_get_friendlyname(bag);
    snprintf(alias, sizeof(alias), "%s", name ? name : "");
    if (!alias[0]) {
        snprintf(alias, sizeof(alias), "cert-%u", *count);
    }
    OPENSSL_free(name);
    put_entry(jks, 2, awi_str_from(alias), awi_str_of(der, (size_t)len));
    OPENSSL_free(der);
    ++*count;
    return jks->error;
}

static int put_safe(struct awi_buf *jks, PKCS7 *safe, const char *password, uint32_t *count)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
    int r = 0;

    if (PKCS7_type_is_data(safe)) {
        bags = PKCS12_unpack_p7data(safe);
    } else if (PKCS7_type_is_encrypted(safe)) {
        bags = PKCS12_unpack_p7encdata(safe, password, password ? (int)strlen(password) : 0);
    }
    if (!bags) {
        return -ENOKEY;
    }
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags) && r == 0; i++) {
        r = put_bag(jks, sk_PKCS12_SAFEBAG_value(bags, i), count);
    }
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    return r;
}

static int put_safes(struct awi_buf *jks, PKCS12 *store, uint32_t *count)
{
    const char *password = PKCS12_mac_present(store) ? PASSWORD : NULL;
    int r = 0;

    if (password && PKCS12_verify_mac(store, password, -1) != 1) {
        return -ENOKEY;
    }
    STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(store);
    if (!safes) {
        return -ENODATA;
    }
    for (int i = 0; i < sk_PKCS7_num(safes) && r == 0; i++) {
        r = put_safe(jks, sk_PKCS7_value(safes, i), password, count);
    }
    sk_PKCS7_pop_free(safes, PKCS7_free);
    return r;
}

int awi_trust_pkcs12_to_jks(OSSL_LIB_CTX *libctx, struct awi_buf *content)
{
    const unsigned char *at = (const unsigned char *)content->ptr;
    struct awi_buf jks = AWI_BUF_INIT(content->limit);
    PKCS12 *store = PKCS12_init_ex(NID_pkcs7_data, libctx, NULL);
    uint32_t count = 0;
    int r = -ENODATA;

    put_number(&jks, JKS_MAGIC, 4);
    put_number(&jks, 2, 4);
    put_number(&jks, 0, 4);
    if (store && d2i_PKCS12(&store, &at, (long)content->len)) {
        r = put_safes(&jks, store, &count);
    }
    PKCS12_free(store);
    if (r == 0 && jks.error == 0) {
        for (unsigned i = 0; i < 4; i++) {
            jks.ptr[8 + i] = (char)(count >> (24 - 8 * i));
        }
    }
    if (r == 0) {
        r = put_digest(&jks);
    }
    if (r < 0) {
        awi_buf_deinit(&jks);
        return r;
    }
    awi_buf_deinit(content);
    *content = jks;
    return 0;
}

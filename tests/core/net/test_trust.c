/* SPDX-License-Identifier: Apache-2.0 */
/* CA files with our certificate added, and which certificates are ours. */
#include "tests/core/net/net_fixture.h"

#include "core/net/trust.h"
#include "core/util/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

static struct awi_ca *ca;
static struct awi_ca *other; /* somebody else's */

static int group_setup(void **state)
{
    (void)state;
    ca = awi_ca_new(NULL, 0);
    other = awi_ca_new(NULL, 0);
    return ca && other ? 0 : -1;
}

static int group_teardown(void **state)
{
    (void)state;
    awi_ca_free(ca);
    awi_ca_free(other);
    return 0;
}

/* What awi_trust_file() makes of this content. */
static int trust(const void *data, size_t len, struct awi_buf *ret)
{
    int fd = memfd_create("test", MFD_CLOEXEC);

    assert_int_equal(write(fd, data, len), len);
    assert_int_equal(lseek(fd, 3, SEEK_SET), 3);
    int out = awi_trust_file(ca, fd);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 3);
    close(fd);
    if (out < 0) {
        return out;
    }
    assert_int_equal(lseek(out, 0, SEEK_CUR), 0);
    assert_int_equal(fcntl(out, F_GETFD), FD_CLOEXEC);
    assert_int_equal(fcntl(out, F_GET_SEALS),
                     F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    awi_buf_clear(ret);
    ssize_t n;
    while ((n = read(out, awi_buf_room(ret, 4096), 4096)) > 0) {
        awi_buf_grew(ret, (size_t)n);
    }
    close(out);
    return 0;
}

static void test_pem(void **state)
{
    struct awi_buf got = AWI_BUF_INIT(1u << 20);
    struct awi_buf want = AWI_BUF_INIT(1u << 20);
    struct awi_str theirs;
    struct awi_str ours;

    (void)state;
    assert_int_equal(awi_ca_pem(other, &theirs), 0);
    assert_int_equal(awi_ca_pem(ca, &ours), 0);
    assert_int_equal(trust(theirs.ptr, theirs.len, &got), 0);
    awi_buf_str(&want, theirs);
    awi_buf_str(&want, ours);
    assert_string_equal(got.ptr, want.ptr);
    /* Without a newline at its end. */
    assert_int_equal(trust(theirs.ptr, theirs.len - 1, &got), 0);
    assert_string_equal(got.ptr, want.ptr);
    int fd = awi_trust_file(ca, -1);
    assert_true(fd >= 0);
    assert_int_equal(lseek(fd, 0, SEEK_END), ours.len);
    close(fd);
    awi_buf_deinit(&got);
    awi_buf_deinit(&want);
}

static void test_other_content_is_left_alone(void **state)
{
    static const char *const others[] = {
        "",
        "hello",
        "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "0\x82\x01\x01\x02\x01\x03 broken",
        "\xfe\xed\xfe\xed",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        assert_int_equal(trust(others[i], strlen(others[i]), NULL), -ENODATA);
    }
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(awi_trust_file(ca, fds[0]), -ENODATA);
    close(fds[0]);
    close(fds[1]);
}

/* --- JKS ------------------------------------------------------------------------------------- */

static void sign_jks(struct awi_buf *jks, const char *password)
{
    struct awi_buf text = AWI_BUF_INIT(1u << 20);
    unsigned char digest[20];

    for (; *password; password++) {
        awi_buf_char(&text, '\0');
        awi_buf_char(&text, *password);
    }
    awi_buf_strz(&text, "Mighty Aphrodite");
    awi_buf_str(&text, awi_buf_view(jks));
    assert_int_equal(awi_digest_of(AWI_SHA1, awi_buf_view(&text), digest), 0);
    awi_buf_add(jks, digest, 20);
    awi_buf_deinit(&text);
}

#define JKS_HEAD(n) "\xfe\xed\xfe\xed\0\0\0\2\0\0\0" n
/* An entry as keytool writes it, of a certificate of four bytes. */
#define JKS_ENTRY "\0\0\0\2\0\2me\0\0\1\x80\0\0\0\0\0\5X.509\0\0\0\4cert"

static void test_jks(void **state)
{
    struct awi_buf jks = AWI_BUF_INIT(1u << 20);
    struct awi_buf got = AWI_BUF_INIT(1u << 20);
    struct awi_buf again = AWI_BUF_INIT(1u << 20);
    struct awi_str der;

    (void)state;
    assert_int_equal(awi_ca_der(ca, &der), 0);
    awi_buf_add(&jks, JKS_HEAD("\1"), 12);
    awi_buf_add(&jks, JKS_ENTRY, sizeof(JKS_ENTRY) - 1);
    size_t entries = jks.len;
    sign_jks(&jks, "changeit");
    assert_int_equal(trust(jks.ptr, jks.len, &got), 0);
    assert_memory_equal(got.ptr, JKS_HEAD("\2"), 12);
    assert_memory_equal(got.ptr + 12, jks.ptr + 12, entries - 12);
    assert_memory_equal(got.ptr + entries, "\0\0\0\2\0\14awsintercept", 18);
    assert_memory_equal(got.ptr + entries + 18 + 8, "\0\5X.509\0\0", 9);
    assert_memory_equal(got.ptr + got.len - 20 - der.len, der.ptr, der.len);
    awi_buf_add(&again, got.ptr, got.len - 20);
    sign_jks(&again, "changeit");
    assert_memory_equal(again.ptr, got.ptr, got.len);

    jks.len = entries;
    sign_jks(&jks, "another");
    assert_int_equal(trust(jks.ptr, jks.len, &got), -ENOKEY);
    awi_buf_deinit(&jks);
    awi_buf_deinit(&got);
    awi_buf_deinit(&again);
}

/* A PKCS12 store of one certificate, as the JDK makes it (AES, a MAC) or since 18 (neither); or of
 * an identity. */
static void make_pkcs12(struct awi_buf *ret, const char *password, int nid, bool identity)
{
    unsigned char *der = NULL;
    EVP_PKEY *key = NULL;
    X509 *leaf = NULL;
    X509 *cert;

    assert_int_equal(awi_ca_cert(other, &cert), 0);
    X509_alias_set1(cert, (const unsigned char *)"theirs", 6);
    STACK_OF(X509) *certs = sk_X509_new_null();
    sk_X509_push(certs, cert);
    if (identity) {
        assert_int_equal(awi_ca_leaf(other, AWI_STR("localhost"), &leaf, &key), 0);
    }
    PKCS12 *store =
        PKCS12_create(password, NULL, key, leaf, certs, nid, nid, 1000, nid < 0 ? -1 : 1000, 0);
    assert_non_null(store);
    int len = i2d_PKCS12(store, &der);
    awi_buf_clear(ret);
    awi_buf_add(ret, der, (size_t)len);
    OPENSSL_free(der);
    PKCS12_free(store);
    sk_X509_free(certs);
    X509_free(leaf);
}

static void test_pkcs12_becomes_jks(void **state)
{
    struct awi_buf store = AWI_BUF_INIT(1u << 20);
    struct awi_buf got = AWI_BUF_INIT(1u << 20);
    struct awi_str der;

    (void)state;
    assert_int_equal(awi_ca_der(other, &der), 0);
    for (int encrypted = 0; encrypted < 2; encrypted++) {
        make_pkcs12(&store, encrypted ? "changeit" : NULL, encrypted ? NID_aes_256_cbc : -1, NULL);
        assert_int_equal(trust(store.ptr, store.len, &got), 0);
        assert_memory_equal(got.ptr, JKS_HEAD("\2"), 12);
        assert_memory_equal(got.ptr + 12, "\0\0\0\2\0\6theirs", 12);
        assert_non_null(memmem(got.ptr, got.len, der.ptr, der.len));
        assert_int_equal(awi_ca_der(ca, &der), 0);
        assert_memory_equal(got.ptr + got.len - 20 - der.len, der.ptr, der.len);
        assert_int_equal(awi_ca_der(other, &der), 0);
    }
    make_pkcs12(&store, "another", NID_aes_256_cbc, false);
    assert_int_equal(trust(store.ptr, store.len, &got), -ENOKEY);
    make_pkcs12(&store, "changeit", NID_aes_256_cbc, true);
    assert_int_equal(trust(store.ptr, store.len, &got), -ENODATA);
    awi_buf_deinit(&store);
    awi_buf_deinit(&got);
}

/* --- Which certificates are ours ------------------------------------------------------------- */

static int is_ours(struct awi_ca *issuer, const char *host, const char *asked)
{
    unsigned char *der = NULL;
    EVP_PKEY *key;
    X509 *leaf;

    assert_int_equal(awi_ca_leaf(issuer, awi_str_from(host), &leaf, &key), 0);
    int len = i2d_X509(leaf, &der);
    int r = awi_trust_leaf(ca, der, (size_t)len, asked);
    der[len - 3] ^= 1; /* within the signature */
    assert_int_equal(awi_trust_leaf(ca, der, (size_t)len, NULL), 0);
    OPENSSL_free(der);
    X509_free(leaf);
    return r;
}

static void test_leaf(void **state)
{
    struct awi_str der;

    (void)state;
    assert_int_equal(is_ours(ca, "sts.amazonaws.com", NULL), 1);
    assert_int_equal(is_ours(ca, "sts.amazonaws.com", "STS.amazonaws.com"), 1);
    assert_int_equal(is_ours(ca, "sts.amazonaws.com", "s3.amazonaws.com"), 0);
    assert_int_equal(is_ours(ca, "127.0.0.1", "127.0.0.1"), 1);
    assert_int_equal(is_ours(ca, "127.0.0.1", "127.0.0.2"), 0);
    assert_int_equal(is_ours(other, "sts.amazonaws.com", NULL), 0);
    assert_int_equal(awi_trust_leaf(ca, "junk", 4, NULL), 0);
    assert_int_equal(awi_ca_der(other, &der), 0);
    assert_int_equal(awi_trust_leaf(ca, der.ptr, der.len, NULL), 0);
}

static void test_hash_is_the_one_of_c_rehash(void **state)
{
    const void *der;
    const char *pem;
    size_t der_len;
    size_t pem_len;
    char hash[9];
    char want[9];
    X509 *cert;

    (void)state;
    assert_int_equal(awi_trust_ca(ca, &der, &der_len, &pem, &pem_len), 0);
    assert_int_equal(strlen(pem), pem_len);
    const unsigned char *at = der;
    cert = d2i_X509(NULL, &at, (long)der_len);
    assert_non_null(cert);
    snprintf(want, sizeof(want), "%08lx", X509_subject_name_hash(cert));
    assert_int_equal(awi_trust_hash(ca, hash), 0);
    assert_string_equal(hash, want);
    X509_free(cert);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pem),
        cmocka_unit_test(test_other_content_is_left_alone),
        cmocka_unit_test(test_jks),
        cmocka_unit_test(test_pkcs12_becomes_jks),
        cmocka_unit_test(test_leaf),
        cmocka_unit_test(test_hash_is_the_one_of_c_rehash),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

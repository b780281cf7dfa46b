/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates as strict clients want them, and the CA that several processes share. */
#include "tests/core/net/net_fixture.h"

#include "core/net/ca.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/x509v3.h>

static struct awi_ca *ca;

static int group_setup(void **state)
{
    (void)state;
    ca = awi_ca_new(NULL, 0);
    return ca ? 0 : -1;
}

static int group_teardown(void **state)
{
    (void)state;
    awi_ca_free(ca);
    return 0;
}

static void test_leaf_is_what_strict_clients_want(void **state)
{
    EVP_PKEY *key;
    X509 *leaf;
    X509 *again;
    int days;
    int seconds;

    (void)state;
    assert_int_equal(awi_ca_leaf(ca, AWI_STR("sts.amazonaws.com"), &leaf, &key), 0);
    assert_int_equal(awi_ca_leaf(ca, AWI_STR("STS.amazonaws.com"), &again, &key), 0);
    assert_ptr_equal(leaf, again);
    assert_int_equal(X509_get_version(leaf), X509_VERSION_3);
    uint32_t flags = X509_get_extension_flags(leaf);
    assert_true(flags & EXFLAG_BCONS);
    assert_false(flags & (EXFLAG_CA | EXFLAG_INVALID));
    assert_int_equal(X509_get_key_usage(leaf), KU_DIGITAL_SIGNATURE);
    assert_int_equal(X509_get_extended_key_usage(leaf), XKU_SSL_SERVER);
    assert_non_null(X509_get0_subject_key_id(leaf));
    assert_non_null(X509_get0_authority_key_id(leaf));
    ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(leaf), X509_get0_notAfter(leaf));
    assert_in_range(days, 300, 397);
    assert_int_equal(X509_cmp_current_time(X509_get0_notBefore(leaf)), -1);
    X509_free(leaf);
    X509_free(again);
    assert_int_equal(awi_ca_leaf(ca, AWI_STR("a,DNS:b.com"), &leaf, &key), -EINVAL);
    assert_int_equal(awi_ca_leaf(ca, AWI_STR("*.amazonaws.com"), &leaf, &key), -EINVAL);
    assert_int_equal(awi_ca_leaf(ca, AWI_STR(""), &leaf, &key), -EINVAL);
}

static void *take_leaves(void *arg)
{
    uintptr_t bad = 0;

    for (int i = 0; i < 50; i++) {
        char host[32];
        EVP_PKEY *key;
        X509 *leaf;
        X509 *root;
        snprintf(host, sizeof(host), "h%d.amazonaws.com", i % 10);
        if (awi_ca_cert(arg, &root) < 0 || awi_ca_leaf(arg, awi_str_from(host), &leaf, &key) < 0) {
            bad++;
            continue;
        }
        bad += X509_check_host(leaf, host, 0, 0, NULL) != 1;
        X509_free(leaf);
    }
    return (void *)bad;
}

static void test_threads_share_a_ca(void **state)
{
    struct awi_ca *fresh = awi_ca_new(NULL, 0);
    pthread_t threads[8];
    void *bad;

    (void)state;
    assert_non_null(fresh);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, take_leaves, fresh), 0);
    }
    for (int i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(threads[i], &bad), 0);
        assert_null(bad);
    }
    awi_ca_free(fresh);
}

static void test_ca_in_a_directory_is_shared(void **state)
{
    char dir[] = "/tmp/awi-ca-XXXXXX";
    char path[64];
    struct stat st;

    (void)state;
    assert_non_null(mkdtemp(dir));
    /* Eight processes at once end with one CA; each writes its digest to the pipe. */
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    for (int i = 0; i < 8; i++) {
        if (fork() == 0) {
            struct awi_ca *mine = awi_ca_new(NULL, 0);
            struct awi_str pem = AWI_STR_NULL;
            uint64_t sum = 0;
            int r = awi_ca_persist(mine, dir);
            if (r == 0 && awi_ca_pem(mine, &pem) == 0) {
                sum = t_net_sum(0, 0, pem.ptr, pem.len);
            }
            _exit(write(fds[1], &sum, sizeof(sum)) == sizeof(sum) ? 0 : 1);
        }
    }
    uint64_t first = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t sum = 0;
        assert_int_equal(read(fds[0], &sum, sizeof(sum)), sizeof(sum));
        first = first ? first : sum;
        assert_true(sum != 0 && sum == first);
    }
    while (wait(NULL) > 0) {
    }
    close(fds[0]);
    close(fds[1]);
    snprintf(path, sizeof(path), "%s/ca.pem", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);

    /* Another host to permit: another CA. A file that others can read: refused. */
    struct awi_ca *other = awi_ca_new((struct awi_str[]){AWI_STR("more.test")}, 1);
    struct awi_str pem;
    assert_int_equal(awi_ca_persist(other, dir), 0);
    assert_int_equal(awi_ca_pem(other, &pem), 0);
    assert_true(t_net_sum(0, 0, pem.ptr, pem.len) != first);
    assert_int_equal(awi_ca_persist(other, dir), -EALREADY);
    awi_ca_free(other);
    assert_int_equal(chmod(path, 0644), 0);
    other = awi_ca_new(NULL, 0);
    assert_int_equal(awi_ca_persist(other, dir), -EPERM);
    awi_ca_free(other);
    unlink(path);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaf_is_what_strict_clients_want),
        cmocka_unit_test(test_threads_share_a_ca),
        cmocka_unit_test(test_ca_in_a_directory_is_shared),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

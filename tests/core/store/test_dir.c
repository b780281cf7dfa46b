/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a state directory may be, and the words when it may not: a newer format, a file, closed or
 * foreign directories, links, a full disk.
 */
#include "tests/core/store/store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

/* Opening fails so, and the text says these words. */
static void refuse(const char *dir, int error, const char *words)
{
    struct awi_store *store;
    char *why = NULL;
    int r = awi_store_open(dir, &store, &why);

    assert_int_equal(r, error);
    assert_null(store);
    assert_non_null(why);
    if (!strstr(why, words) || !strstr(why, dir)) {
        fail_msg("\"%s\" does not name %s and say \"%s\"", why, dir, words);
    }
    free(why);
    assert_int_equal(awi_store_open(dir, &store, NULL), error);
}

static void reopen(struct t_store *t)
{
    assert_int_equal(awi_store_open(t->state, &t->store, NULL), 0);
}

static void shut(struct t_store *t)
{
    awi_store_close(t->store);
    t->store = NULL;
}

static void test_modes(void **fixture)
{
    struct t_store *t = *fixture;
    static const char *const names[] = {"format", "data.mdb", "lock.mdb"};
    struct stat st;
    char path[256];

    assert_int_equal(stat(t->state, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s", t->state, names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
    }
    /* The lock file is written through memory: its blocks must be there. */
    snprintf(path, sizeof(path), "%s/lock.mdb", t->state);
    assert_int_equal(stat(path, &st), 0);
    assert_true((uint64_t)st.st_blocks * 512 >= (uint64_t)st.st_size);
}

static void test_deep_directory(void **fixture)
{
    struct t_store *t = *fixture;
    struct awi_store *store;
    char path[256];

    snprintf(path, sizeof(path), "%s/a/b//c/", t->dir);
    assert_int_equal(awi_store_open(path, &store, NULL), 0);
    assert_int_equal(t_put(store, A, "k", "v"), 0);
    awi_store_close(store);
}

static void test_newer_format(void **fixture)
{
    struct t_store *t = *fixture;

    assert_int_equal(t_put(t->store, A, "k", "v"), 0);
    shut(t);
    write_file(t->state, "format", "awsintercept state, format 2\n");
    refuse(t->state, -EPROTO, "newer");
    write_file(t->state, "format", "awsintercept state, format 99999999999999999999999\n");
    refuse(t->state, -EPROTO, "not one of ours");
    write_file(t->state, "format", "something else");
    refuse(t->state, -EPROTO, "not one of ours");
    write_file(t->state, "format", "");
    refuse(t->state, -EPROTO, "not one of ours");
    char path[256];
    snprintf(path, sizeof(path), "%s/format", t->state);
    assert_int_equal(unlink(path), 0);
    refuse(t->state, -EPROTO, "no readable format");
    write_file(t->state, "format", "awsintercept state, format 1\n");
    reopen(t);
    t_expect(t->store, A, "k", "v");
}

static void test_damaged(void **fixture)
{
    struct t_store *t = *fixture;
    char garbage[9000];

    shut(t);
    memset(garbage, 'g', sizeof(garbage) - 1);
    garbage[sizeof(garbage) - 1] = 0;
    write_file(t->state, "data.mdb", garbage);
    refuse(t->state, -EIO, "data.mdb, or another one, is damaged");
}

static void test_path_is_a_file(void **fixture)
{
    struct t_store *t = *fixture;
    char path[256];

    write_file(t->dir, "file", "x");
    snprintf(path, sizeof(path), "%s/file", t->dir);
    refuse(path, -ENOTDIR, "is a file");
    snprintf(path, sizeof(path), "%s/file/below", t->dir);
    refuse(path, -ENOTDIR, "is a file");
}

static void test_open_to_others(void **fixture)
{
    struct t_store *t = *fixture;

    shut(t);
    assert_int_equal(chmod(t->state, 0777), 0);
    refuse(t->state, -EPERM, "chmod 700");
    assert_int_equal(chmod(t->state, 0755), 0);
    reopen(t);
}

/* The data file replaced by a link: not followed. */
static void test_link_inside(void **fixture)
{
    struct t_store *t = *fixture;
    char path[256];
    struct awi_store *store;

    shut(t);
    snprintf(path, sizeof(path), "%s/data.mdb", t->state);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/tmp/awi-elsewhere", path), 0);
    assert_true(awi_store_open(t->state, &store, NULL) < 0);
    assert_int_equal(access("/tmp/awi-elsewhere", F_OK), -1);
}

static void test_own_link_is_followed(void **fixture)
{
    struct t_store *t = *fixture;
    struct awi_store *store;
    char path[256];

    snprintf(path, sizeof(path), "%s/link", t->dir);
    assert_int_equal(symlink(t->state, path), 0);
    assert_int_equal(awi_store_open(path, &store, NULL), 0);
    assert_ptr_equal(store, t->store);
    awi_store_close(store);
}

/* --- these need another user or a file system of their own ------------------------------------ */

static void test_foreign(void **fixture)
{
    struct t_store *t = *fixture;
    char path[256];

    if (geteuid() != 0) {
        print_message("# not possible for this user or kernel\n");
        return;
    }
    shut(t);
    assert_int_equal(chown(t->state, NOBODY, NOBODY), 0);
    refuse(t->state, -EPERM, "another user");
    assert_int_equal(chown(t->state, 0, 0), 0);
    snprintf(path, sizeof(path), "%s/link", t->dir);
    assert_int_equal(symlink(t->state, path), 0);
    assert_int_equal(lchown(path, NOBODY, NOBODY), 0);
    refuse(path, -EPERM, "symbolic link");
}

static int open_as_nobody(void *arg)
{
    struct t_store *t = arg;
    char path[256];

    snprintf(path, sizeof(path), "%s/closed/state", t->dir);
    if (geteuid() == 0 && (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)) {
        return T_SKIP;
    }
    refuse(path, -EACCES, "permission denied");
    return 0;
}

static void test_no_permission(void **fixture)
{
    struct t_store *t = *fixture;
    char path[256];

    snprintf(path, sizeof(path), "%s/closed", t->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    if (geteuid() != 0) {
        assert_int_equal(chmod(path, 0), 0);
    }
    int r = t_fork(open_as_nobody, t);
    assert_int_equal(chmod(path, 0700), 0);
    if (r == T_SKIP) {
        print_message("# not possible for this user or kernel\n");
        return;
    }
    assert_int_equal(r, 0);
}

static int open_read_only(void *arg)
{
    struct t_store *t = arg;
    char path[256];

    if (!t_small_disk(t->dir, 1 << 20) ||
        mount(NULL, t->dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0) {
        return T_SKIP;
    }
    snprintf(path, sizeof(path), "%s/state", t->dir);
    refuse(path, -EROFS, "read-only");
    return 0;
}

static void test_read_only(void **fixture)
{
    int r = t_fork(open_read_only, *fixture);

    if (r == T_SKIP) {
        print_message("# not possible for this user or kernel\n");
        return;
    }
    assert_int_equal(r, 0);
}

/* Fills the disk with records and blobs: what was acknowledged stays, deleting makes room. */
static int fill_disk(void *arg)
{
    struct t_store *t = arg;
    struct awi_store *store;
    struct awi_arena arena;
    char path[256];
    char key[16];
    char *value = malloc(30001);
    unsigned done = 0;
    int r = 0;

    if (!t_small_disk(t->dir, 3 << 20)) {
        return T_SKIP;
    }
    snprintf(path, sizeof(path), "%s/state", t->dir);
    assert_int_equal(awi_store_open(path, &store, NULL), 0);
    memset(value, 'v', 30000);
    value[30000] = 0;
    for (; r == 0 && done < 1000; done++) {
        snprintf(key, sizeof(key), "%u", done);
        r = t_put(store, A, key, value);
    }
    done--;
    assert_int_equal(r, -ENOSPC);
    assert_true(done > 20);
    awi_arena_init(&arena, 1 << 16);
    struct awi_str why = awi_store_why(store, &arena, r);
    assert_true(awi_str_search(why, awi_str_from(path)) >= 0);
    assert_true(awi_str_search(why, AWI_STR("no space left")) >= 0);
    awi_arena_deinit(&arena);
    /* Blobs fail too, and leave nothing. */
    struct awi_txn *txn;
    struct awi_blob_id id;
    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    r = awi_blob_put(txn, awi_str_of(value, 30000), &id);
    r = r ? (awi_txn_abort(txn), r) : awi_txn_commit(txn);
    assert_int_equal(r, -ENOSPC);
    assert_int_equal(t_count_files(path, "pending"), 0);
    assert_int_equal(t_count_files(path, "blobs"), 0);
    assert_int_equal(t_count(store, A), done);
    awi_store_close(store);
    assert_int_equal(awi_store_open(path, &store, NULL), 0);
    assert_int_equal(t_count(store, A), done);
    t_expect(store, A, "7", value);
    free(value);
    return 0;
}

static void test_full_disk(void **fixture)
{
    int r = t_fork(fill_disk, *fixture);

    if (r == T_SKIP) {
        print_message("# not possible for this user or kernel\n");
        return;
    }
    assert_int_equal(r, 0);
}

static int open_on_full_disk(void *arg)
{
    struct t_store *t = arg;
    char path[256];

    if (!t_small_disk(t->dir, 64 << 10)) {
        return T_SKIP;
    }
    snprintf(path, sizeof(path), "%s/state", t->dir);
    refuse(path, -ENOSPC, "no space left");
    return 0;
}

static void test_opened_on_full_disk(void **fixture)
{
    int r = t_fork(open_on_full_disk, *fixture);

    if (r == T_SKIP) {
        print_message("# not possible for this user or kernel\n");
        return;
    }
    assert_int_equal(r, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T_DIR(test_modes),
        T_DIR(test_deep_directory),
        T_DIR(test_newer_format),
        T_DIR(test_damaged),
        T_DIR(test_path_is_a_file),
        T_DIR(test_open_to_others),
        T_DIR(test_link_inside),
        T_DIR(test_own_link_is_followed),
        T_DIR(test_foreign),
        T_DIR(test_no_permission),
        T_DIR(test_read_only),
        T_DIR(test_full_disk),
        T_DIR(test_opened_on_full_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

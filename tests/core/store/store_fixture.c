/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/store/store_fixture.h"

#include "core/store/internal.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

void t_new_dir(char *path, size_t size)
{
    snprintf(path, size, "/tmp/awi-store-XXXXXX");
    assert_non_null(mkdtemp(path));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void t_remove_dir(const char *path)
{
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

unsigned t_count_files(const char *dir, const char *folder)
{
    char path[256];
    unsigned count = 0;
    struct dirent *entry;

    snprintf(path, sizeof(path), "%s/%s", dir, folder);
    DIR *open = opendir(path);
    while (open && (entry = readdir(open))) {
        count += entry->d_name[0] != '.';
    }
    if (open) {
        closedir(open);
    }
    return count;
}

static int setup(void **fixture, bool memory)
{
    struct t_store *t = calloc(1, sizeof(*t));
    char *why = NULL;

    t_new_dir(t->dir, sizeof(t->dir));
    snprintf(t->state, sizeof(t->state), memory ? "memory" : "%s/state", t->dir);
    int r = awi_store_open(t->state, &t->store, &why);
    if (r < 0) {
        print_error("open: %d %s\n", r, why);
    }
    free(why);
    *fixture = t;
    return r;
}

int t_store_setup(void **fixture)
{
    return setup(fixture, false);
}

int t_memory_setup(void **fixture)
{
    return setup(fixture, true);
}

int t_store_teardown(void **fixture)
{
    struct t_store *t = *fixture;

    awi_store_close(t->store);
    t_remove_dir(t->dir);
    free(t);
    return 0;
}

struct awi_scope t_scope(struct awi_txn *txn, const char *account, const char *service)
{
    return (struct awi_scope){.txn = txn,
                              .account = awi_str_from(account),
                              .region = AWI_STR("us-east-1"),
                              .service = awi_str_from(service)};
}

int t_put(struct awi_store *store, const char *account, const char *key, const char *value)
{
    struct awi_txn *txn;
    int r = awi_txn_begin(store, true, &txn);

    if (r < 0) {
        return r;
    }
    struct awi_scope scope = t_scope(txn, account, "test");
    r = awi_put(&scope, "t", awi_str_from(key), awi_str_from(value));
    if (r < 0) {
        awi_txn_abort(txn);
        return r;
    }
    return awi_txn_commit(txn);
}

int t_delete(struct awi_store *store, const char *account, const char *key)
{
    struct awi_txn *txn;
    int r = awi_txn_begin(store, true, &txn);

    if (r < 0) {
        return r;
    }
    struct awi_scope scope = t_scope(txn, account, "test");
    r = awi_delete(&scope, "t", awi_str_from(key));
    if (r < 0) {
        awi_txn_abort(txn);
        return r;
    }
    return awi_txn_commit(txn);
}

void t_expect(struct awi_store *store, const char *account, const char *key, const char *value)
{
    struct awi_txn *txn;
    struct awi_str found;

    assert_int_equal(awi_txn_begin(store, false, &txn), 0);
    struct awi_scope scope = t_scope(txn, account, "test");
    int r = awi_get(&scope, "t", awi_str_from(key), &found);
    if (value) {
        assert_int_equal(r, 0);
        assert_int_equal(found.len, strlen(value));
        assert_memory_equal(found.ptr, value, found.len);
    } else {
        assert_int_equal(r, -ENOENT);
    }
    awi_txn_abort(txn);
}

unsigned t_count(struct awi_store *store, const char *account)
{
    struct awi_txn *txn;
    struct awi_cursor *cursor;
    struct awi_str key;
    struct awi_str value;
    unsigned count = 0;

    assert_int_equal(awi_txn_begin(store, false, &txn), 0);
    struct awi_scope scope = t_scope(txn, account, "test");
    assert_int_equal(awi_cursor_open(&scope, "t", AWI_STR(""), AWI_STR_NULL, AWI_FORWARD, &cursor),
                     0);
    while (awi_cursor_next(cursor, &key, &value) == 0) {
        count++;
    }
    awi_cursor_close(cursor);
    awi_txn_abort(txn);
    return count;
}

size_t t_entries(struct awi_store *store)
{
    struct awi_env *env;
    MDB_stat stat;

    assert_int_equal(awi_env_get(store, &env), 0);
    assert_int_equal(mdb_env_stat(env->mdb, &stat), 0);
    awi_env_put(store);
    return stat.ms_entries;
}

bool t_small_disk(const char *path, size_t bytes)
{
    char options[64];

    snprintf(options, sizeof(options), "size=%zu,mode=0700", bytes);
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", path, "tmpfs", 0, options) == 0;
}

int t_fork(int (*child)(void *arg), void *arg)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(child(arg));
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

uint64_t t_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15ull;
    uint64_t x = *state;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

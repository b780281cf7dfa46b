/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writers that are killed with SIGKILL at any moment: every write they had been told was done is
 * found, and none is half there. Eight processes write at once, each transaction three records and
 * now and then a blob that only hold together as a whole; the test kills one after the other and
 * starts another in its place. A writer acknowledges by storing its number in shared memory after
 * commit returned.
 */
#include "tests/core/store/store_fixture.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WRITERS = 8, KILLS = 320, BLOB_EVERY = 4 };

/* What a writer has done: number of its last acknowledged transaction. */
struct acknowledged {
    atomic_uint number[WRITERS];
};

static void fill(char *bytes, size_t len, unsigned writer, unsigned number)
{
    uint64_t state = (uint64_t)writer << 32 | number;

    for (size_t i = 0; i < len; i++) {
        bytes[i] = (char)t_random(&state);
    }
}

static size_t blob_size(unsigned writer, unsigned number)
{
    uint64_t state = (uint64_t)number << 32 | writer;

    return 1 + t_random(&state) % 20000;
}

static int
put_blob(struct awi_txn *txn, const struct awi_scope *scope, unsigned writer, unsigned number)
{
    static char bytes[20001];
    struct awi_blob_id id;
    struct awi_str old;
    size_t len = blob_size(writer, number);
    struct awi_str key = AWI_STR("blob");

    fill(bytes, len, writer, number);
    int r = awi_get(scope, "w", key, &old);
    if (r == 0) {
        memcpy(id.text, old.ptr, sizeof(id.text));
        r = awi_blob_delete(txn, &id);
    }
    if (r == 0 || r == -ENOENT) {
        r = awi_blob_put(txn, awi_str_of(bytes, len), &id);
    }
    return r < 0 ? r : awi_put(scope, "w", key, awi_str_of(id.text, sizeof(id.text)));
}

/* One transaction: the same number in a short record, a long one, and one under a long key. */
static int write_once(struct awi_store *store, unsigned writer, unsigned number)
{
    static char bytes[9000];
    static char long_key[1500];
    struct awi_txn *txn;
    char account[16];
    int r = awi_txn_begin(store, true, &txn);

    if (r < 0) {
        return r;
    }
    snprintf(account, sizeof(account), "%012u", writer);
    struct awi_scope scope = t_scope(txn, account, "crash");
    fill(bytes, sizeof(bytes), writer, number);
    memset(long_key, 'k', sizeof(long_key));
    r = awi_put(&scope, "w", AWI_STR("number"), awi_str_of(&number, sizeof(number)));
    r = r ? r : awi_put(&scope, "w", AWI_STR("body"), awi_str_of(bytes, number % sizeof(bytes)));
    if (number % 2) {
        r = r ? r
              : awi_put(&scope,
                        "w",
                        awi_str_of(long_key, sizeof(long_key)),
                        awi_str_of(&number, sizeof(number)));
    } else if (r == 0) {
        r = awi_delete(&scope, "w", awi_str_of(long_key, sizeof(long_key)));
        r = r == -ENOENT && number < 2 ? 0 : r;
    }
    if (r == 0 && number % BLOB_EVERY == 0) {
        r = put_blob(txn, &scope, writer, number);
    }
    if (r < 0) {
        awi_txn_abort(txn);
        return r;
    }
    return awi_txn_commit(txn);
}

/* A writer killed between its commit and telling readers of it has committed, but only the next one
 * to take the write lock finds that out; readers see the state before it until then. */
static int settle(struct awi_store *store)
{
    struct awi_txn *txn;
    int r = awi_txn_begin(store, true, &txn);

    awi_txn_abort(txn);
    return r;
}

static int read_number(struct awi_store *store, unsigned writer, unsigned *ret)
{
    struct awi_txn *txn;
    struct awi_str found;
    char account[16];
    int r = awi_txn_begin(store, false, &txn);

    *ret = 0;
    if (r < 0) {
        return r;
    }
    snprintf(account, sizeof(account), "%012u", writer);
    struct awi_scope scope = t_scope(txn, account, "crash");
    r = awi_get(&scope, "w", AWI_STR("number"), &found);
    if (r == 0) {
        memcpy(ret, found.ptr, sizeof(*ret));
    }
    awi_txn_abort(txn);
    return r == -ENOENT ? 0 : r;
}

/* In a process forked from one that has the store open. Every second one opens it anew. */
static int write_until_killed(struct awi_store *store, unsigned writer, struct acknowledged *done)
{
    char dir[128];
    char *why = NULL;
    unsigned number = 0;
    int r = 0;

    awi_store_fork_child(store);
    if (awi_store_dir(store)[0] == '/' && getpid() % 2) {
        snprintf(dir, sizeof(dir), "%s", awi_store_dir(store));
        awi_store_close(store);
        r = awi_store_open(dir, &store, &why);
    }
    if (r < 0) {
        print_error("writer %u: %s\n", writer, why);
        free(why);
        return 1;
    }
    r = read_number(store, writer, &number);
    while (r == 0 && (r = write_once(store, writer, number + 1)) == 0) {
        atomic_store(&done->number[writer], ++number);
    }
    print_error("writer %u, transaction %u: %d\n", writer, number + 1, r);
    return 1;
}

static pid_t pids[WRITERS]; /* 0: none */

static pid_t start(struct awi_store *store, unsigned writer, struct acknowledged *done)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        /* Not to outlive a test that failed. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(1);
        }
        _exit(write_until_killed(store, writer, done));
    }
    return pid;
}

static void check_blob(struct awi_store *store, unsigned writer, unsigned number, const char *text)
{
    static char want[20001];
    static char is[20001];
    struct awi_blob_id id;
    uint64_t size;
    int fd;

    number -= number % BLOB_EVERY;
    memcpy(id.text, text, sizeof(id.text));
    assert_int_equal(awi_blob_open(store, &id, &fd, &size), 0);
    assert_int_equal(size, blob_size(writer, number));
    fill(want, size, writer, number);
    assert_int_equal(pread(fd, is, size, 0), size);
    assert_memory_equal(is, want, size);
    close(fd);
}

/* All that one writer has left belongs to one transaction, not older than acknowledged. */
static unsigned check(struct awi_store *store, unsigned writer, unsigned acknowledged)
{
    static char bytes[9000];
    static char long_key[1500];
    struct awi_txn *txn;
    struct awi_str found;
    char account[16];
    unsigned number;

    snprintf(account, sizeof(account), "%012u", writer);
    assert_int_equal(awi_txn_begin(store, false, &txn), 0);
    struct awi_scope scope = t_scope(txn, account, "crash");
    int r = awi_get(&scope, "w", AWI_STR("number"), &found);
    if (acknowledged == 0 && r == -ENOENT) {
        awi_txn_abort(txn);
        return 0;
    }
    assert_int_equal(r, 0);
    memcpy(&number, found.ptr, sizeof(number));
    assert_true(number == acknowledged || number == acknowledged + 1);
    assert_int_equal(awi_get(&scope, "w", AWI_STR("body"), &found), 0);
    fill(bytes, sizeof(bytes), writer, number);
    assert_int_equal(found.len, number % sizeof(bytes));
    assert_memory_equal(found.ptr, bytes, found.len);
    memset(long_key, 'k', sizeof(long_key));
    r = awi_get(&scope, "w", awi_str_of(long_key, sizeof(long_key)), &found);
    assert_int_equal(r, number % 2 ? 0 : -ENOENT);
    assert_true(r < 0 || memcmp(found.ptr, &number, sizeof(number)) == 0);
    if (number >= BLOB_EVERY) {
        assert_int_equal(awi_get(&scope, "w", AWI_STR("blob"), &found), 0);
        check_blob(store, writer, number, found.ptr);
    }
    awi_txn_abort(txn);
    return number;
}

static void run(struct awi_store *store)
{
    struct acknowledged *done =
        mmap(NULL, sizeof(*done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t state = 1;
    unsigned least = 0;

    for (unsigned i = 0; i < WRITERS; i++) {
        pids[i] = start(store, i, done);
    }
    for (unsigned kills = 0; kills < KILLS; kills++) {
        unsigned i = (unsigned)(t_random(&state) % WRITERS);
        int status;
        nanosleep(&(struct timespec){.tv_nsec = (long)(t_random(&state) % 20000000)}, NULL);
        assert_int_equal(kill(pids[i], SIGKILL), 0);
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        pids[i] = 0;
        assert_true(WIFSIGNALED(status));
        assert_int_equal(settle(store), 0);
        unsigned number = check(store, i, atomic_load(&done->number[i]));
        /* A commit that was done but not yet told counts from here on. */
        atomic_store(&done->number[i], number);
        pids[i] = start(store, i, done);
    }
    /* Whatever was killed, the others go on: each writes until it has added something. */
    unsigned at[WRITERS];
    for (unsigned i = 0; i < WRITERS; i++) {
        at[i] = atomic_load(&done->number[i]);
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        while (atomic_load(&done->number[i]) < at[i] + 2) {
            int status;
            assert_int_equal(waitpid(pids[i], &status, WNOHANG), 0);
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        int status;
        kill(pids[i], SIGKILL);
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        pids[i] = 0;
        assert_int_equal(settle(store), 0);
        unsigned number = check(store, i, atomic_load(&done->number[i]));
        least = i == 0 || number < least ? number : least;
    }
    print_message("# at least %u transactions a writer, %u kills\n", least, KILLS);
    munmap(done, sizeof(*done));
}

/* --- a death between the commit and telling readers of it --------------------------------------
 */

static bool die_after_meta;

/* In place of libc's. LMDB commits by writing into one of the first two pages, behind its head;
 * bodies are written from their beginning. */
ssize_t pwrite(int fd, const void *data, size_t len, off_t offset);
ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
    ssize_t n = syscall(SYS_pwrite64, fd, data, len, offset);

    long page = sysconf(_SC_PAGESIZE);
    if (die_after_meta && offset < 2 * page && offset % page != 0) {
        kill(getpid(), SIGKILL);
    }
    return n;
}

static int write_and_die(void *arg)
{
    awi_store_fork_child(arg);
    die_after_meta = true;
    return write_once(arg, 0, 2 * BLOB_EVERY);
}

static void killed_before_telling(struct awi_store *store)
{
    for (unsigned number = 1; number < 2 * BLOB_EVERY; number++) {
        assert_int_equal(write_once(store, 0, number), 0);
    }
    assert_int_equal(t_fork(write_and_die, store), 128 + SIGKILL);
    /* Readers may still see what was before it, whole, with its blob. */
    unsigned number = check(store, 0, 2 * BLOB_EVERY - 1);
    assert_in_range(number, 2 * BLOB_EVERY - 1, 2 * BLOB_EVERY);
    /* The next writer goes on behind it: nothing that was committed is undone. */
    assert_int_equal(settle(store), 0);
    assert_int_equal(check(store, 0, 2 * BLOB_EVERY), 2 * BLOB_EVERY);
    assert_int_equal(write_once(store, 0, 2 * BLOB_EVERY + 1), 0);
    assert_int_equal(check(store, 0, 2 * BLOB_EVERY + 1), 2 * BLOB_EVERY + 1);
}

static void test_killed_before_telling(void **fixture)
{
    killed_before_telling(((struct t_store *)*fixture)->store);
}

/* --- many deaths at any moment ------------------------------------------------------------------
 */

static void test_killed_writers(void **fixture)
{
    struct t_store *t = *fixture;
    char dir[sizeof(t->state)];

    memcpy(dir, t->state, sizeof(dir));
    run(t->store);
    awi_store_close(t->store);
    t->store = NULL;
    /* Opening sweeps: what is left of blobs is what the records name. */
    assert_int_equal(awi_store_open(dir, &t->store, NULL), 0);
    assert_int_equal(t_count_files(dir, "pending"), 0);
    unsigned named = 0;
    for (unsigned i = 0; i < WRITERS; i++) {
        unsigned number;
        assert_int_equal(read_number(t->store, i, &number), 0);
        named += number >= BLOB_EVERY;
    }
    unsigned files = t_count_files(dir, "blobs");
    assert_int_equal(files, named);
}

static void test_killed_writers_memory(void **fixture)
{
    run(((struct t_store *)*fixture)->store);
}

/* Whatever an assertion left running. */
static int teardown(void **fixture)
{
    for (unsigned i = 0; i < WRITERS; i++) {
        if (pids[i] > 0) {
            kill(pids[i], SIGKILL);
            waitpid(pids[i], NULL, 0);
        }
        pids[i] = 0;
    }
    return t_store_teardown(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T_BOTH(test_killed_before_telling),
        cmocka_unit_test_setup_teardown(test_killed_writers, t_store_setup, teardown),
        cmocka_unit_test_setup_teardown(test_killed_writers_memory, t_memory_setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

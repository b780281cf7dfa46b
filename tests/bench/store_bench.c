/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store and the journal cost: medians of rounds, printed in microseconds. Not run by CI.
 *
 *     store_bench [DIRECTORY|memory]      default: a new directory in /tmp, removed at the end
 */
#include "core/store/journal.h"
#include "core/store/store.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 21, RECORDS = 20000 };

struct bench {
    struct awi_store *store;
    char value[1024];
    unsigned at;
};

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static void check(int r, const char *what)
{
    if (r < 0) {
        fprintf(stderr, "%s: %s\n", what, strerror(-r));
        _exit(1);
    }
}

static void measure(const char *what, void (*run)(struct bench *b), struct bench *b, unsigned n)
{
    double times[ROUNDS];

    for (unsigned i = 0; i < ROUNDS; i++) {
        double start = now_us();
        for (unsigned k = 0; k < n; k++) {
            run(b);
        }
        times[i] = (now_us() - start) / n;
    }
    qsort(times, ROUNDS, sizeof(*times), by_value);
    printf("%-44s %8.3f us  (fastest %.3f)\n", what, times[ROUNDS / 2], times[0]);
}

static struct awi_scope scope_of(struct awi_txn *txn)
{
    return (struct awi_scope){
        txn, AWI_STR("123456789012"), AWI_STR("us-east-1"), AWI_STR("dynamodb")};
}

static struct awi_str next_key(struct bench *b, char *key)
{
    b->at = b->at * 1103515245u + 12345u;
    int len = snprintf(key, 32, "item-%08u", (b->at >> 8) % RECORDS);

    return awi_str_of(key, (size_t)len);
}

static void begin_end(struct bench *b)
{
    struct awi_txn *txn;

    check(awi_txn_begin(b->store, false, &txn), "begin");
    awi_txn_abort(txn);
}

static void begin_get(struct bench *b)
{
    char key[32];
    struct awi_txn *txn;
    struct awi_str found;

    check(awi_txn_begin(b->store, false, &txn), "begin");
    struct awi_scope scope = scope_of(txn);
    check(awi_get(&scope, "item", next_key(b, key), &found), "get");
    awi_txn_abort(txn);
}

static void walk_ten(struct bench *b)
{
    char text[32];
    struct awi_txn *txn;
    struct awi_cursor *cursor;
    struct awi_str key;
    struct awi_str value;

    check(awi_txn_begin(b->store, false, &txn), "begin");
    struct awi_scope scope = scope_of(txn);
    check(
        awi_cursor_open(&scope, "item", AWI_STR("item-"), next_key(b, text), AWI_FORWARD, &cursor),
        "cursor");
    for (unsigned i = 0; i < 10 && awi_cursor_next(cursor, &key, &value) == 0; i++) {
    }
    awi_cursor_close(cursor);
    awi_txn_abort(txn);
}

static void put_commit(struct bench *b)
{
    char key[32];
    struct awi_txn *txn;

    check(awi_txn_begin(b->store, true, &txn), "begin");
    struct awi_scope scope = scope_of(txn);
    check(awi_put(&scope, "item", next_key(b, key), awi_str_of(b->value, sizeof(b->value))), "put");
    check(awi_txn_commit(txn), "commit");
}

static void begin_write_abort(struct bench *b)
{
    struct awi_txn *txn;

    check(awi_txn_begin(b->store, true, &txn), "begin");
    awi_txn_abort(txn);
}

static void blob(struct bench *b)
{
    struct awi_txn *txn;
    struct awi_blob_id id;

    check(awi_txn_begin(b->store, true, &txn), "begin");
    check(awi_blob_put(txn, awi_str_of(b->value, sizeof(b->value)), &id), "blob");
    check(awi_txn_commit(txn), "commit");
}

static void generation(struct bench *b)
{
    b->at += (unsigned)awi_store_generation(b->store);
}

static void append(struct bench *b)
{
    awi_journal_append(awi_store_journal(b->store), 1, awi_str_of(b->value, 300));
}

static void reopen(struct bench *b)
{
    char dir[256];

    snprintf(dir, sizeof(dir), "%s", awi_store_dir(b->store));
    awi_store_close(b->store);
    check(awi_store_open(dir, &b->store, NULL), "open");
    begin_get(b);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

int main(int argc, char **argv)
{
    static struct bench b;
    char made[] = "/tmp/awi-bench-XXXXXX";
    const char *dir = argc > 1 ? argv[1] : mkdtemp(made);
    struct awi_txn *txn;
    char *why = NULL;

    if (!dir || awi_store_open(dir, &b.store, &why) < 0) {
        fprintf(stderr, "%s\n", why ? why : "no directory");
        return 1;
    }
    memset(b.value, 'v', sizeof(b.value));
    check(awi_txn_begin(b.store, true, &txn), "begin");
    struct awi_scope scope = scope_of(txn);
    for (unsigned i = 0; i < RECORDS; i++) {
        char key[32];
        int len = snprintf(key, sizeof(key), "item-%08u", i);
        check(
            awi_put(
                &scope, "item", awi_str_of(key, (size_t)len), awi_str_of(b.value, sizeof(b.value))),
            "put");
    }
    check(awi_txn_commit(txn), "commit");
    printf("%s, %u records of 1 KiB\n", dir, RECORDS);
    measure("begin read, end", begin_end, &b, 20000);
    measure("begin read, get 1 KiB, end", begin_get, &b, 20000);
    measure("begin read, walk 10 records, end", walk_ten, &b, 5000);
    measure("begin write, abort", begin_write_abort, &b, 5000);
    measure("begin write, put 1 KiB, commit", put_commit, &b, 1000);
    measure("begin write, blob 1 KiB, commit", blob, &b, 200);
    measure("generation", generation, &b, 20000);
    measure("journal append 300 bytes", append, &b, 20000);
    if (strcmp(dir, "memory") != 0) {
        measure("close, open, get", reopen, &b, 20);
    }
    awi_store_close(b.store);
    if (argc == 1) {
        nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    }
    return 0;
}

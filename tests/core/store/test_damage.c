/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A data.mdb whose pages hold anything, behind a head that is right: the store is refused, or
 * answers, or fails with a number; the process that asks lives.
 */
#include "core/util/cleanup.h"
#include "tests/core/store/store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUNDS = 300, RECORDS = 120, PAGE = 4096 };

#define REFUSED 10

static int write_record(struct awi_store *store, unsigned number, size_t len)
{
    static char value[20000];
    struct awi_txn *txn;
    char key[32];
    int r = awi_txn_begin(store, true, &txn);

    if (r < 0) {
        return r;
    }
    struct awi_scope scope = t_scope(txn, A, "damage");
    memset(value, (int)number, len);
    snprintf(key, sizeof(key), "key-%u", number);
    r = awi_put(&scope, "t", awi_str_from(key), awi_str_of(value, len));
    if (r < 0) {
        awi_txn_abort(txn);
        return r;
    }
    return awi_txn_commit(txn);
}

static void walk(struct awi_store *store)
{
    struct awi_txn *txn;
    struct awi_str key, value;
    unsigned sum = 0;
    unsigned n = 0;

    if (awi_txn_begin(store, false, &txn) < 0) {
        return;
    }
    {
        AWI_AUTO(cursor) struct awi_cursor *c = NULL;
        struct awi_scope scope = t_scope(txn, A, "damage");
        int r = awi_cursor_open(&scope, "t", AWI_STR(""), AWI_STR_NULL, AWI_FORWARD, &c);
        while (r == 0 && n++ < 2 * RECORDS && (r = awi_cursor_next(c, &key, &value)) == 0) {
            for (size_t i = 0; i < value.len; i++) {
                sum += (unsigned char)value.ptr[i];
            }
        }
    }
    awi_txn_abort(txn);
    assert_true(sum < 0xffffffff);
}

static int use(void *arg)
{
    struct awi_store *store;
    char *why = NULL;
    int r = awi_store_open(arg, &store, &why);

    if (r < 0) {
        bool named = why && strstr(why, arg) && strstr(why, "data.mdb");
        free(why);
        return named ? REFUSED : 1;
    }
    walk(store);
    for (unsigned i = 0; i < 20; i++) {
        write_record(store, i * 7, i * 1000);
    }
    walk(store);
    awi_store_reset(store);
    write_record(store, 1, 1);
    awi_store_close(store);
    return 0;
}

static void damage(char *data, size_t *size, uint64_t *state)
{
    size_t pages = *size / PAGE;
    char *page = data + (2 + t_random(state) % (pages - 2)) * PAGE;
    size_t at = t_random(state) % PAGE;

    switch (t_random(state) % 5) {
    case 0:
        *size = (size_t)(page - data) + at;
        break;
    case 1:
        memset(page, 0, PAGE);
        break;
    case 2: /* its head */
        page[t_random(state) % 64] = (char)t_random(state);
        break;
    case 3:
        memcpy(page, data + (t_random(state) % pages) * PAGE, PAGE);
        break;
    default:
        for (size_t i = at; i < PAGE; i++) {
            page[i] = (char)t_random(state);
        }
    }
}

static void put_file(const char *path, const char *data, size_t size)
{
    AWI_AUTO(fd) int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    assert_int_equal(write(fd, data, size), size);
}

static void test_damaged_pages(void **fixture)
{
    struct t_store *t = *fixture;
    char path[128];
    struct stat st;
    uint64_t state = 1;
    unsigned refused = 0;

    for (unsigned i = 0; i < RECORDS; i++) {
        assert_int_equal(write_record(t->store, i, (i * i) % 9000), 0);
    }
    awi_store_close(t->store);
    t->store = NULL;
    snprintf(path, sizeof(path), "%s/data.mdb", t->state);
    AWI_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(fstat(fd, &st), 0);
    size_t size = (size_t)st.st_size;
    AWI_AUTO(free) char *whole = malloc(size);
    AWI_AUTO(free) char *data = malloc(size);
    assert_int_equal(read(fd, whole, size), size);
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t left = size;
        memcpy(data, whole, size);
        damage(data, &left, &state);
        put_file(path, data, left);
        int end = t_fork(use, t->state);
        if (end != 0 && end != REFUSED) {
            print_error("round %u: %d\n", round, end);
        }
        assert_true(end == 0 || end == REFUSED);
        refused += end == REFUSED;
    }
    put_file(path, whole, size);
    assert_int_equal(t_fork(use, t->state), 0);
    assert_in_range(refused, ROUNDS / 10, ROUNDS);
    print_message("# %u of %u refused\n", refused, ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {T_DIR(test_damaged_pages)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

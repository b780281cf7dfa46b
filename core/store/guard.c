/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/guard.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* --- assertions that fail --------------------------------------------------------------------- */

static __thread jmp_buf *trap;

static void on_assert(MDB_env *env, const char *text)
{
    (void)env;
    (void)text;
    if (trap) {
        longjmp(*trap, 1);
    }
}

void awi_guard_env(MDB_env *env)
{
    mdb_env_set_assert(env, on_assert);
}

#define GUARDED(call)                                                                              \
    jmp_buf here;                                                                                  \
    int rc;                                                                                        \
    if (_setjmp(here) == 0) {                                                                      \
        trap = &here;                                                                              \
        rc = (call);                                                                               \
    } else {                                                                                       \
        rc = MDB_CORRUPTED;                                                                        \
    }                                                                                              \
    trap = NULL;                                                                                   \
    return rc

int awi_mdb_dbi_open(MDB_txn *txn, MDB_dbi *ret)
{
    GUARDED(mdb_dbi_open(txn, NULL, 0, ret));
}

int awi_mdb_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value)
{
    GUARDED(mdb_get(txn, dbi, key, value));
}

int awi_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags)
{
    GUARDED(mdb_put(txn, dbi, key, value, flags));
}

int awi_mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value)
{
    GUARDED(mdb_del(txn, dbi, key, value));
}

int awi_mdb_drop(MDB_txn *txn, MDB_dbi dbi)
{
    GUARDED(mdb_drop(txn, dbi, 0));
}

int awi_mdb_cursor_get(MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op)
{
    GUARDED(mdb_cursor_get(cursor, key, value, op));
}

int awi_mdb_cursor_del(MDB_cursor *cursor)
{
    GUARDED(mdb_cursor_del(cursor, 0));
}

/* *over: LMDB came back, so the transaction is over. */
static int finish_commit(MDB_txn *txn, volatile bool *over)
{
    int rc = mdb_txn_commit(txn);

    *over = true;
    return rc;
}

static int commit(MDB_txn *txn, volatile bool *over)
{
    GUARDED(finish_commit(txn, over));
}

static int abandon(MDB_txn *txn)
{
    GUARDED((mdb_txn_abort(txn), MDB_CORRUPTED));
}

int awi_mdb_txn_commit(MDB_txn *txn)
{
    volatile bool over = false;
    int rc = commit(txn, &over);

    return over ? rc : abandon(txn);
}

/* --- what pages say about themselves ---------------------------------------------------------- */

/* LMDB's page and node, as its data version 1 lays them out. */
struct page_head {
    size_t number;
    uint16_t pad, flags, lower, upper;
};
struct node_head {
    uint16_t low, high, flags, key_size;
};
struct meta {
    uint32_t magic, version;
    size_t address, map_size;
    struct tree {
        uint32_t pad;
        uint16_t flags, depth;
        size_t branch_pages, leaf_pages, overflow_pages, entries, root;
    } trees[2];
    size_t last_page, txn;
};

#define PAGE_BRANCH   0x01
#define PAGE_LEAF     0x02
#define PAGE_OVERFLOW 0x04
#define NODE_BIG      0x01
#define NO_PAGE       ((size_t)-1)

struct look {
    const char *map;
    size_t pages; /* of the file */
    size_t size;  /* of a page */
    size_t last;  /* number of the last page in use */
    bool free;    /* the tree of free pages */
    unsigned left;
};

static const struct page_head *page_at(const struct look *look, size_t number)
{
    const struct page_head *page = (const void *)(look->map + number * look->size);

    return number < 2 || number >= look->pages || page->number != number ? NULL : page;
}

/* Where a leaf's value lies; NULL when it is not inside its page or pages. */
static const char *
value_of(const struct look *look, const struct node_head *node, size_t room, size_t *ret_size)
{
    size_t size = node->low | (size_t)node->high << 16;
    const char *at = (const char *)(node + 1) + node->key_size;
    size_t before = sizeof(*node) + node->key_size;
    size_t number;

    *ret_size = size;
    if (node->flags == 0) {
        return size <= room && before <= room - size ? at : NULL;
    }
    if (node->flags != NODE_BIG || before + sizeof(number) > room) {
        return NULL;
    }
    memcpy(&number, at, sizeof(number));
    const struct page_head *page = page_at(look, number);
    if (!page || page->flags != PAGE_OVERFLOW) {
        return NULL;
    }
    /* The number of its pages lies where others have lower and upper. */
    size_t span = page->lower | (size_t)page->upper << 16;
    return span <= look->pages - number && sizeof(*page) + size <= span * look->size
               ? (const char *)(page + 1)
               : NULL;
}

/* A list of free pages: how many, then their numbers, falling. */
static bool is_free_list(const struct look *look, const char *value, size_t size)
{
    size_t n = 0;
    size_t before = NO_PAGE;

    if (size >= sizeof(n)) {
        memcpy(&n, value, sizeof(n));
    }
    if (size < sizeof(n) || n > size / sizeof(n) - 1) {
        return false;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t number;
        memcpy(&number, value + i * sizeof(number), sizeof(number));
        if (number < 2 || number > look->last || number >= before) {
            return false;
        }
        before = number;
    }
    return true;
}

static bool leaf_is_good(const struct look *look, const struct node_head *node, size_t room)
{
    size_t size;
    const char *value = value_of(look, node, room, &size);

    return value && (!look->free || is_free_list(look, value, size));
}

static int look_at(struct look *look, size_t number, unsigned depth)
{
    const struct page_head *page = page_at(look, number);

    if (!page || depth > 32 || page->lower < sizeof(*page) || page->lower > page->upper ||
        page->upper > look->size || depth == 0 || page->lower % 2 ||
        page->flags != (depth == 1 ? PAGE_LEAF : PAGE_BRANCH)) {
        return MDB_CORRUPTED;
    }
    const uint16_t *at = (const void *)(page + 1);
    size_t n = (page->lower - sizeof(*page)) / sizeof(*at);
    int rc = n > 0 ? 0 : MDB_CORRUPTED;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const struct node_head *node = (const void *)((const char *)page + at[i]);
        if (at[i] < page->upper || at[i] % 2 || at[i] + sizeof(*node) > look->size) {
            return MDB_CORRUPTED;
        }
        size_t room = look->size - at[i];
        if (depth == 1) {
            rc = leaf_is_good(look, node, room) ? 0 : MDB_CORRUPTED;
        } else if (sizeof(*node) + node->key_size > room) {
            rc = MDB_CORRUPTED;
        } else if (look->left > 0) {
            look->left--;
            rc = look_at(look,
                         node->low | (size_t)node->high << 16 | (size_t)node->flags << 16 << 16,
                         depth - 1);
        }
    }
    return rc;
}

int awi_guard_verify(MDB_txn *txn, const void *map, size_t file, size_t page)
{
    size_t id = mdb_txn_id(txn);
    struct meta meta;

    if (file < 2 * page) {
        return MDB_CORRUPTED;
    }
    memcpy(&meta, (const char *)map + (id & 1) * page + sizeof(struct page_head), sizeof(meta));
    if (meta.txn != id) {
        return 0; /* written over by a later one: its pages are another's to look at */
    }
    for (size_t i = 0; i < 2; i++) {
        struct look look = {.map = map,
                            .pages = file / page,
                            .size = page,
                            .last = meta.last_page,
                            .free = i == 0,
                            .left = AWI_VERIFY_PAGES};
        int rc = meta.trees[i].root == NO_PAGE
                     ? 0
                     : look_at(&look, meta.trees[i].root, meta.trees[i].depth);
        if (rc) {
            return rc;
        }
    }
    return 0;
}

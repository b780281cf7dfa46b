/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/outbox.h"

#include "core/store/record.h"
#include "core/util/cleanup.h"

#include "gen/core.h"

#include <errno.h>

#define TABLE  "sent" /* of all accounts, under a number of eight bytes, the first byte first */
#define NUMBER 8

static struct awi_scope scope_of(struct awi_txn *txn)
{
    return (struct awi_scope){
        .txn = txn, .account = AWI_STR(""), .region = AWI_STR(""), .service = AWI_STR("core")};
}

/* The number after the last one. */
static int next_number(const struct awi_scope *scope, unsigned char ret[NUMBER])
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int r = awi_cursor_open(scope, TABLE, AWI_STR(""), AWI_STR_NULL, AWI_BACKWARD, &cursor);

    memset(ret, 0, NUMBER);
    r = r ? r : awi_cursor_next(cursor, &key, &value);
    if (r) {
        return r == -ENOENT ? 0 : r;
    }
    if (key.len != NUMBER) {
        return -EBADMSG;
    }
    memcpy(ret, key.ptr, NUMBER);
    for (int i = NUMBER - 1; i >= 0 && ++ret[i] == 0; i--) {
    }
    return 0;
}

int awi_outbox_send(struct awi_txn *txn,
                    struct awi_arena *arena,
                    const struct core_MessageRecord *message)
{
    struct awi_scope scope = scope_of(txn);
    unsigned char number[NUMBER];
    int r = next_number(&scope, number);

    return r ? r
             : awi_record_insert(&scope,
                                 TABLE,
                                 awi_str_of(number, NUMBER),
                                 arena,
                                 &core_MessageRecord_shape,
                                 message);
}

int awi_outbox_each(struct awi_txn *txn,
                    struct awi_arena *arena,
                    int (*seen)(void *arg, const struct core_MessageRecord *message),
                    void *arg)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_scope scope = scope_of(txn);
    struct awi_str key, value;
    int r = awi_cursor_open(&scope, TABLE, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct core_MessageRecord message;
        r = awi_record_decode(value, arena, &core_MessageRecord_shape, &message);
        r = r ? r : seen(arg, &message);
    }
    return r == -ENOENT ? 0 : r;
}

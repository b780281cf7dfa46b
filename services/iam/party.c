/* SPDX-License-Identifier: Apache-2.0 */
#include "services/iam/party.h"

#include "core/identity/managed.h"
#include "core/util/cleanup.h"

#include <errno.h>

static int add(struct iam_parties *parties, const struct iam_party *party)
{
    for (size_t i = 0; i < parties->n; i++) {
        if (awi_str_eq(parties->items[i].id, party->id)) {
            return 0;
        }
    }
    if (parties->n == parties->room) {
        size_t room = parties->room ? parties->room * 2 : 16;
        struct iam_party *items = awi_arena_array(awi_arena(parties->req), struct iam_party, room);
        if (!items) {
            return -ENOMEM;
        }
        if (parties->n) {
            memcpy(items, parties->items, parties->n * sizeof(*items));
        }
        parties->items = items;
        parties->room = room;
    }
    parties->items[parties->n++] = *party;
    return 0;
}

static int add_user(struct awi_req *req, struct core_UserRecord *user, void *arg)
{
    return add(arg,
               &(struct iam_party){
                   .kind = IAM_USER,
                   .arn = user->Arn,
                   .name = user->UserName,
                   .id = user->UserId,
                   .path = user->Path,
               });
}

static int add_entity(struct iam_parties *parties, struct iam_entity *e)
{
    if (e->kind == IAM_GROUP) {
        return iam_group_each(parties->req, e->name, add_user, parties);
    }
    return e->kind == IAM_USER ? add_user(parties->req, &e->user, parties)
                               : add(parties,
                                     &(struct iam_party){
                                         .kind = IAM_ROLE,
                                         .arn = e->role.Arn,
                                         .name = e->role.RoleName,
                                         .id = e->role.RoleId,
                                         .path = e->role.Path,
                                     });
}

/* All that a policy is attached to. */
static int add_users_of(struct iam_parties *parties, struct awi_str policy)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_req *req = parties->req;
    struct awi_scope scope = awi_scope(req);
    struct awi_str prefix = AWI_KEY(awi_arena(req), policy), key, value;
    int r = prefix.ptr
                ? awi_cursor_open(&scope, IAM_USE_TABLE, prefix, prefix, AWI_FORWARD, &cursor)
                : -ENOMEM;

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct awi_str title = awi_key_part(awi_arena(req), key, 1);
        struct iam_entity e;
        int kind = 0;
        if (!awi_str_is(awi_key_part(awi_arena(req), key, 2), IAM_USE_POLICY)) {
            continue;
        }
        while (kind < IAM_KINDS - 1 && !awi_str_is(title, iam_kind_titles[kind])) {
            kind++;
        }
        r = iam_entity_open(req, kind, awi_key_part(awi_arena(req), key, 3), &e);
        r = r ? r : add_entity(parties, &e);
    }
    return r == -ENOENT ? 0 : r;
}

int iam_parties_of(struct awi_req *req,
                   struct awi_str arn,
                   struct iam_parties *ret,
                   struct iam_book *ret_policies)
{
    struct iam_entity *e = awi_arena_new(awi_arena(req), struct iam_entity);
    struct awi_iam_arn parts;
    struct awi_str text;
    int r = e ? 0 : -ENOMEM;

    *ret = (struct iam_parties){.req = req};
    *ret_policies = (struct iam_book){.req = req};
    if (r == 0 && (awi_aws_policy(arn) ||
                   (awi_iam_arn_parse(arn, &parts) == 0 && awi_str_is(parts.kind, "policy")))) {
        r = iam_policy_check(req, arn);
        r = r ? r : awi_managed_document(awi_request_txn(req), awi_arena(req), arn, &text);
        r = r ? r : iam_book_add(ret_policies, iam_policy_name(arn), text);
        return r ? r : add_users_of(ret, arn);
    }
    r = r ? r : iam_book_add_principal(ret_policies, arn, e);
    return r ? r : add_entity(ret, e);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust policies. When one is saved, the users and roles it names must exist, and their ARNs become
 * unique ids; when it is shown, the ids of those who are still there become ARNs again (identity.md
 * 4.7). So an entity that is deleted and made anew is not the one that was trusted.
 */
#include "services/iam/iam.h"

#include "core/policy/policy.h"

#include <errno.h>

/* One principal of the document that is written otherwise. */
struct change {
    size_t start, end; /* of the string with its quotes */
    struct awi_str text;
};

struct walk {
    struct awi_req *req;
    struct change *items;
    size_t n, room;
    int (*map)(struct awi_req *req, struct awi_str principal, struct awi_str *ret);
};

static int visit(struct walk *walk, const struct awi_json *value)
{
    struct awi_str text = AWI_STR_NULL;
    int r = value->type == AWI_JSON_STRING ? walk->map(walk->req, value->text, &text) : 0;

    if (r || !awi_str_is_set(text)) {
        return r;
    }
    if (walk->n == walk->room) {
        size_t room = walk->room ? walk->room * 2 : 8;
        struct change *more = awi_arena_array(awi_arena(walk->req), struct change, room);
        if (!more) {
            return -ENOMEM;
        }
        if (walk->n) {
            memcpy(more, walk->items, walk->n * sizeof(*more));
        }
        walk->items = more;
        walk->room = room;
    }
    walk->items[walk->n++] = (struct change){value->start, value->end, text};
    return 0;
}

static int visit_statement(struct walk *walk, const struct awi_json *statement)
{
    const struct awi_json *who = awi_json_get(statement, "Principal");
    const struct awi_json *aws = who ? awi_json_get(who, "AWS") : NULL;
    int r = 0;

    if (!aws || aws->type != AWI_JSON_ARRAY) {
        return aws ? visit(walk, aws) : 0;
    }
    for (const struct awi_json *at = aws->first; r == 0 && at; at = at->next) {
        r = visit(walk, at);
    }
    return r;
}

/* The document with its changes. */
static int rewrite(const struct walk *walk, struct awi_str document, struct awi_str *ret)
{
    size_t size = document.len, at = 0, from = 0;
    char *out;

    for (size_t i = 0; i < walk->n; i++) {
        size += walk->items[i].text.len + 2;
    }
    out = awi_arena_alloc(awi_arena(walk->req), size + 1);
    if (!out) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < walk->n; i++) {
        const struct change *change = &walk->items[i];
        memcpy(out + at, document.ptr + from, change->start - from);
        at += change->start - from;
        out[at++] = '"';
        memcpy(out + at, change->text.ptr, change->text.len);
        at += change->text.len;
        out[at++] = '"';
        from = change->end;
    }
    memcpy(out + at, document.ptr + from, document.len - from);
    *ret = awi_str_of(out, at + document.len - from);
    return 0;
}

static int map_principals(struct awi_req *req,
                          struct awi_str document,
                          int (*map)(struct awi_req *, struct awi_str, struct awi_str *),
                          struct awi_str *ret)
{
    struct walk walk = {.req = req, .map = map};
    const struct awi_json *tree, *statements;
    struct awi_json_error error;
    int r = awi_json_read(awi_arena(req), document, &tree, &error);

    *ret = document;
    if (r) {
        return r == -ENOMEM ? r : 0;
    }
    statements = awi_json_get(tree, "Statement");
    if (statements && statements->type == AWI_JSON_ARRAY) {
        for (const struct awi_json *at = statements->first; r == 0 && at; at = at->next) {
            r = visit_statement(&walk, at);
        }
    } else if (statements) {
        r = visit_statement(&walk, statements);
    }
    return r || walk.n == 0 ? r : rewrite(&walk, document, ret);
}

/* --- Saving ----------------------------------------------------------------------------------- */

static int refuse(struct awi_req *req, struct awi_str principal)
{
    return awi_fail(req,
                    &iam_MalformedPolicyDocumentException_error,
                    "Invalid principal in policy: \"AWS\":\"%.*s\"",
                    AWI_STR_FMT(principal));
}

/* May a role be trusted that nobody created? It may be assumed then, too. */
static bool may_be_made_up(struct awi_req *req)
{
    const struct awi_config *config = awi_request_config(req);

    return config->accounts_mode == AWI_ACCOUNTS_OPEN &&
           awi_config_iam(config, awi_account(req)) != AWI_IAM_ENFORCE;
}

static int check_account(struct awi_req *req, struct awi_str principal, struct awi_str account)
{
    struct awi_directory dir = awi_request_directory(req);
    enum awi_account_state state = AWI_ACCOUNT_UNKNOWN;
    int r = awi_account_state(&dir, awi_account_acting(awi_request_config(req), account), &state);

    return r ? r : state == AWI_ACCOUNT_UNKNOWN ? refuse(req, principal) : 0;
}

/* The id of a user or role; path and spelling must be those of the ARN. */
static int find_id(struct awi_req *req, const struct awi_iam_arn *arn, struct awi_str *ret)
{
    struct awi_txn *txn = awi_request_txn(req);
    struct awi_str account = awi_account_acting(awi_request_config(req), arn->account);
    struct core_RoleRecord role;
    struct core_UserRecord user;
    int r;

    if (awi_str_is(arn->kind, "role")) {
        r = awi_role_get(txn, awi_arena(req), account, arn->name, &role);
        *ret = role.RoleId;
        return r                                                                          ? r
               : awi_str_eq(role.RoleName, arn->name) && awi_str_eq(role.Path, arn->path) ? 0
                                                                                          : -ENOENT;
    }
    r = awi_user_get(txn, awi_arena(req), account, arn->name, &user);
    *ret = user.UserId;
    return r                                                                          ? r
           : awi_str_eq(user.UserName, arn->name) && awi_str_eq(user.Path, arn->path) ? 0
                                                                                      : -ENOENT;
}

static int to_id(struct awi_req *req, struct awi_str principal, struct awi_str *ret)
{
    struct awi_iam_arn arn;
    struct awi_str known;

    if (awi_str_is_account(principal)) {
        *ret = awi_arena_printf(awi_arena(req),
                                "arn:%.*s:iam::%.*s:root",
                                AWI_STR_FMT(awi_partition(req)),
                                AWI_STR_FMT(principal));
        return ret->ptr ? check_account(req, principal, principal) : -ENOMEM;
    }
    if (awi_str_is(principal, "*")) {
        return 0;
    }
    if (awi_str_find(principal, ':') < 0) {
        int r = awi_unique_id_arn(awi_request_txn(req), awi_arena(req), principal, &known);
        return r == -ENOENT ? refuse(req, principal) : r;
    }
    if (awi_iam_arn_parse(principal, &arn)) {
        return awi_str_search(principal, AWI_STR(":sts::")) >= 0 ? 0 : refuse(req, principal);
    }
    if (awi_str_is(arn.kind, "root")) {
        return check_account(req, principal, arn.account);
    }
    if (!awi_str_is(arn.kind, "role") && !awi_str_is(arn.kind, "user")) {
        return refuse(req, principal);
    }
    int r = find_id(req, &arn, ret);
    if (r == -ENOENT) {
        *ret = AWI_STR_NULL;
        return awi_str_is(arn.kind, "role") && may_be_made_up(req) ? 0 : refuse(req, principal);
    }
    return r;
}

int iam_trust_set(struct awi_req *req, struct awi_str document, struct core_RoleRecord *role)
{
    struct awi_str reason;
    int r = awi_policy_validate(awi_arena(req), AWI_POLICY_TRUST, document, &reason);

    if (r > 0) {
        return awi_fail(
            req, &iam_MalformedPolicyDocumentException_error, "%.*s", AWI_STR_FMT(reason));
    }
    if (r == 0 && awi_policy_size(document) > IAM_MOST_TRUST) {
        return iam_limit(req, "Cannot exceed quota for ACLSizePerRole: %d", IAM_MOST_TRUST);
    }
    return r ? r : map_principals(req, document, to_id, &role->TrustPolicy);
}

/* --- Showing ---------------------------------------------------------------------------------- */

static int to_arn(struct awi_req *req, struct awi_str principal, struct awi_str *ret)
{
    if (awi_str_find(principal, ':') >= 0 || awi_str_is(principal, "*")) {
        return 0;
    }
    int r = awi_unique_id_arn(awi_request_txn(req), awi_arena(req), principal, ret);
    return r == -ENOENT ? 0 : r;
}

int iam_trust_show(struct awi_req *req, const struct core_RoleRecord *role, struct awi_str *ret)
{
    struct awi_str document;
    int r = map_principals(req, role->TrustPolicy, to_arn, &document);

    *ret = r ? AWI_STR_NULL : iam_url(req, document);
    return r ? r : ret->ptr ? 0 : -ENOMEM;
}

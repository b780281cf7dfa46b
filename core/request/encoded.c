/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/encoded.h"

#include "core/core.h"
#include "core/identity/state_key.h"
#include "core/request/req.h"
#include "core/util/seal.h"

#include <errno.h>

#define VALUES_MOST 8 /* texts of one list that are told */

bool awi_request_tells_details(const struct awi_req *req)
{
    return req->protocol == AWI_PROTO_EC2 &&
           !awi_str_starts(req->operation->name, AWI_STR("Describe"));
}

/* --- The JSON -------------------------------------------------------------------------------- */

static void add_member(struct awi_buf *out, const char *name, struct awi_str value)
{
    awi_buf_printf(out, "\"%s\":", name);
    awi_json_quote(out, value);
}

/* {"items":[{"value":...}]} */
static void add_values(struct awi_buf *out, const struct awi_str *values, size_t n)
{
    awi_buf_strz(out, "{\"items\":[");
    for (size_t i = 0; i < n; i++) {
        awi_buf_strz(out, i ? ",{" : "{");
        add_member(out, "value", values[i]);
        awi_buf_char(out, '}');
    }
    awi_buf_strz(out, "]}");
}

/* A string, or the strings of a list. */
static void add_texts(struct awi_buf *out, const struct awi_json *value)
{
    const struct awi_json *at = value && value->type == AWI_JSON_ARRAY ? value->first : value;
    struct awi_str texts[VALUES_MOST];
    size_t n = 0;

    for (; at && n < VALUES_MOST; at = value == at ? NULL : at->next) {
        texts[n++] = at->text;
    }
    add_values(out, texts, n);
}

/* The condition keys that a statement asks for, each with its values. */
static void add_asked_keys(struct awi_buf *out, const struct awi_json *condition)
{
    const char *between = "";

    awi_buf_strz(out, "{\"items\":[");
    for (const struct awi_json *op = condition ? condition->first : NULL; op; op = op->next) {
        for (const struct awi_json *key = op->first; key; key = key->next) {
            awi_buf_printf(out, "%s{", between);
            add_member(out, "key", key->name);
            awi_buf_strz(out, ",\"values\":");
            add_texts(out, key);
            awi_buf_char(out, '}');
            between = ",";
        }
    }
    awi_buf_strz(out, "]}");
}

static void add_statement(struct awi_buf *out,
                          const struct awi_req *req,
                          const struct awi_policy_statement_view *view,
                          const struct awi_json *statement)
{
    struct awi_str who = req->identity.principal.user_id;
    const struct awi_json *actions = awi_json_get(statement, "Action");
    const struct awi_json *resources = awi_json_get(statement, "Resource");

    awi_buf_char(out, '{');
    add_member(out, "statementId", awi_str_is_set(view->sid) ? view->sid : AWI_STR(""));
    awi_buf_strz(out, ",\"effect\":\"DENY\",\"principals\":");
    add_values(out, &who, 1);
    awi_buf_strz(out, ",\"principalGroups\":{\"items\":[]},\"actions\":");
    add_texts(out, actions ? actions : awi_json_get(statement, "NotAction"));
    awi_buf_strz(out, ",\"resources\":");
    add_texts(out, resources ? resources : awi_json_get(statement, "NotResource"));
    awi_buf_strz(out, ",\"conditions\":");
    add_asked_keys(out, awi_json_get(statement, "Condition"));
    awi_buf_char(out, '}');
}

/* The statement that denied, as it stands in its document. */
static int
add_matched(struct awi_buf *out, struct awi_req *req, const struct awi_policy_decision *decision)
{
    struct awi_policy_statement_view view;
    const struct awi_json *statement = NULL;
    struct awi_json_error error;
    int r = 0;

    awi_buf_strz(out, "\"matchedStatements\":{\"items\":[");
    if (decision->verdict == AWI_EXPLICIT_DENY && decision->policy && decision->policy->text.ptr) {
        awi_policy_statement(decision->policy->policy, decision->statement, &view);
        r = awi_json_read(
            req->arena,
            awi_str_of(decision->policy->text.ptr + view.start, view.end - view.start),
            &statement,
            &error);
    }
    if (r == 0 && statement) {
        add_statement(out, req, &view, statement);
    }
    awi_buf_strz(out, "]}");
    return r == -ENOMEM ? r : 0;
}

static void
add_context(struct awi_buf *out, const struct awi_req *req, const struct awi_policy_request *asked)
{
    const struct awi_principal *who = &req->identity.principal;

    awi_buf_strz(out, "\"context\":{\"principal\":{");
    add_member(out, "id", who->user_id);
    if (who->type == AWI_PRINCIPAL_USER) {
        awi_buf_char(out, ',');
        add_member(out, "name", who->name);
    }
    awi_buf_char(out, ',');
    add_member(out, "arn", who->arn);
    awi_buf_strz(out, "},");
    add_member(out, "action", asked->action);
    awi_buf_char(out, ',');
    add_member(out, "resource", asked->resource);
    awi_buf_strz(out, ",\"conditions\":{\"items\":[");
    for (size_t i = 0; i < asked->n_context; i++) {
        const struct awi_policy_key *key = &asked->context[i];
        awi_buf_strz(out, i ? ",{" : "{");
        add_member(out, "key", key->name);
        awi_buf_strz(out, ",\"values\":");
        add_values(out, key->values, key->n);
        awi_buf_char(out, '}');
    }
    awi_buf_strz(out, "]}}");
}

int awi_request_details(struct awi_req *req,
                        const struct awi_policy_request *asked,
                        const struct awi_policy_decision *decision,
                        struct awi_str *ret)
{
    struct awi_buf out = AWI_BUF_INIT(AWI_SEAL_MOST);

    awi_buf_printf(&out,
                   "{\"allowed\":false,\"explicitDeny\":%s,",
                   decision->verdict == AWI_EXPLICIT_DENY ? "true" : "false");
    int r = add_matched(&out, req, decision);
    awi_buf_strz(&out, ",\"failures\":{\"items\":[]},");
    add_context(&out, req, asked);
    awi_buf_char(&out, '}');
    r = awi_buf_failed(&out) ? out.error : r;
    if (r == 0) {
        *ret = awi_arena_str(req->arena, awi_buf_view(&out));
        r = ret->ptr ? 0 : -ENOMEM;
    }
    awi_buf_deinit(&out);
    return r;
}

/* --- Sealing --------------------------------------------------------------------------------- */

/* The first refusal of a state makes its key, in a transaction of its own: the request's, which
 * may only read, is not needed any more. */
static int make_key(struct awi_req *req, unsigned char key[AWI_STATE_KEY])
{
    struct awi_txn *txn;

    awi_txn_abort(req->txn);
    req->txn = NULL;
    int r = awi_txn_begin(req->store, true, &txn);
    if (r < 0) {
        return r;
    }
    r = awi_state_key_make(txn, &req->core->random, AWI_STATE_KEY_REFUSALS, key);
    if (r < 0) {
        awi_txn_abort(txn);
        return r;
    }
    return awi_txn_commit(txn);
}

int awi_request_seal_details(struct awi_req *req, struct awi_str details, struct awi_str *ret)
{
    unsigned char key[AWI_STATE_KEY], nonce[AWI_SEAL_NONCE];
    int r = awi_state_key_get(req->txn, AWI_STATE_KEY_REFUSALS, key);

    r = r == -ENOENT ? make_key(req, key) : r;
    if (r < 0) {
        return r;
    }
    awi_random_fill(&req->core->random, nonce, sizeof(nonce));
    return awi_seal(req->arena, key, nonce, req->identity.principal.account, details, ret);
}

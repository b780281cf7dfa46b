/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Callers are kept as {"AWS ARN" or "Federated PROVIDER": {"actions": set, "ids": set, "open":
 * {}}}. "open" is there when the role was handed out without an ExternalId: then none can be asked
 * for.
 */
#include "cli/policy_trust.h"

#include "cli/policy_sets.h"
#include "core/util/buf.h"
#include "core/util/cleanup.h"

#include "gen/log.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MOST 65536

/* A session's role; others stand for themselves. */
static void write_caller(struct awi_buf *out, struct awi_str principal)
{
    struct awi_str account, kind, role = awi_cli_arn_segment(principal, false);

    awi_cli_arn_split(principal, &account, &kind);
    if (awi_str_is(kind, "assumed-role")) {
        struct awi_str rest = principal, arn, partition;
        awi_str_cut(&rest, ':', &arn);
        awi_str_cut(&rest, ':', &partition);
        awi_buf_printf(out,
                       "AWS arn:%.*s:iam::%.*s:role/%.*s",
                       AWI_STR_FMT(partition),
                       AWI_STR_FMT(account),
                       AWI_STR_FMT(role));
    } else {
        awi_buf_printf(out, "AWS %.*s", AWI_STR_FMT(principal));
    }
}

void awi_cli_trust_take(json_t *callers,
                        const struct log_Call *call,
                        const struct log_Access *access)
{
    struct awi_buf key = AWI_BUF_INIT(TEXT_MOST);

    if (awi_str_is_set(access->Provider)) {
        awi_buf_printf(&key, "Federated %.*s", AWI_STR_FMT(access->Provider));
    } else {
        write_caller(&key, call->Principal);
    }
    if (!awi_buf_failed(&key) && key.ptr) {
        json_t *entry = json_object_get(callers, key.ptr);
        if (!entry) {
            entry = json_object();
            json_object_set_new(callers, key.ptr, entry);
        }
        awi_cli_set_put(entry, "actions", access->Action);
        if (awi_str_is_set(access->ExternalId)) {
            awi_cli_set_put(entry, "ids", access->ExternalId);
        } else if (call->Status.v < 400) {
            json_object_set_new(entry, "open", json_object());
        }
    }
    awi_buf_deinit(&key);
}

/* What callers must share to stand in one statement, as text: [kind, actions, ids]. */
static char *group_of(const char *who, json_t *entry)
{
    json_t *ids = json_object_get(entry, "open") ? NULL : json_object_get(entry, "ids");
    AWI_AUTO(json) json_t *none = json_object();
    AWI_AUTO(json)
    json_t *group = json_pack("[s#,o,o]",
                              who,
                              (int)strcspn(who, " "),
                              awi_cli_set_list(json_object_get(entry, "actions")),
                              awi_cli_set_list(ids ? ids : none));

    return json_dumps(group, JSON_COMPACT);
}

static json_t *statement_of(const char *group, json_t *whom)
{
    AWI_AUTO(json) json_t *parts = json_loads(group, 0, NULL);
    json_t *ids = json_array_get(parts, 2);
    json_t *statement = json_pack("{s:s,s:{s:o},s:O}",
                                  "Effect",
                                  "Allow",
                                  "Principal",
                                  json_string_value(json_array_get(parts, 0)),
                                  awi_cli_set_list(whom),
                                  "Action",
                                  json_array_get(parts, 1));

    if (json_array_size(ids) > 0) {
        json_object_set_new(
            statement, "Condition", json_pack("{s:{s:O}}", "StringEquals", "sts:ExternalId", ids));
    }
    return statement;
}

json_t *awi_cli_trust_document(json_t *callers)
{
    AWI_AUTO(json) json_t *groups = json_object();
    json_t *statements = json_array(), *entry;
    const char *who;
    size_t n;

    json_object_foreach(callers, who, entry)
    {
        AWI_AUTO(free) char *group = group_of(who, entry);
        if (group) {
            awi_cli_set_put(groups, group, awi_str_from(strchr(who, ' ') + 1));
        }
    }
    AWI_AUTO(free) const char **keys = awi_cli_set_keys(groups, &n);
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(statements, statement_of(keys[i], json_object_get(groups, keys[i])));
    }
    return json_pack("{s:s,s:o}", "Version", AWI_CLI_POLICY_VERSION, "Statement", statements);
}

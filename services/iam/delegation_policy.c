/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The permissions of a delegation request. AWS keeps policy templates of partners; here a managed
 * policy of the requester stands for one, in which "@{name}" is replaced by the parameter's value.
 */
#include "services/iam/iam.h"

#include "core/identity/managed.h"
#include "core/util/buf.h"

#include <errno.h>

#define LONGEST (256u << 10) /* of a policy with its parameters */

#define invalid(req, ...) awi_fail((req), &iam_InvalidInputException_error, __VA_ARGS__)

static void add_value(struct awi_buf *out, struct awi_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"' || value.ptr[i] == '\\') {
            awi_buf_char(out, '\\');
        }
        awi_buf_char(out, value.ptr[i]);
    }
}

/* Several values stand as several strings of a list. */
static bool add_parameter(struct awi_buf *out,
                          const struct iam_policyParameterListType *parameters,
                          struct awi_str name)
{
    for (size_t i = 0; i < parameters->n; i++) {
        const struct iam_PolicyParameter *parameter = &parameters->items[i];
        if (!awi_str_eq(parameter->Name, name)) {
            continue;
        }
        for (size_t v = 0; v < parameter->Values.n; v++) {
            awi_buf_strz(out, v ? "\",\"" : "");
            add_value(out, parameter->Values.items[v]);
        }
        return true;
    }
    return false;
}

static int fill(struct awi_req *req,
                struct awi_str document,
                const struct iam_policyParameterListType *parameters,
                struct awi_str *ret)
{
    struct awi_buf out = AWI_BUF_INIT(LONGEST);
    struct awi_str rest = document;
    int r = 0;

    for (ptrdiff_t at; r == 0 && (at = awi_str_search(rest, AWI_STR("@{"))) >= 0;) {
        struct awi_str name = awi_str_skip(rest, (size_t)at + 2);
        ptrdiff_t end = awi_str_find(name, '}');
        name = awi_str_head(name, end < 0 ? 0 : (size_t)end);
        awi_buf_str(&out, awi_str_head(rest, (size_t)at));
        if (end < 0 || !add_parameter(&out, parameters, name)) {
            r = invalid(req, "Policy parameter %.*s is not given.", AWI_STR_FMT(name));
        }
        rest = awi_str_skip(rest, (size_t)at + 3 + name.len);
    }
    awi_buf_str(&out, rest);
    r = r ? r : out.error;
    *ret = r ? AWI_STR_NULL : awi_arena_str(awi_arena(req), awi_buf_view(&out));
    awi_buf_deinit(&out);
    return r ? r : ret->ptr ? iam_document_check(req, *ret) : -ENOMEM;
}

int iam_delegation_policy(struct awi_req *req,
                          const struct iam_DelegationPermission *permissions,
                          struct awi_str *ret)
{
    struct awi_str arn = permissions->PolicyTemplateArn, document;
    struct awi_iam_arn parts;
    bool own = awi_iam_arn_parse(arn, &parts) == 0 && awi_str_is(parts.kind, "policy") &&
               awi_str_eq(parts.account, awi_account(req));
    int r = own || awi_aws_policy(arn)
                ? awi_managed_document(awi_request_txn(req), awi_arena(req), arn, &document)
                : -ENOENT;

    if (r == -ENOENT) {
        return invalid(req,
                       "Policy template %.*s cannot be found.",
                       AWI_STR_FMT(awi_str_is_set(arn) ? arn : AWI_STR("")));
    }
    return r ? r : fill(req, document, &permissions->Parameters, ret);
}

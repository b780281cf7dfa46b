/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a case (case.h). */
#include "core/policy/case.h"

#include <errno.h>

struct reader {
    struct awi_arena *arena;
    struct awi_str text;
    struct awi_policy_case *ret;
    struct awi_policy_source *sources;
    size_t n_sources;
    size_t sources_room;
    struct awi_str reason;
};

static int refuse(struct reader *in, const char *field, const char *reason)
{
    in->reason = awi_arena_printf(in->arena, "%s: %s", field, reason);
    return awi_str_is_set(in->reason) ? -EINVAL : -ENOMEM;
}

/* A member; null counts as absent. */
static const struct awi_json *get(const struct awi_json *object, const char *name)
{
    const struct awi_json *value = awi_json_get(object, name);

    return value && value->type != AWI_JSON_NULL ? value : NULL;
}

/* A one-element list may be written bare. */
static const struct awi_json *list_of(const struct awi_json *value, size_t *ret_n)
{
    bool list = value && value->type == AWI_JSON_ARRAY;

    *ret_n = !value ? 0 : list ? value->n : 1;
    return list ? value->first : value;
}

static int
read_text(struct reader *in, const struct awi_json *object, const char *field, struct awi_str *ret)
{
    const struct awi_json *value = get(object, field);

    *ret = AWI_STR_NULL;
    if (!value) {
        return 0;
    }
    if (value->type != AWI_JSON_STRING) {
        return refuse(in, field, "a string was expected");
    }
    *ret = value->text;
    return 0;
}

/* Strings, and numbers and truth as they are written. */
static int read_texts(struct reader *in,
                      const struct awi_json *value,
                      const char *field,
                      const struct awi_str **ret,
                      size_t *ret_n)
{
    const struct awi_json *at = list_of(value, ret_n);
    struct awi_str *texts = awi_arena_array(in->arena, struct awi_str, *ret_n);

    if (!texts) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < *ret_n; i++, at = at->next) {
        if (at->type != AWI_JSON_STRING && at->type != AWI_JSON_NUMBER &&
            at->type != AWI_JSON_BOOL) {
            return refuse(in, field, "a list of strings was expected");
        }
        texts[i] = at->text;
    }
    *ret = texts;
    return 0;
}

/* --- Policies ----------------------------------------------------------------------------------
 */

static int add_source(struct reader *in, const struct awi_policy *policy, struct awi_str text)
{
    if (in->n_sources == in->sources_room) {
        size_t room = in->sources_room ? in->sources_room * 2 : 8;
        struct awi_policy_source *sources =
            awi_arena_array(in->arena, struct awi_policy_source, room);
        if (!sources) {
            return -ENOMEM;
        }
        if (in->n_sources) {
            memcpy(sources, in->sources, in->n_sources * sizeof(*sources));
        }
        in->sources = sources;
        in->sources_room = room;
    }
    in->sources[in->n_sources++] =
        (struct awi_policy_source){policy, awi_str_is_set(text) ? text : in->text};
    return 0;
}

static int read_policy(struct reader *in,
                       const struct awi_json *tree,
                       const char *field,
                       struct awi_str id,
                       struct awi_policy_ref *ret)
{
    struct awi_policy_error error = {0};
    struct awi_str text;

    int r = awi_policy_compile_json(in->arena, tree, &ret->policy, &text, &error);
    if (r == -EMSGSIZE) {
        return refuse(in, field, "a policy is too long");
    }
    if (r == -EINVAL) {
        in->reason =
            awi_arena_printf(in->arena, "%s: %s, at byte %zu", field, error.reason, error.at);
        return awi_str_is_set(in->reason) ? r : -ENOMEM;
    }
    ret->id = id;
    return r < 0 ? r : add_source(in, ret->policy, text);
}

/* "PolicyInputList.1" and so on. */
static struct awi_str number_name(struct reader *in, const char *field, size_t i)
{
    size_t len = strlen(field);
    char *name = awi_arena_alloc(in->arena, len + 3);

    if (i > 9 || !name) {
        return awi_arena_printf(in->arena, "%s.%zu", field, i);
    }
    memcpy(name, field, len);
    name[len] = '.';
    name[len + 1] = (char)('0' + i);
    name[len + 2] = '\0';
    return awi_str_of(name, len + 2);
}

static int read_policies(struct reader *in,
                         const struct awi_json *value,
                         const char *field,
                         struct awi_policy_set *ret)
{
    const struct awi_json *at = list_of(value, &ret->n);
    struct awi_policy_ref *items = awi_arena_array(in->arena, struct awi_policy_ref, ret->n);

    if (!items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < ret->n; i++, at = at->next) {
        struct awi_str id = number_name(in, field, i + 1);
        int r = awi_str_is_set(id) ? read_policy(in, at, field, id, &items[i]) : -ENOMEM;
        if (r < 0) {
            return r;
        }
    }
    ret->items = items;
    return 0;
}

static int read_levels(struct reader *in,
                       const struct awi_json *tree,
                       const char *field,
                       const struct awi_policy_level **ret,
                       size_t *ret_n)
{
    const struct awi_json *at = list_of(get(tree, field), ret_n);
    struct awi_policy_level *levels = awi_arena_array(in->arena, struct awi_policy_level, *ret_n);

    if (!levels) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < *ret_n; i++, at = at->next) {
        if (at->type != AWI_JSON_OBJECT) {
            return refuse(in, field, "an object with TargetId and PolicyInputList was expected");
        }
        int r = read_text(in, at, "TargetId", &levels[i].target);
        if (r == 0) {
            r = read_policies(in, get(at, "PolicyInputList"), field, &levels[i].policies);
        }
        if (r < 0) {
            return r;
        }
    }
    *ret = levels;
    return 0;
}

static int read_attached(struct reader *in, const struct awi_json *tree)
{
    static const char boundaries[] = "PermissionsBoundaryPolicyInputList";
    struct awi_policy_layers *layers = &in->ret->layers;
    struct awi_policy_set boundary = {0};
    struct awi_policy_set resource = {0};

    int r = read_policies(in, get(tree, "PolicyInputList"), "PolicyInputList", &layers->identity);
    if (r == 0) {
        r = read_policies(in, get(tree, boundaries), boundaries, &boundary);
    }
    if (r == 0 && boundary.n > 1) {
        r = refuse(in, boundaries, "there is one boundary at most");
    }
    if (r == 0) {
        r = read_policies(
            in, get(tree, "SessionPolicyInputList"), "SessionPolicyInputList", &layers->session);
    }
    if (r == 0) {
        r = read_policies(in, get(tree, "ResourcePolicy"), "ResourcePolicy", &resource);
    }
    if (r == 0 && resource.n > 1) {
        r = refuse(in, "ResourcePolicy", "a resource has one policy at most");
    }
    if (r == 0) {
        r = read_levels(in, tree, "ServiceControlPolicyInputList", &layers->scp, &layers->n_scp);
    }
    if (r == 0) {
        r = read_levels(in, tree, "ResourceControlPolicyInputList", &layers->rcp, &layers->n_rcp);
    }
    layers->boundary = boundary.n ? boundary.items : NULL;
    layers->resource = resource.n ? resource.items : NULL;
    layers->session_passed = layers->session.n > 0;
    return r;
}

/* --- Who, where --------------------------------------------------------------------------------
 */

static int read_caller(struct reader *in, const struct awi_json *tree)
{
    struct awi_policy_caller *caller = &in->ret->caller;
    struct awi_str arn, role, user;

    int r = read_text(in, tree, "CallerArn", &arn);
    if (r == 0) {
        r = read_text(in, tree, "RoleArn", &role);
    }
    if (r == 0) {
        r = read_text(in, tree, "FederatingUserArn", &user);
    }
    if (r < 0) {
        return r;
    }
    if (!awi_str_is_set(arn)) {
        *caller = (struct awi_policy_caller){.type = AWI_CALLER_USER};
        return 0;
    }
    r = awi_policy_caller_read(in->arena, arn, role, caller);
    if (r == -EINVAL) {
        return refuse(in,
                      "CallerArn",
                      "a user, root, assumed-role or federated-user ARN, a service or \"*\" was "
                      "expected");
    }
    if (r == 0 && caller->type == AWI_CALLER_FEDERATED) {
        caller->issuer_arn = user;
    }
    return r;
}

static int read_owner(struct reader *in, const struct awi_json *tree)
{
    const struct awi_json *organization = get(tree, "Organization");
    struct awi_str owner;

    in->ret->organization = organization != NULL;
    int r = read_text(in, tree, "ResourceOwner", &owner);
    if (r == 0) {
        r = read_text(in, organization, "MasterAccountId", &in->ret->layers.management);
    }
    if (r < 0 || !awi_str_is_set(owner)) {
        return r;
    }
    in->ret->owner = awi_str_is_account(owner) ? owner : awi_policy_owner_of(owner, AWI_STR_NULL);
    if (!awi_str_is_account(in->ret->owner)) {
        return refuse(in, "ResourceOwner", "arn:aws:iam::ACCOUNT:root was expected");
    }
    return 0;
}

static int read_context(struct reader *in, const struct awi_json *tree)
{
    static const char field[] = "ContextEntries";
    size_t n;
    const struct awi_json *at = list_of(get(tree, field), &n);
    struct awi_policy_key *keys = awi_arena_array(in->arena, struct awi_policy_key, n);

    if (!keys) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++, at = at->next) {
        struct awi_str type;
        int r = read_text(in, at, "ContextKeyName", &keys[i].name);
        if (r == 0) {
            r = read_text(in, at, "ContextKeyType", &type);
        }
        if (r == 0) {
            r = read_texts(in, get(at, "ContextKeyValues"), field, &keys[i].values, &keys[i].n);
        }
        if (r == 0 && !awi_str_is_set(keys[i].name)) {
            r = refuse(in, field, "an entry without ContextKeyName");
        }
        if (r < 0) {
            return r;
        }
        keys[i].multivalued = awi_str_ends(type, AWI_STR("List"));
    }
    in->ret->n_context = awi_policy_context_sort(keys, n);
    in->ret->context = keys;
    return 0;
}

static int read_questions(struct reader *in, const struct awi_json *tree)
{
    static const struct awi_str everything[] = {AWI_STR_INIT("*")};
    struct awi_policy_case *the_case = in->ret;

    int r = read_texts(
        in, get(tree, "ActionNames"), "ActionNames", &the_case->actions, &the_case->n_actions);
    if (r == 0 && the_case->n_actions == 0) {
        r = refuse(in, "ActionNames", "at least one action was expected");
    }
    if (r == 0) {
        r = read_texts(in,
                       get(tree, "ResourceArns"),
                       "ResourceArns",
                       &the_case->resources,
                       &the_case->n_resources);
    }
    if (r == 0 && the_case->n_resources == 0) {
        the_case->resources = everything;
        the_case->n_resources = 1;
    }
    return r;
}

int awi_policy_case_read(struct awi_arena *arena,
                         struct awi_str text,
                         const struct awi_json *tree,
                         struct awi_policy_case *ret,
                         struct awi_str *ret_reason)
{
    static int (*const steps[])(struct reader * in, const struct awi_json *tree) = {
        read_caller, read_owner, read_attached, read_context, read_questions};
    struct reader in = {.arena = arena, .text = text, .ret = ret};

    *ret = (struct awi_policy_case){0};
    if (tree->type != AWI_JSON_OBJECT) {
        *ret_reason = AWI_STR("a case is a JSON object");
        return -EINVAL;
    }
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        int r = steps[i](&in, tree);
        if (r < 0) {
            *ret_reason = in.reason;
            return r;
        }
    }
    ret->sources = in.sources;
    ret->n_sources = in.n_sources;
    return 0;
}

void awi_policy_case_ask(const struct awi_policy_case *the_case,
                         struct awi_str action,
                         struct awi_str resource,
                         struct awi_policy_layers *ret_layers,
                         struct awi_policy_request *ret_request,
                         struct awi_policy_decision *ret)
{
    struct awi_str fallback =
        awi_str_is_set(the_case->owner) ? the_case->owner : the_case->caller.account;

    *ret_layers = the_case->layers;
    ret_layers->owner = awi_policy_owner_of(resource, fallback);
    ret_layers->kind = awi_policy_kind_of(action, resource);
    *ret_request = (struct awi_policy_request){
        .caller = the_case->caller,
        .action = action,
        .resource = resource,
        .context = the_case->context,
        .n_context = the_case->n_context,
    };
    awi_policy_evaluate(ret_layers, ret_request, ret);
}

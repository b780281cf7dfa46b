/* SPDX-License-Identifier: Apache-2.0 */
#include "services/organizations/effective.h"

#include "core/policy/json.h"
#include "core/util/buf.h"

#include <errno.h>

/* An effective policy may be longer than one document. */
#define LONGEST (1u << 20)

/* --- Values ---------------------------------------------------------------------------------- */

static void write_value(const struct awi_json *value, struct awi_buf *out)
{
    switch (value->type) {
    case AWI_JSON_STRING:
        awi_json_quote(out, value->text);
        break;
    case AWI_JSON_ARRAY:
    case AWI_JSON_OBJECT:
        awi_buf_char(out, value->type == AWI_JSON_ARRAY ? '[' : '{');
        for (const struct awi_json *at = value->first; at; at = at->next) {
            if (value->type == AWI_JSON_OBJECT) {
                awi_json_quote(out, at->name);
                awi_buf_char(out, ':');
            }
            write_value(at, out);
            awi_buf_strz(out, at->next ? "," : "");
        }
        awi_buf_char(out, value->type == AWI_JSON_ARRAY ? ']' : '}');
        break;
    default:
        awi_buf_str(out, value->text);
    }
}

static struct awi_str value_text(struct awi_arena *arena, const struct awi_json *value)
{
    struct awi_buf out = AWI_BUF_INIT(LONGEST);

    write_value(value, &out);
    struct awi_str text =
        awi_buf_failed(&out) ? AWI_STR_NULL : awi_arena_str(arena, awi_buf_view(&out));
    awi_buf_deinit(&out);
    return text;
}

/* A list of texts that grows. */
struct texts {
    struct awi_str *items;
    size_t n, room;
};

static bool has_text(const struct texts *list, struct awi_str text)
{
    for (size_t i = 0; i < list->n; i++) {
        if (awi_str_eq(list->items[i], text)) {
            return true;
        }
    }
    return false;
}

static int add_text(struct awi_arena *arena, struct texts *list, struct awi_str text)
{
    if (!awi_str_is_set(text)) {
        return -ENOMEM;
    }
    if (has_text(list, text)) {
        return 0;
    }
    if (list->n == list->room) {
        size_t room = list->room * 2 + 4;
        struct awi_str *items = awi_arena_array(arena, struct awi_str, room);
        if (!items) {
            return -ENOMEM;
        }
        for (size_t i = 0; i < list->n; i++) {
            items[i] = list->items[i];
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->n++] = text;
    return 0;
}

static int add_values(struct awi_arena *arena,
                      struct texts *list,
                      const struct awi_json *value,
                      bool *ret_list)
{
    *ret_list = value->type == AWI_JSON_ARRAY;
    if (!*ret_list) {
        return add_text(arena, list, value_text(arena, value));
    }
    for (const struct awi_json *item = value->first; item; item = item->next) {
        int r = add_text(arena, list, value_text(arena, item));
        if (r) {
            return r;
        }
    }
    return 0;
}

/* --- One level ------------------------------------------------------------------------------- */

struct org_pending {
    bool assigned, is_list;
    struct texts assign, append, remove, policies;
    unsigned allowed;
};

struct merge {
    struct awi_arena *arena;
    bool any_case; /* tag keys are the same in any case */
    struct awi_str policy;
};

static struct org_setting *new_setting(struct awi_arena *arena, struct awi_str name)
{
    struct org_setting *setting = awi_arena_new(arena, struct org_setting);
    struct org_pending *pending = awi_arena_new(arena, struct org_pending);

    if (!setting || !pending) {
        return NULL;
    }
    pending->allowed = ORG_ALL;
    setting->name = name;
    setting->allowed = ORG_ALL;
    setting->pending = pending;
    return setting;
}

/* *ret NULL: there is none, and this level may not make it. */
static int find_setting(const struct merge *merge,
                        struct org_setting *parent,
                        struct awi_str name,
                        struct org_setting **ret)
{
    struct org_setting **at = &parent->first;

    while (*at && !(merge->any_case ? awi_str_eq_nocase((*at)->name, name)
                                    : awi_str_eq((*at)->name, name))) {
        at = &(*at)->next;
    }
    if (!*at && (parent->allowed & (ORG_ASSIGN | ORG_APPEND))) {
        *at = new_setting(merge->arena, name);
        if (!*at) {
            return -ENOMEM;
        }
    }
    *ret = *at;
    return 0;
}

static int take(const struct merge *merge,
                struct org_setting *setting,
                unsigned bit,
                const struct awi_json *at)
{
    struct org_pending *pending = setting->pending;
    bool is_list = true;
    int r;

    if (!(setting->allowed & bit) || (bit == ORG_ASSIGN && pending->assigned)) {
        return 0;
    }
    r = add_values(merge->arena,
                   bit == ORG_ASSIGN   ? &pending->assign
                   : bit == ORG_APPEND ? &pending->append
                                       : &pending->remove,
                   at,
                   &is_list);
    if (bit == ORG_ASSIGN) {
        pending->assigned = true;
        pending->is_list = is_list;
    }
    return r ? r : add_text(merge->arena, &pending->policies, merge->policy);
}

static unsigned control_of(const struct awi_json *list)
{
    unsigned bits = 0;

    for (const struct awi_json *item = list->first; item; item = item->next) {
        unsigned more;
        org_operator(item->text, &more);
        bits |= more;
    }
    return bits;
}

static int
read_object(const struct merge *merge, struct org_setting *setting, const struct awi_json *object)
{
    for (const struct awi_json *at = object->first; at; at = at->next) {
        struct org_setting *below = NULL;
        unsigned bits;
        int r = 0;
        if (awi_json_is_overridden(at)) {
            continue;
        }
        if (org_operator(at->name, &bits)) {
            r = take(merge, setting, bits, at);
        } else if (awi_str_is(at->name, ORG_CHILD_CONTROL)) {
            setting->pending->allowed &= control_of(at);
        } else if (at->type == AWI_JSON_OBJECT) {
            r = find_setting(merge, setting, at->name, &below);
            r = r || !below ? r : read_object(merge, below, at);
        }
        if (r) {
            return r;
        }
    }
    return 0;
}

/* What the level said becomes what lower levels inherit. */
static int settle(struct awi_arena *arena, struct org_setting *setting)
{
    struct org_pending *pending = setting->pending;
    struct texts values = {0};
    struct texts policies = {.items = (struct awi_str *)(uintptr_t)setting->policies,
                             .n = setting->n_policies,
                             .room = setting->n_policies};
    const struct texts inherited = {.items = setting->values, .n = setting->n};
    const struct texts *sources[] = {pending->assigned ? &pending->assign : &inherited,
                                     &pending->append};
    int r = 0;

    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; r == 0 && j < sources[i]->n; j++) {
            if (!has_text(&pending->remove, sources[i]->items[j])) {
                r = add_text(arena, &values, sources[i]->items[j]);
            }
        }
    }
    for (size_t i = 0; r == 0 && i < pending->policies.n; i++) {
        r = add_text(arena, &policies, pending->policies.items[i]);
    }
    setting->is_list = pending->assigned    ? pending->is_list || pending->append.n
                       : setting->has_value ? setting->is_list || pending->append.n
                                            : pending->append.n > 0;
    setting->has_value |= pending->assigned || pending->append.n;
    setting->values = values.items;
    setting->n = values.n;
    setting->policies = policies.items;
    setting->n_policies = policies.n;
    setting->allowed &= pending->allowed;
    *pending = (struct org_pending){.allowed = ORG_ALL};
    for (struct org_setting *at = setting->first; r == 0 && at; at = at->next) {
        r = settle(arena, at);
    }
    return r;
}

int org_effective_merge(struct awi_arena *arena,
                        struct awi_str type,
                        const struct awi_organization_level *levels,
                        size_t n,
                        struct org_setting **ret,
                        size_t *ret_policies)
{
    struct merge merge = {.arena = arena, .any_case = awi_str_is(type, "TAG_POLICY")};

    *ret_policies = 0;
    *ret = new_setting(arena, AWI_STR(""));
    if (!*ret) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        int r = 0;
        for (size_t j = 0; r == 0 && j < levels[i].n; j++) {
            struct awi_json_error error;
            const struct awi_json *tree;
            r = awi_json_read(arena, levels[i].policies[j].Content, &tree, &error);
            merge.policy = levels[i].policies[j].Id;
            r = r ? r : read_object(&merge, *ret, tree);
            ++*ret_policies;
        }
        r = r ? r : settle(arena, *ret);
        if (r) {
            return r;
        }
    }
    return 0;
}

/* --- What is shown --------------------------------------------------------------------------- */

bool org_setting_is_empty(const struct org_setting *setting)
{
    if (setting->n) {
        return false;
    }
    for (const struct org_setting *at = setting->first; at; at = at->next) {
        if (!org_setting_is_empty(at)) {
            return false;
        }
    }
    return true;
}

static void write_setting(const struct org_setting *setting, struct awi_buf *out)
{
    bool more = false;

    if (setting->has_value) {
        awi_buf_strz(out, setting->is_list ? "[" : "");
        for (size_t i = 0; i < setting->n; i++) {
            awi_buf_strz(out, i ? "," : "");
            awi_buf_str(out, setting->values[i]);
        }
        awi_buf_strz(out, setting->is_list ? "]" : "");
        return;
    }
    awi_buf_char(out, '{');
    for (const struct org_setting *at = setting->first; at; at = at->next) {
        if (org_setting_is_empty(at)) {
            continue;
        }
        awi_buf_strz(out, more ? "," : "");
        awi_json_quote(out, at->name);
        awi_buf_char(out, ':');
        write_setting(at, out);
        more = true;
    }
    awi_buf_char(out, '}');
}

int org_effective_text(struct awi_arena *arena, const struct org_setting *root, struct awi_str *ret)
{
    struct awi_buf out = AWI_BUF_INIT(LONGEST);

    write_setting(root, &out);
    *ret = awi_buf_failed(&out) ? AWI_STR_NULL : awi_arena_str(arena, awi_buf_view(&out));
    awi_buf_deinit(&out);
    return ret->ptr ? 0 : -ENOMEM;
}

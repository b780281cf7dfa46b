/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, ids, times and lists, as every file of the service needs them.
 */
#include "services/iam/iam.h"

#include "core/identity/key.h"
#include "core/identity/use.h"
#include "core/util/url.h"

#include <errno.h>

struct awi_str
iam_arn(struct awi_req *req, const char *kind, struct awi_str path, struct awi_str name)
{
    return awi_arena_printf(awi_arena(req),
                            "arn:%.*s:iam::%.*s:%s%.*s%.*s",
                            AWI_STR_FMT(awi_partition(req)),
                            AWI_STR_FMT(awi_account(req)),
                            kind,
                            AWI_STR_FMT(path),
                            AWI_STR_FMT(name));
}

struct awi_str iam_unique_id(struct awi_req *req, const char *prefix)
{
    char id[AWI_ENTITY_LEN + 1];

    awi_entity_make(awi_request_random(req), prefix, id);
    return awi_arena_str(awi_arena(req), awi_str_from(id));
}

struct awi_opt_time iam_now(const struct awi_req *req)
{
    return AWI_SOME_TIME(awi_now(req) / 1000 * 1000);
}

struct awi_str iam_url(struct awi_req *req, struct awi_str document)
{
    char *text = awi_arena_alloc(awi_arena(req), awi_url_room(document) + 1);

    return text ? awi_str_of(text, awi_url_write(text, document, false)) : AWI_STR_NULL;
}

struct awi_str iam_path(struct awi_str path)
{
    return path.len ? path : AWI_STR("/");
}

struct awi_str iam_lower(struct awi_req *req, struct awi_str name)
{
    char *text = awi_arena_strz(awi_arena(req), name);

    for (size_t i = 0; text && i < name.len; i++) {
        if (text[i] >= 'A' && text[i] <= 'Z') {
            text[i] = (char)(text[i] - 'A' + 'a');
        }
    }
    return awi_str_of(text, text ? name.len : 0);
}

struct awi_scope iam_core_scope(struct awi_req *req)
{
    return awi_principal_scope(awi_request_txn(req), awi_account(req));
}

int iam_use_forget(struct awi_req *req, struct awi_str id)
{
    return awi_use_forget(awi_request_txn(req), awi_arena(req), awi_account(req), id);
}

bool iam_texts_has(const struct core_Texts *texts, struct awi_str text)
{
    for (size_t i = 0; i < texts->n; i++) {
        if (awi_str_eq(texts->items[i], text)) {
            return true;
        }
    }
    return false;
}

int iam_texts_add(struct awi_req *req, struct core_Texts *texts, struct awi_str text)
{
    struct awi_str *items;

    if (iam_texts_has(texts, text)) {
        return -EEXIST;
    }
    items = awi_arena_array(awi_arena(req), struct awi_str, texts->n + 1);
    if (!items) {
        return -ENOMEM;
    }
    if (texts->n) {
        memcpy(items, texts->items, texts->n * sizeof(*items));
    }
    items[texts->n++] = text;
    texts->items = items;
    texts->set = true;
    return 0;
}

int iam_texts_remove(struct core_Texts *texts, struct awi_str text)
{
    for (size_t i = 0; i < texts->n; i++) {
        if (awi_str_eq(texts->items[i], text)) {
            texts->n--;
            memmove(texts->items + i, texts->items + i + 1, (texts->n - i) * sizeof(*texts->items));
            return 0;
        }
    }
    return -ENOENT;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a verified web identity token says of the caller: condition keys (IAM user guide, "Available
 * keys for AWS OIDC federation"), session tags, source identity.
 */
#include "services/sts/sts.h"

#include "core/token/jwt.h"

#include <errno.h>

#define MOST_TAGS 50
#define MOST_KEYS 24
#define MOST_AMR  16
#define TAGS      "https://aws.amazon.com/tags"
#define SOURCE    "https://aws.amazon.com/source_identity"

/* Claims besides aud, sub and amr that are condition keys of the call: of any issuer, and of
 * GitHub's. */
static const char *const claim_keys[] = {"azp", "email", NULL};
static const char *const github_keys[] = {"actor",
                                          "actor_id",
                                          "enterprise_id",
                                          "environment",
                                          "job_workflow_ref",
                                          "ref",
                                          "repository",
                                          "repository_id",
                                          "workflow",
                                          NULL};

struct reading {
    struct awi_req *req;
    const struct awi_jwt *jwt;
    struct awi_str issuer; /* without https:// */
    struct sts_federated *ret;
};

/* Adds a condition key "ISSUER:NAME"; kept: for the session too. */
static int
add_key(struct reading *in, const char *name, const struct awi_str *values, size_t n, bool kept)
{
    struct sts_federated *ret = in->ret;
    struct awi_str key =
        awi_arena_printf(awi_arena(in->req), "%.*s:%s", AWI_STR_FMT(in->issuer), name);

    if (!key.ptr) {
        return -ENOMEM;
    }
    ret->keys[ret->n_keys++] = (struct awi_context_entry){
        .key = key, .values = values, .n = n, .multivalued = n > 1 || strcmp(name, "amr") == 0};
    for (size_t i = 0; kept && i < n; i++) {
        ret->kept.items[ret->kept.n++] = (struct core_Tag){.Key = key, .Value = values[i]};
    }
    ret->kept.set = ret->kept.n > 0;
    return 0;
}

static int add_amr(struct reading *in)
{
    const struct awi_json *amr = awi_json_get(in->jwt->claims, "amr");
    struct awi_str *values = awi_arena_array(awi_arena(in->req), struct awi_str, MOST_AMR);
    size_t n = 0;

    for (const struct awi_json *at = amr ? amr->first : NULL; values && at && n < MOST_AMR;
         at = at->next) {
        values[n++] = at->text;
    }
    return !values ? -ENOMEM : n ? add_key(in, "amr", values, n, true) : 0;
}

static int add_claim(struct reading *in, const char *name)
{
    struct awi_str *value = awi_arena_new(awi_arena(in->req), struct awi_str);

    if (!value) {
        return -ENOMEM;
    }
    *value = awi_jwt_text(in->jwt, name);
    return awi_str_is_set(*value) ? add_key(in, name, value, 1, false) : 0;
}

/* Of a token of Google's that was made for another client in between, that client is the audience
 * (user guide, "Google"). */
static int add_audience(struct reading *in)
{
    struct awi_str azp = awi_jwt_text(in->jwt, "azp");
    bool google = awi_str_is(in->issuer, "accounts.google.com") && awi_str_is_set(azp);
    struct awi_str *values = awi_arena_array(awi_arena(in->req), struct awi_str, 2);

    if (!values) {
        return -ENOMEM;
    }
    values[0] = google ? azp : in->ret->audience;
    values[1] = in->ret->audience;
    int r = add_key(in, "aud", &values[0], 1, true);
    return r || !google ? r : add_key(in, "oaud", &values[1], 1, false);
}

static int add_keys(struct reading *in)
{
    struct awi_arena *arena = awi_arena(in->req);
    struct sts_federated *ret = in->ret;

    ret->keys = awi_arena_array(arena, struct awi_context_entry, MOST_KEYS);
    ret->kept.items = awi_arena_array(arena, struct core_Tag, MOST_KEYS + MOST_AMR);
    if (!ret->keys || !ret->kept.items) {
        return -ENOMEM;
    }
    int r = add_audience(in);
    r = r ? r : add_key(in, "sub", &ret->subject, 1, true);
    r = r ? r : add_amr(in);
    for (const char *const *at = claim_keys; r == 0 && *at; at++) {
        r = add_claim(in, *at);
    }
    bool github = awi_str_is(in->issuer, "token.actions.githubusercontent.com");
    for (const char *const *at = github_keys; r == 0 && github && *at; at++) {
        r = add_claim(in, *at);
    }
    return r;
}

/* A string, or a list of one string. */
static struct awi_str single(const struct awi_json *value)
{
    const struct awi_json *at =
        value->type == AWI_JSON_ARRAY && value->n == 1 ? value->first : value;

    return at->type == AWI_JSON_STRING ? at->text : AWI_STR_NULL;
}

/* {"principal_tags": {"team": ["a"]}, "transitive_tag_keys": ["team"]} */
static int read_tags(struct reading *in)
{
    const struct awi_json *claim = awi_json_get(in->jwt->claims, TAGS);
    const struct awi_json *tags = claim ? awi_json_get(claim, "principal_tags") : NULL;
    const struct awi_json *keys = claim ? awi_json_get(claim, "transitive_tag_keys") : NULL;
    struct awi_arena *arena = awi_arena(in->req);
    struct sts_federated *ret = in->ret;

    if ((tags && tags->n > MOST_TAGS) || (keys && keys->n > MOST_TAGS)) {
        return awi_fail(in->req,
                        &sts_InvalidIdentityTokenException_error,
                        "The session tags of the token are more than 50");
    }
    ret->tags.items = awi_arena_array(arena, struct sts_Tag, tags ? tags->n : 0);
    ret->transitive.items = awi_arena_array(arena, struct awi_str, keys ? keys->n : 0);
    if (!ret->tags.items || !ret->transitive.items) {
        return -ENOMEM;
    }
    for (const struct awi_json *at = tags ? tags->first : NULL; at; at = at->next) {
        struct awi_str value = single(at);
        if (tags->type != AWI_JSON_OBJECT || !awi_str_is_set(value) || at->name.len == 0 ||
            at->name.len > 128 || value.len > 256) {
            return awi_fail(in->req,
                            &sts_InvalidIdentityTokenException_error,
                            "The session tags of the token are not valid");
        }
        ret->tags.items[ret->tags.n++] = (struct sts_Tag){.Key = at->name, .Value = value};
    }
    for (const struct awi_json *at = keys ? keys->first : NULL; at; at = at->next) {
        ret->transitive.items[ret->transitive.n++] = at->text;
    }
    ret->source_identity = awi_jwt_text(in->jwt, SOURCE);
    return 0;
}

int sts_claims(struct awi_req *req,
               const struct awi_jwt *jwt,
               struct awi_str issuer,
               struct sts_federated *ret)
{
    struct reading reading = {.req = req, .jwt = jwt, .issuer = issuer, .ret = ret};
    int r = add_keys(&reading);

    return r ? r : read_tags(&reading);
}

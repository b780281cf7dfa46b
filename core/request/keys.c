/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/keys.h"

#include "core/clock.h"
#include "core/identity/session.h"
#include "core/request/req.h"

#include "gen/core.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

/* The keys below that every request may have. */
#define GLOBAL_KEYS 32

struct keys {
    struct awi_req *req;
    struct awi_policy_key *items;
    size_t n;
    bool failed;
};

static void add(struct keys *keys, struct awi_str name, struct awi_str value)
{
    struct awi_str *copy;

    if (!awi_str_is_set(value)) {
        return;
    }
    copy = awi_arena_new(keys->req->arena, struct awi_str);
    if (!copy || !awi_str_is_set(name)) {
        keys->failed = true;
        return;
    }
    *copy = value;
    keys->items[keys->n++] = (struct awi_policy_key){.name = name, .values = copy, .n = 1};
}

static void add_list(struct keys *keys, struct awi_str name, struct awi_str value)
{
    size_t before = keys->n;

    add(keys, name, value);
    if (keys->n > before) {
        keys->items[before].multivalued = true;
    }
}

static void add_number(struct keys *keys, struct awi_str name, int64_t value)
{
    struct awi_str text = awi_arena_printf(keys->req->arena, "%lld", (long long)value);

    keys->failed |= !awi_str_is_set(text);
    add(keys, name, text);
}

static struct awi_str yes_or_no(bool value)
{
    return value ? AWI_STR("true") : AWI_STR("false");
}

static struct awi_str time_text(struct awi_req *req, int64_t ms)
{
    char text[AWI_TIME_TEXT];

    awi_clock_text(ms, text);
    return awi_arena_str(req->arena, awi_str_from(text));
}

/* A client in the same process has the loopback address. */
static struct awi_str source_ip(struct awi_req *req)
{
    const struct awi_http_peer *peer = req->http->request.peer;
    char text[INET6_ADDRSTRLEN] = "127.0.0.1";

    if (peer && peer->source.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&peer->source;
        inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
    } else if (peer && peer->source.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)&peer->source;
        inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof(text));
    }
    return awi_arena_str(req->arena, awi_str_from(text));
}

static struct awi_str principal_type(enum awi_principal_type type)
{
    static const struct awi_str names[] = {
        [AWI_PRINCIPAL_ROOT] = AWI_STR_INIT("Account"),
        [AWI_PRINCIPAL_USER] = AWI_STR_INIT("User"),
        [AWI_PRINCIPAL_ROLE] = AWI_STR_INIT("AssumedRole"),
        [AWI_PRINCIPAL_FEDERATED] = AWI_STR_INIT("FederatedUser"),
        [AWI_PRINCIPAL_ANONYMOUS] = AWI_STR_INIT("Anonymous"),
        [AWI_PRINCIPAL_SERVICE] = AWI_STR_INIT("Service"),
    };

    return names[type];
}

static void add_principal(struct keys *keys, const struct awi_layers *l)
{
    const struct awi_principal *who = &l->req->identity.principal;
    bool known = who->type != AWI_PRINCIPAL_ANONYMOUS;

    add(keys, AWI_STR("aws:PrincipalType"), principal_type(who->type));
    add(keys, AWI_STR("aws:PrincipalIsAWSService"), yes_or_no(who->type == AWI_PRINCIPAL_SERVICE));
    add(keys, AWI_STR("aws:userid"), known ? who->user_id : AWI_STR("anonymous"));
    if (!known) {
        return;
    }
    bool of_role = who->type == AWI_PRINCIPAL_ROLE && awi_str_is_set(who->issuer_arn);
    add(keys, AWI_STR("aws:PrincipalArn"), of_role ? who->issuer_arn : who->arn);
    add(keys, AWI_STR("aws:PrincipalAccount"), who->account);
    if (who->type == AWI_PRINCIPAL_USER) {
        add(keys, AWI_STR("aws:username"), who->name);
    }
    add(keys, AWI_STR("aws:PrincipalOrgID"), l->caller_organization);
    add_list(keys, AWI_STR("aws:PrincipalOrgPaths"), l->caller_path);
}

static void add_tag(struct keys *keys, const struct core_Tag *tag)
{
    add(keys,
        awi_arena_printf(keys->req->arena, "aws:PrincipalTag/%.*s", AWI_STR_FMT(tag->Key)),
        awi_str_is_set(tag->Value) ? tag->Value : AWI_STR(""));
}

/* What the provider said of the caller; several values of one key stand behind each other. */
static void add_claims(struct keys *keys, const struct core_SessionRecord *session)
{
    size_t n = session->Claims.n;
    struct awi_str *values = awi_arena_array(keys->req->arena, struct awi_str, n);

    if (!values) {
        keys->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct core_Tag *claim = &session->Claims.items[i];
        values[i] = claim->Value;
        if (i > 0 && awi_str_eq(claim->Key, claim[-1].Key)) {
            keys->items[keys->n - 1].n++;
            keys->items[keys->n - 1].multivalued = true;
        } else {
            keys->items[keys->n++] =
                (struct awi_policy_key){.name = claim->Key, .values = &values[i], .n = 1};
        }
    }
}

static void add_session(struct keys *keys, const struct awi_layers *l)
{
    const struct core_SessionRecord *session = l->req->identity.principal.session;

    if (!session) {
        return;
    }
    add(keys, AWI_STR("aws:TokenIssueTime"), time_text(l->req, session->Issued.ms));
    add(keys, AWI_STR("aws:MultiFactorAuthPresent"), yes_or_no(session->MfaTime.set));
    if (session->MfaTime.set) {
        add_number(
            keys, AWI_STR("aws:MultiFactorAuthAge"), (l->req->now - session->MfaTime.ms) / 1000);
    }
    if (session->FederatedProvider.len) {
        add(keys, AWI_STR("aws:FederatedProvider"), session->FederatedProvider);
    }
    if (session->SourceIdentity.len) {
        add(keys, AWI_STR("aws:SourceIdentity"), session->SourceIdentity);
    }
    if (awi_str_is(session->Kind, AWI_SESSION_TASK)) {
        add(keys, AWI_STR("aws:AssumedRoot"), AWI_STR("true"));
    }
    add_claims(keys, session);
}

static void add_request(struct keys *keys, const struct awi_layers *l)
{
    struct awi_req *req = l->req;

    add(keys, AWI_STR("aws:SourceIp"), source_ip(req));
    add(keys, AWI_STR("aws:SecureTransport"), yes_or_no(req->http->request.tls));
    add(keys, AWI_STR("aws:CurrentTime"), time_text(req, req->now));
    add_number(keys, AWI_STR("aws:EpochTime"), req->now / 1000);
    add(keys, AWI_STR("aws:UserAgent"), awi_header(req, "user-agent"));
    add(keys, AWI_STR("aws:Referer"), awi_header(req, "referer"));
    add(keys, AWI_STR("aws:RequestedRegion"), req->endpoint.region);
    add(keys, AWI_STR("aws:ViaAWSService"), AWI_STR("false"));
    add(keys, AWI_STR("aws:ResourceAccount"), l->layers.owner);
    add(keys, AWI_STR("aws:ResourceOrgID"), l->owner_organization);
    add_list(keys, AWI_STR("aws:ResourceOrgPaths"), l->owner_path);
}

int awi_request_keys(const struct awi_layers *l,
                     const struct awi_access *access,
                     const struct awi_policy_key **ret,
                     size_t *ret_n)
{
    const struct core_SessionRecord *session = l->req->identity.principal.session;
    size_t most = GLOBAL_KEYS + l->n_tags + l->n_session_tags + access->n_context +
                  (session ? session->Claims.n : 0);
    struct keys keys = {.req = l->req};

    keys.items = awi_arena_array(l->req->arena, struct awi_policy_key, most);
    if (!keys.items) {
        return -ENOMEM;
    }
    add_request(&keys, l);
    add_principal(&keys, l);
    add_session(&keys, l);
    /* Of two entries of one name the last counts: session tags override those of the role. */
    for (size_t i = 0; i < l->n_tags; i++) {
        add_tag(&keys, &l->tags[i]);
    }
    for (size_t i = 0; i < l->n_session_tags; i++) {
        add_tag(&keys, &l->session_tags[i]);
    }
    for (size_t i = 0; i < access->n_context; i++) {
        const struct awi_context_entry *entry = &access->context[i];
        keys.items[keys.n++] = (struct awi_policy_key){
            .name = entry->key,
            .values = entry->values,
            .n = entry->n,
            .multivalued = entry->multivalued,
        };
    }
    *ret_n = awi_policy_context_sort(keys.items, keys.n);
    *ret = keys.items;
    return keys.failed ? -ENOMEM : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/metadata/metadata.h"

#include "core/identity/moved.h"
#include "core/identity/principal.h"
#include "core/identity/session.h"
#include "core/metadata/token.h"
#include "core/util/json.h"

#include "gen/core.h"

#include <errno.h>
#include <stdlib.h>

#define TOKEN_HEADER   "x-aws-ec2-metadata-token"
#define SECONDS_HEADER "x-aws-ec2-metadata-token-ttl-seconds"
#define TOKEN_SECONDS  21600

struct metadata {
    struct awi_core *core;
    struct awi_http_exchange *http;
    struct awi_arena *arena;
    const struct awi_config *config;
    struct awi_txn *txn;
    int64_t now;
};

static int answer(struct metadata *m, int status, const char *type, struct awi_str body)
{
    if (!body.ptr) {
        return -ENOMEM;
    }
    m->http->answer.status = status;
    m->http->answer.body = awi_body_memory(m->arena, body);
    return m->http->answer.body
               ? awi_http_answer_header(m->http, AWI_STR("Content-Type"), awi_str_from(type))
               : -ENOMEM;
}

static int answer_text(struct metadata *m, struct awi_str body)
{
    return answer(m, 200, "text/plain", body);
}

static int refuse(struct metadata *m, int status, const char *why)
{
    return answer(m, status, "text/plain", awi_arena_printf(m->arena, "%d - %s\n", status, why));
}

static int answer_json(struct metadata *m, json_t *value)
{
    AWI_AUTO(json) json_t *owned = value;
    AWI_AUTO(free) char *text = owned ? json_dumps(owned, JSON_INDENT(2)) : NULL;

    return answer(m,
                  200,
                  "application/json",
                  text ? awi_arena_str(m->arena, awi_str_from(text)) : AWI_STR_NULL);
}

/* --- Credentials ----------------------------------------------------------------------------- */

/* As EC2 names an instance; the account's, so that it stays the same. */
static struct awi_str instance_id(struct metadata *m)
{
    uint64_t account = 0;

    awi_str_to_u64(m->config->account_id, &account);
    return awi_arena_printf(m->arena, "i-%017llx", (unsigned long long)account);
}

static struct awi_str role_arn(struct metadata *m)
{
    return awi_arena_printf(
        m->arena, "arn:aws:iam::%.*s:role/" AWI_METADATA_ROLE, AWI_STR_FMT(m->config->account_id));
}

static int issue(struct metadata *m, struct core_SessionRecord *session, struct awi_str *token)
{
    struct awi_str account = m->config->account_id, instance = instance_id(m);
    char id[22];

    awi_role_made_up_id(account, AWI_STR(AWI_METADATA_ROLE), id);
    *session = (struct core_SessionRecord){
        .Account = account,
        .Kind = AWI_STR(AWI_SESSION_ROLE),
        .Arn = awi_arena_printf(m->arena,
                                "arn:aws:sts::%.*s:assumed-role/" AWI_METADATA_ROLE "/%.*s",
                                AWI_STR_FMT(account),
                                AWI_STR_FMT(instance)),
        .UserId = awi_arena_printf(m->arena, "%s:%.*s", id, AWI_STR_FMT(instance)),
        .IssuerArn = role_arn(m),
        .Name = AWI_STR(AWI_METADATA_ROLE),
        .SessionName = instance,
        .Issued = AWI_SOME_TIME(m->now),
        .Expires = AWI_SOME_TIME((m->now / 1000 + AWI_METADATA_SECONDS) * 1000),
        .Administrator = AWI_SOME_BOOL(true),
    };
    if (!instance.ptr || !session->Arn.ptr || !session->UserId.ptr || !session->IssuerArn.ptr) {
        return -ENOMEM;
    }
    int r = awi_session_issue(m->txn, m->arena, &m->core->random, session, token);
    return r ? r : awi_txn_commit(AWI_STEAL(m->txn, NULL));
}

static int credentials(struct metadata *m)
{
    struct core_SessionRecord session;
    struct awi_str token;
    char from[AWI_TIME_TEXT], to[AWI_TIME_TEXT];
    int r = issue(m, &session, &token);

    if (r < 0) {
        return r;
    }
    awi_clock_text(m->now, from);
    awi_clock_text(session.Expires.ms, to);
    return answer_json(m,
                       json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:s}",
                                 "Code",
                                 "Success",
                                 "LastUpdated",
                                 from,
                                 "Type",
                                 "AWS-HMAC",
                                 "AccessKeyId",
                                 awi_json_text(session.AccessKeyId),
                                 "SecretAccessKey",
                                 awi_json_text(session.SecretAccessKey),
                                 "Token",
                                 awi_json_text(token),
                                 "Expiration",
                                 to));
}

/* The same keys as a task gets them. */
static int container_credentials(struct metadata *m)
{
    struct core_SessionRecord session;
    struct awi_str token;
    char to[AWI_TIME_TEXT];
    int r = issue(m, &session, &token);

    if (r < 0) {
        return r;
    }
    awi_clock_text(session.Expires.ms, to);
    return answer_json(m,
                       json_pack("{s:o,s:o,s:o,s:o,s:s}",
                                 "RoleArn",
                                 awi_json_text(role_arn(m)),
                                 "AccessKeyId",
                                 awi_json_text(session.AccessKeyId),
                                 "SecretAccessKey",
                                 awi_json_text(session.SecretAccessKey),
                                 "Token",
                                 awi_json_text(token),
                                 "Expiration",
                                 to));
}

/* --- The other pages ------------------------------------------------------------------------- */

static int instance_page(struct metadata *m)
{
    return answer_text(m, instance_id(m));
}

static int region_page(struct metadata *m)
{
    return answer_text(m, m->config->region);
}

static int zone_page(struct metadata *m)
{
    return answer_text(m, awi_arena_printf(m->arena, "%.*sa", AWI_STR_FMT(m->config->region)));
}

static int profile_page(struct metadata *m)
{
    char now[AWI_TIME_TEXT], id[22];
    struct awi_str arn = awi_arena_printf(m->arena,
                                          "arn:aws:iam::%.*s:instance-profile/" AWI_METADATA_ROLE,
                                          AWI_STR_FMT(m->config->account_id));

    awi_clock_text(m->now, now);
    awi_role_made_up_id(m->config->account_id, AWI_STR(AWI_METADATA_ROLE), id);
    memcpy(id, "AIPA", 4);
    return answer_json(m,
                       json_pack("{s:s,s:s,s:o,s:s}",
                                 "Code",
                                 "Success",
                                 "LastUpdated",
                                 now,
                                 "InstanceProfileArn",
                                 awi_json_text(arn),
                                 "InstanceProfileId",
                                 id));
}

static int identity_document(struct metadata *m)
{
    char now[AWI_TIME_TEXT];
    struct awi_str zone = awi_arena_printf(m->arena, "%.*sa", AWI_STR_FMT(m->config->region));

    awi_clock_text(m->now, now);
    return answer_json(m,
                       json_pack("{s:o,s:s,s:o,s:o,s:o,s:s,s:s}",
                                 "accountId",
                                 awi_json_text(m->config->account_id),
                                 "architecture",
                                 "x86_64",
                                 "availabilityZone",
                                 awi_json_text(zone),
                                 "instanceId",
                                 awi_json_text(instance_id(m)),
                                 "region",
                                 awi_json_text(m->config->region),
                                 "pendingTime",
                                 now,
                                 "version",
                                 "2017-09-30"));
}

static int type_page(struct metadata *m)
{
    return answer_text(m, AWI_STR("t3.micro"));
}

static int domain_page(struct metadata *m)
{
    return answer_text(m, AWI_STR("amazonaws.com"));
}

static int partition_page(struct metadata *m)
{
    return answer_text(m, AWI_STR("aws"));
}

/* In the order of their paths, which lie below /latest/: folders are listed from this. */
static const struct page {
    const char *path;
    int (*show)(struct metadata *m);
} pages[] = {
    {"dynamic/instance-identity/document", identity_document},
    {"meta-data/iam/info", profile_page},
    {"meta-data/iam/security-credentials/" AWI_METADATA_ROLE, credentials},
    {"meta-data/instance-id", instance_page},
    {"meta-data/instance-type", type_page},
    {"meta-data/placement/availability-zone", zone_page},
    {"meta-data/placement/region", region_page},
    {"meta-data/services/domain", domain_page},
    {"meta-data/services/partition", partition_page},
};

/* What lies in a folder, a line each, folders with a slash; 404 when there is no such folder. */
static int folder(struct metadata *m, struct awi_str path)
{
    struct awi_str list = AWI_STR(""), last = AWI_STR("");

    if (path.len && !awi_str_ends(path, AWI_STR("/"))) {
        path = awi_arena_printf(m->arena, "%.*s/", AWI_STR_FMT(path));
    }
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]) && path.ptr && list.ptr; i++) {
        struct awi_str rest = awi_str_from(pages[i].path);
        if (!awi_str_starts(rest, path)) {
            continue;
        }
        rest = awi_str_skip(rest, path.len);
        ptrdiff_t slash = awi_str_find(rest, '/');
        struct awi_str name = slash < 0 ? rest : awi_str_head(rest, (size_t)slash + 1);
        if (!awi_str_eq(name, last)) {
            list = awi_arena_printf(
                m->arena, "%.*s%s%.*s", AWI_STR_FMT(list), list.len ? "\n" : "", AWI_STR_FMT(name));
        }
        last = name;
    }
    return list.ptr && list.len == 0 ? refuse(m, 404, "Not Found") : answer_text(m, list);
}

/* --- Requests -------------------------------------------------------------------------------- */

static int new_token(struct metadata *m)
{
    const struct awi_http_request *request = &m->http->request;
    struct awi_str asked = awi_http_header(request, SECONDS_HEADER);
    uint64_t seconds;

    if (awi_str_is_set(awi_http_header(request, "x-forwarded-for"))) {
        return refuse(m, 403, "Forbidden");
    }
    if (!awi_str_is_set(asked) || awi_str_to_u64(asked, &seconds) || seconds < 1 ||
        seconds > TOKEN_SECONDS) {
        return refuse(m, 400, "Bad Request");
    }
    int r = awi_http_answer_header(m->http, AWI_STR(SECONDS_HEADER), asked);
    struct awi_str token =
        awi_metadata_token(m->arena, &m->core->random, m->now + (int64_t)seconds * 1000);
    return r ? r : answer_text(m, token);
}

static int instance(struct metadata *m)
{
    const struct awi_http_request *request = &m->http->request;
    struct awi_str token = awi_http_header(request, TOKEN_HEADER), version;
    struct awi_str path = awi_str_skip(request->path, 1);

    if (awi_str_is(request->method, "PUT") && awi_str_is(request->path, "/latest/api/token")) {
        return new_token(m);
    }
    if (!awi_str_is(request->method, "GET") && !awi_str_is(request->method, "HEAD")) {
        return refuse(m, 405, "Method Not Allowed");
    }
    if (awi_str_is_set(token) && !awi_metadata_token_is_good(token, m->now)) {
        return refuse(m, 401, "Unauthorized");
    }
    /* "latest", or a dated version, of which one is as good as another. */
    awi_str_cut(&path, '/', &version);
    if (version.len == 0) {
        return answer_text(m, AWI_STR("latest"));
    }
    for (size_t i = 0; path.ptr && i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (awi_str_is(path, pages[i].path)) {
            return pages[i].show(m);
        }
    }
    return folder(m, path.ptr ? path : AWI_STR(""));
}

/* A session is written for whoever asks for keys; all else only reads. */
static int open_state(struct metadata *m, bool keys, struct awi_str *why)
{
    struct awi_store *store;
    struct awi_moved moved = {0};

    if (awi_str_is_set(m->config->problem)) {
        *why = m->config->problem;
        return -EINVAL;
    }
    int r = awi_core_store(m->core, m->arena, &store, why);
    r = r ? r : awi_txn_begin(store, keys, &m->txn);
    r = r ? r : awi_clock_moved(m->txn, m->arena, &moved);
    m->now = awi_clock_now(&m->config->clock, moved.ms);
    return r;
}

/* Whoever names the path chooses it; but the task metadata endpoints that lie beside the
 * credentials are not answered. */
static bool is_credentials_path(struct awi_str path)
{
    return !awi_str_is(path, "/") && !awi_str_starts(path, AWI_STR("/v3")) &&
           !awi_str_starts(path, AWI_STR("/v4")) &&
           !awi_str_starts(path, AWI_STR("/v2/metadata")) &&
           !awi_str_starts(path, AWI_STR("/v2/stats"));
}

int awi_metadata_run(struct awi_core *core, struct awi_http_exchange *x, bool container)
{
    struct awi_str why = AWI_STR_NULL;
    struct metadata m = {
        .core = core,
        .http = x,
        .arena = x->arena,
        .config = awi_core_config(core),
    };

    if (!m.config) {
        return -ENOMEM;
    }
    struct awi_str path = x->request.path;
    bool keys = container || awi_str_is(awi_str_skip(path, (size_t)(awi_str_rfind(path, '/') + 1)),
                                        AWI_METADATA_ROLE);
    int r = open_state(&m, keys, &why);
    if (r < 0) {
        r = awi_str_is_set(why) ? answer(&m, 500, "text/plain", why) : r;
    } else {
        r = !container                  ? instance(&m)
            : is_credentials_path(path) ? container_credentials(&m)
                                        : refuse(&m, 404, "Not Found");
    }
    awi_txn_abort(m.txn);
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials of a user for one service: a name and a password (CodeCommit, Keyspaces), or an API
 * key that may expire (Bedrock, CloudWatch Logs). Only a hash of what is secret is kept.
 */
#include "services/iam/credential.h"

#include "core/identity/principal.h"
#include "core/util/base64.h"
#include "core/util/digest.h"

#include <errno.h>
#include <stdio.h>

#define MOST   2 /* of one user and service (reference_iam-quotas) */
#define DAY_MS INT64_C(86400000)

static const struct service {
    const char *name;
    const char *key; /* an API key begins so; NULL: it has names and passwords */
} services[] = {
    {"codecommit.amazonaws.com", NULL},
    {"cassandra.amazonaws.com", NULL},
    {"bedrock.amazonaws.com", "ABSK"},
    {"logs.amazonaws.com", "ACWL"},
};

static const struct service *find_service(struct awi_str name)
{
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        if (awi_str_is(name, services[i].name)) {
            return &services[i];
        }
    }
    return NULL;
}

static int unsupported(struct awi_req *req, struct awi_str name)
{
    return awi_fail(req,
                    &iam_ServiceNotSupportedException_error,
                    "No such service %.*s is supported for Service Specific Credentials",
                    AWI_STR_FMT(name));
}

static int open_user(struct awi_req *req, struct awi_str given, struct iam_entity *ret)
{
    struct awi_str name;
    int r = iam_user_named(req, given, &name);

    return r ? r : iam_entity_open(req, IAM_USER, name, ret);
}

static int open_credential(struct awi_req *req,
                           struct awi_str name,
                           struct awi_str id,
                           struct iam_entity *user,
                           struct iam_CredentialRecord *ret)
{
    int r = open_user(req, name, user);

    r = r ? r : iam_credential_get(req, IAM_SERVICE_CRED, user, id, ret);
    return r != -ENOENT ? r : iam_missing(req, "No such credential %.*s exists", AWI_STR_FMT(id));
}

/* --- Making one --------------------------------------------------------------------------------
 */

struct held {
    struct awi_str service, user_name;
    size_t n;
    bool taken;
};

static int count(void *arg, const struct iam_CredentialRecord *record)
{
    struct held *held = arg;

    held->n += awi_str_eq(record->ServiceName, held->service);
    held->taken |= awi_str_eq(record->ServiceUserName, held->user_name);
    return 0;
}

/* A user's name there, "jane-at-123456789012", or "jane+1-at-..." where that is taken. */
static int name_it(struct awi_req *req, const struct iam_entity *user, struct held *held)
{
    int r = 0;

    for (int i = 0; r == 0 && (i == 0 || held->taken); i++) {
        char number[16] = "";
        if (i > 0) {
            snprintf(number, sizeof(number), "+%d", i);
        }
        held->n = 0;
        held->taken = false;
        held->user_name = awi_arena_printf(awi_arena(req),
                                           "%.*s%s-at-%.*s",
                                           AWI_STR_FMT(user->name),
                                           number,
                                           AWI_STR_FMT(awi_account(req)));
        r = held->user_name.ptr ? iam_credential_each(req, IAM_SERVICE_CRED, user, count, held)
                                : -ENOMEM;
    }
    return r;
}

/* A new password or API key; the record gets its hash. */
static int make_secret(struct awi_req *req,
                       const struct service *service,
                       struct iam_CredentialRecord *record,
                       struct awi_str *ret)
{
    unsigned char bytes[33], *hash = awi_arena_alloc(awi_arena(req), 32);

    awi_random_fill(awi_request_random(req), bytes, sizeof(bytes));
    *ret = awi_base64(awi_arena(req), awi_str_of(bytes, sizeof(bytes)));
    if (service->key && ret->ptr) {
        struct awi_str pair = awi_arena_printf(
            awi_arena(req), "%.*s:%.*s", AWI_STR_FMT(record->ServiceUserName), AWI_STR_FMT(*ret));
        struct awi_str packed = pair.ptr ? awi_base64(awi_arena(req), pair) : pair;
        *ret = packed.ptr
                   ? awi_arena_printf(awi_arena(req), "%s%.*s", service->key, AWI_STR_FMT(packed))
                   : packed;
    }
    record->SecretHash = awi_str_of(hash, 32);
    return ret->ptr && hash ? awi_digest_of(AWI_SHA256, *ret, hash) : -ENOMEM;
}

static int show(struct awi_req *req,
                const struct iam_entity *user,
                const struct iam_CredentialRecord *record,
                struct awi_str secret,
                struct iam_ServiceSpecificCredential **ret)
{
    bool is_key = find_service(record->ServiceName)->key != NULL;

    *ret = awi_arena_new(awi_arena(req), struct iam_ServiceSpecificCredential);
    if (!*ret) {
        return -ENOMEM;
    }
    **ret = (struct iam_ServiceSpecificCredential){
        .CreateDate = record->Created,
        .ExpirationDate = record->Expires,
        .ServiceName = record->ServiceName,
        .ServiceUserName = is_key ? AWI_STR_NULL : record->ServiceUserName,
        .ServicePassword = is_key ? AWI_STR_NULL : secret,
        .ServiceCredentialAlias = is_key ? record->ServiceUserName : AWI_STR_NULL,
        .ServiceCredentialSecret = is_key ? secret : AWI_STR_NULL,
        .ServiceSpecificCredentialId = record->Id,
        .UserName = user->name,
        .Status = iam_credential_status(req, record),
    };
    return 0;
}

int iam_create_service_credential(struct awi_req *req,
                                  const struct iam_CreateServiceSpecificCredentialRequest *in,
                                  struct iam_CreateServiceSpecificCredentialResponse *out)
{
    const struct service *service = find_service(in->ServiceName);
    struct held held = {.service = in->ServiceName};
    struct iam_entity user;
    struct awi_str secret;
    int r = iam_entity_open(req, IAM_USER, in->UserName, &user);

    if (r == 0 && !service) {
        return unsupported(req, in->ServiceName);
    }
    if (r == 0 && in->CredentialAgeDays.set && !service->key) {
        return iam_invalid(req,
                           "CredentialAgeDays is not supported for service %.*s.",
                           AWI_STR_FMT(in->ServiceName));
    }
    r = r ? r : name_it(req, &user, &held);
    if (r == 0 && held.n >= MOST) {
        return iam_limit(
            req, "Cannot exceed quota for ServiceSpecificCredentialsPerUser: %d", MOST);
    }
    if (r) {
        return r;
    }
    struct iam_CredentialRecord record = {
        .Id = iam_unique_id(req, "ACCA"),
        .UserId = user.user.UserId,
        .Status = AWI_STR("Active"),
        .Created = iam_now(req),
        .ServiceName = in->ServiceName,
        .ServiceUserName = held.user_name,
    };
    if (in->CredentialAgeDays.set) {
        record.Expires = AWI_SOME_TIME(record.Created.ms + in->CredentialAgeDays.v * DAY_MS);
    }
    r = record.Id.ptr ? make_secret(req, service, &record, &secret) : -ENOMEM;
    r = r ? r : iam_credential_put(req, IAM_SERVICE_CRED, &record);
    return r ? r : show(req, &user, &record, secret, &out->ServiceSpecificCredential);
}

int iam_reset_service_credential(struct awi_req *req,
                                 const struct iam_ResetServiceSpecificCredentialRequest *in,
                                 struct iam_ResetServiceSpecificCredentialResponse *out)
{
    struct iam_CredentialRecord record;
    struct iam_entity user;
    struct awi_str secret;
    int r = open_credential(req, in->UserName, in->ServiceSpecificCredentialId, &user, &record);

    r = r ? r : make_secret(req, find_service(record.ServiceName), &record, &secret);
    r = r ? r : iam_credential_put(req, IAM_SERVICE_CRED, &record);
    return r ? r : show(req, &user, &record, secret, &out->ServiceSpecificCredential);
}

int iam_update_service_credential(struct awi_req *req,
                                  const struct iam_UpdateServiceSpecificCredentialRequest *in,
                                  void *out)
{
    struct iam_CredentialRecord record;
    struct iam_entity user;
    int r = open_credential(req, in->UserName, in->ServiceSpecificCredentialId, &user, &record);

    record.Status = in->Status;
    return r ? r : iam_credential_put(req, IAM_SERVICE_CRED, &record);
}

int iam_delete_service_credential(struct awi_req *req,
                                  const struct iam_DeleteServiceSpecificCredentialRequest *in,
                                  void *out)
{
    struct iam_CredentialRecord record;
    struct iam_entity user;
    int r = open_credential(req, in->UserName, in->ServiceSpecificCredentialId, &user, &record);

    return r ? r : iam_credential_delete(req, IAM_SERVICE_CRED, &record);
}

/* --- Listing -----------------------------------------------------------------------------------
 */

struct listing {
    struct awi_req *req;
    struct awi_str service;   /* absent: all */
    struct awi_str user_name; /* absent: of all users */
    struct iam_ServiceSpecificCredentialMetadata *items;
    size_t n;
};

/* Who has a credential, by the unique id. */
static int name_of(struct awi_req *req, struct awi_str id, struct awi_str *ret)
{
    struct awi_iam_arn parts;
    struct awi_str arn;
    int r = awi_unique_id_arn(awi_request_txn(req), awi_arena(req), id, &arn);

    r = r ? r : awi_iam_arn_parse(arn, &parts);
    *ret = r ? AWI_STR_NULL : parts.name;
    return r;
}

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct iam_CredentialRecord record;
    struct awi_str name = l->user_name;
    int r = awi_record_decode(value, awi_arena(l->req), &iam_CredentialRecord_shape, &record);

    if (r == 0 && awi_str_is_set(l->service) && !awi_str_eq(record.ServiceName, l->service)) {
        return IAM_SKIPPED;
    }
    r = r || awi_str_is_set(name) ? r : name_of(l->req, record.UserId, &name);
    if (r) {
        return r;
    }
    bool is_key = find_service(record.ServiceName)->key != NULL;
    l->items[l->n++] = (struct iam_ServiceSpecificCredentialMetadata){
        .UserName = name,
        .Status = iam_credential_status(l->req, &record),
        .ServiceUserName = is_key ? AWI_STR_NULL : record.ServiceUserName,
        .ServiceCredentialAlias = is_key ? record.ServiceUserName : AWI_STR_NULL,
        .CreateDate = record.Created,
        .ExpirationDate = record.Expires,
        .ServiceSpecificCredentialId = record.Id,
        .ServiceName = record.ServiceName,
    };
    return IAM_TAKEN;
}

int iam_list_service_credentials(struct awi_req *req,
                                 const struct iam_ListServiceSpecificCredentialsRequest *in,
                                 struct iam_ListServiceSpecificCredentialsResponse *out)
{
    struct listing l = {.req = req, .service = in->ServiceName};
    bool all = in->AllUsers.set && in->AllUsers.v;
    struct iam_entity user;
    struct iam_page page;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    if (r == 0 && all && awi_str_is_set(in->UserName)) {
        return iam_invalid(req, "UserName and AllUsers may not be given together.");
    }
    if (r == 0 && awi_str_is_set(l.service) && !find_service(l.service)) {
        return unsupported(req, l.service);
    }
    r = r || all ? r : open_user(req, in->UserName, &user);
    l.user_name = r || all ? AWI_STR_NULL : user.name;
    l.items =
        awi_arena_array(awi_arena(req), struct iam_ServiceSpecificCredentialMetadata, page.max);
    r = r ? r : l.items ? 0 : -ENOMEM;
    r = r ? r : iam_credential_page(req, IAM_SERVICE_CRED, all ? NULL : &user, &page, take, &l);
    out->ServiceSpecificCredentials.items = l.items;
    out->ServiceSpecificCredentials.n = l.n;
    out->ServiceSpecificCredentials.set = true;
    IAM_PAGE_END(out, &page);
    return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Making lists: canned ones, headers with grants, documents; and what they may not say. */
#include "services/s3/acl.h"

#include "services/s3/config.h"
#include "services/s3/settings.h"

#include <errno.h>

#define GRANTS_MAX   100
#define GROUPS       "http://acs.amazonaws.com/groups/"
#define ALL_USERS    GROUPS "global/AllUsers"
#define ALL_KNOWN    GROUPS "global/AuthenticatedUsers"
#define LOG_DELIVERY GROUPS "s3/LogDelivery"
/* The canonical user of EC2, which reads what "aws-exec-read" grants (S3 user guide, "Canned ACL").
 */
#define EC2_ID "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c"

/* In the order of s3_acl.grants. */
static const char *const permissions[S3_N_GRANTS] = {
    "FULL_CONTROL", "READ", "READ_ACP", "WRITE", "WRITE_ACP"};

/* A list while it is made. */
struct making {
    struct awi_req *req;
    struct s3_AccessControlPolicy *list;
};

static int add(struct making *making, struct s3_Grantee grantee, const char *permission)
{
    struct s3_Grants *grants = &making->list->Grants;
    struct s3_Grantee *kept = awi_arena_new(awi_arena(making->req), struct s3_Grantee);

    if (grants->n == GRANTS_MAX) {
        return s3_config_malformed(making->req);
    }
    if (!kept) {
        return -ENOMEM;
    }
    *kept = grantee;
    grants->items[grants->n++] =
        (struct s3_Grant){.Grantee = kept, .Permission = awi_str_from(permission)};
    return 0;
}

static struct s3_Grantee user(struct awi_str id)
{
    return (struct s3_Grantee){.Type = AWI_STR("CanonicalUser"), .ID = id};
}

static struct s3_Grantee group(struct awi_str uri)
{
    return (struct s3_Grantee){.Type = AWI_STR("Group"), .URI = uri};
}

/* A list with an owner and nothing else. */
static int begin(struct making *making,
                 struct awi_req *req,
                 const struct s3_bucket *bucket,
                 struct s3_AccessControlPolicy *ret)
{
    *making = (struct making){.req = req, .list = ret};
    *ret = (struct s3_AccessControlPolicy){.Grants = {.set = true}};
    ret->Owner = awi_arena_new(awi_arena(req), struct s3_Owner);
    ret->Grants.items = awi_arena_array(awi_arena(req), struct s3_Grant, GRANTS_MAX);
    if (!ret->Owner || !ret->Grants.items) {
        return -ENOMEM;
    }
    ret->Owner->ID = s3_owner_id(req, bucket->owner);
    return ret->Owner->ID.ptr ? 0 : -ENOMEM;
}

/* --- Canned lists ---------------------------------------------------------------------------- */

static const struct {
    const char *canned, *grantee, *permission;
} rows[] = {
    {"public-read", ALL_USERS, "READ"},
    {"public-read-write", ALL_USERS, "READ"},
    {"public-read-write", ALL_USERS, "WRITE"},
    {"authenticated-read", ALL_KNOWN, "READ"},
    {"log-delivery-write", LOG_DELIVERY, "WRITE"},
    {"log-delivery-write", LOG_DELIVERY, "READ_ACP"},
    {"aws-exec-read", EC2_ID, "READ"},
};

static bool is_canned(struct awi_str canned, const struct awi_shape *known)
{
    bool found = known == &s3_BucketCannedACL_shape && awi_str_is(canned, "log-delivery-write");

    for (size_t i = 0; !found && i < known->n_enum_values; i++) {
        found = awi_str_eq(canned, known->enum_values[i]);
    }
    return found;
}

static int add_canned(struct making *making, struct awi_str canned, const struct awi_shape *known)
{
    int r;

    if (!is_canned(canned, known)) {
        return s3_fail_argument(making->req, "", "x-amz-acl", canned);
    }
    r = add(making, user(making->list->Owner->ID), "FULL_CONTROL");
    for (size_t i = 0; r == 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct awi_str grantee = awi_str_from(rows[i].grantee);

        if (awi_str_is(canned, rows[i].canned)) {
            r = add(making,
                    awi_str_starts(grantee, AWI_STR(GROUPS)) ? group(grantee) : user(grantee),
                    rows[i].permission);
        }
    }
    return r;
}

/* --- Grants ---------------------------------------------------------------------------------- */

static bool is_canonical_id(struct awi_str id)
{
    for (size_t i = 0; i < id.len; i++) {
        if (!((id.ptr[i] >= '0' && id.ptr[i] <= '9') || (id.ptr[i] >= 'a' && id.ptr[i] <= 'f'))) {
            return false;
        }
    }
    return id.len == 64;
}

static int check_grantee(struct awi_req *req, const struct s3_Grantee *grantee)
{
    if (awi_str_is_set(grantee->EmailAddress)) {
        return awi_fail(
            req, &awi_error_NotImplemented, "s3: grants by e-mail address are not emulated");
    }
    if (awi_str_is(grantee->Type, "Group")) {
        return awi_str_is(grantee->URI, ALL_USERS) || awi_str_is(grantee->URI, ALL_KNOWN) ||
                       awi_str_is(grantee->URI, LOG_DELIVERY)
                   ? 0
                   : s3_fail_argument(req, "Invalid group uri", "Group/URI", grantee->URI);
    }
    return is_canonical_id(grantee->ID)
               ? 0
               : s3_fail_argument(req, "Invalid id", "CanonicalUser/ID", grantee->ID);
}

/* id="...", uri="...", emailAddress="..." */
static int add_header(struct making *making, struct awi_str header, const char *permission)
{
    struct awi_str rest = header, word, kind;
    int r = 0;

    while (r == 0 && awi_str_cut(&rest, ',', &word)) {
        struct s3_Grantee grantee;

        awi_str_cut(&word, '=', &kind);
        kind = awi_str_trim(kind);
        word = awi_str_trim(word);
        if (word.len >= 2 && word.ptr[0] == '"' && word.ptr[word.len - 1] == '"') {
            word = awi_str_of(word.ptr + 1, word.len - 2);
        }
        grantee = awi_str_is_nocase(kind, "uri") ? group(word) : user(word);
        if (awi_str_is_nocase(kind, "emailAddress")) {
            grantee.EmailAddress = word;
        } else if (!awi_str_is_nocase(kind, "uri") && !awi_str_is_nocase(kind, "id")) {
            return s3_fail_argument(
                making->req, "Argument format not recognized", "x-amz-grant-", header);
        }
        r = check_grantee(making->req, &grantee);
        if (r == 0) {
            r = add(making, grantee, permission);
        }
    }
    return r;
}

/* --- What a request asks for ----------------------------------------------------------------- */

static int check_document(struct awi_req *req,
                          const struct s3_bucket *bucket,
                          const struct s3_AccessControlPolicy *list)
{
    struct awi_str owner = s3_owner_id(req, bucket->owner);

    if (list->Grants.n > GRANTS_MAX) {
        return s3_config_malformed(req);
    }
    if (list->Owner && awi_str_is_set(list->Owner->ID) && !awi_str_eq(list->Owner->ID, owner)) {
        return awi_fail(req, &s3_error_AccessDenied, "Access Denied");
    }
    for (size_t i = 0; i < list->Grants.n; i++) {
        const struct s3_Grant *grant = &list->Grants.items[i];
        bool known = false;
        int r;

        for (size_t j = 0; j < S3_N_GRANTS; j++) {
            known |= awi_str_is(grant->Permission, permissions[j]);
        }
        r = known && grant->Grantee ? check_grantee(req, grant->Grantee) : s3_config_malformed(req);
        if (r != 0) {
            return r;
        }
    }
    return 0;
}

static bool is_public(const struct s3_Grants *grants)
{
    for (size_t i = 0; i < grants->n; i++) {
        const struct s3_Grantee *grantee = grants->items[i].Grantee;

        if (awi_str_is(grantee->URI, ALL_USERS) || awi_str_is(grantee->URI, ALL_KNOWN)) {
            return true;
        }
    }
    return false;
}

bool s3_acl_is_enforced(const struct s3_bucket *bucket)
{
    return awi_str_is(bucket->record.ObjectOwnership, "BucketOwnerEnforced");
}

static int check_public(struct awi_req *req,
                        const struct s3_bucket *bucket,
                        const struct s3_AccessControlPolicy *list)
{
    struct s3_PublicAccessBlockConfiguration block;
    int r = is_public(&list->Grants) ? s3_public_access_block(req, bucket, &block) : 1;

    return r > 0 ? 0
           : r == 0 && block.BlockPublicAcls.v
               ? awi_fail(req, &s3_error_AccessDenied, "Access Denied")
               : r;
}

/* canned: which there are. *ret stays as it is where no header asks for a list. */
static int from_headers(struct awi_req *req,
                        const struct s3_bucket *bucket,
                        const struct s3_acl *acl,
                        const struct awi_shape *canned,
                        struct s3_AccessControlPolicy *ret)
{
    bool granted = false;
    struct making making;
    int r;

    for (size_t i = 0; i < S3_N_GRANTS; i++) {
        granted |= awi_str_is_set(acl->grants[i]);
    }
    if (!granted && !awi_str_is_set(acl->canned)) {
        return 0;
    }
    if (granted && awi_str_is_set(acl->canned)) {
        return s3_fail_request(req, "Specifying both Canned ACLs and Header Grants is not allowed");
    }
    r = begin(&making, req, bucket, ret);
    if (r == 0 && !granted) {
        r = add_canned(&making, acl->canned, canned);
    }
    for (size_t i = 0; r == 0 && i < S3_N_GRANTS; i++) {
        r = add_header(&making, acl->grants[i], permissions[i]);
    }
    return r;
}

int s3_acl_not_supported(struct awi_req *req)
{
    return awi_fail(req, &s3_error_AccessControlListNotSupported, "The bucket does not allow ACLs");
}

int s3_acl_of_object(struct awi_req *req,
                     const struct s3_bucket *bucket,
                     const struct s3_acl *acl,
                     struct s3_AccessControlPolicy **ret)
{
    struct s3_AccessControlPolicy *list =
        awi_arena_new(awi_arena(req), struct s3_AccessControlPolicy);
    int r = list ? from_headers(req, bucket, acl, &s3_ObjectCannedACL_shape, list) : -ENOMEM;

    *ret = NULL;
    if (r != 0 || !list->Owner) {
        return r;
    }
    if (s3_acl_is_enforced(bucket)) {
        return awi_str_is(acl->canned, "bucket-owner-full-control") ||
                       awi_str_is(acl->canned, "private")
                   ? 0
                   : s3_acl_not_supported(req);
    }
    *ret = list;
    return check_public(req, bucket, list);
}

int s3_acl_wanted(struct awi_req *req,
                  const void *in,
                  const struct s3_bucket *bucket,
                  const struct s3_acl *acl,
                  const struct awi_shape *canned,
                  struct s3_AccessControlPolicy *ret)
{
    const void *document;
    int r;

    *ret = (struct s3_AccessControlPolicy){.Owner = NULL};
    r = from_headers(req, bucket, acl, canned, ret);
    if (r == 0 && !ret->Owner) {
        r = s3_config_document(req, in, &document);
        if (r == 0) {
            *ret = *(const struct s3_AccessControlPolicy *)document;
            r = check_document(req, bucket, ret);
        }
    }
    return r == 0 ? check_public(req, bucket, ret) : r;
}

int s3_acl_owner_only(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      struct s3_AccessControlPolicy *ret)
{
    struct making making;
    int r = begin(&making, req, bucket, ret);

    return r == 0 ? add(&making, user(ret->Owner->ID), "FULL_CONTROL") : r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the IAM service share. Roles, users, groups, managed policies, keys and MFA
 * devices are core/identity's, where authorization reads them; beside them this service keeps, in
 * each account's own scope:
 *     "use"        AWI_KEY(policy ARN, kind, usage, name): nothing; who has a policy attached, or
 * as its boundary. Usage is "policy" or "boundary". "name"       lower case name of a managed
 * policy: its ARN "settings"   struct iam_SettingsRecord, of the account as a whole "credential"
 * what else belongs to a user (credential.h)
 *     "count"      how many records a table has (quota.c)
 */
#pragma once

#include "core/identity/identity.h"
#include "core/identity/principal.h"
#include "core/service.h"
#include "core/store/record.h"

#include "gen/core.h"
#include "gen/iam.h"

#define IAM_MOST_TAGS 50

/* What an account may have of each (reference_iam-quotas). */
#define IAM_MOST_USERS        5000
#define IAM_MOST_GROUPS       300
#define IAM_MOST_ROLES        1000
#define IAM_MOST_POLICIES     1500
#define IAM_MOST_PROFILES     1000
#define IAM_MOST_CERTIFICATES 20
#define IAM_MOST_PROVIDERS    100
/* And what one of them may have. */
#define IAM_MOST_ATTACHED     10 /* PoliciesPerRole, PerUser, PerGroup */
#define IAM_MOST_ACCESS_KEYS  2
#define IAM_MOST_MEMBERSHIPS  10
#define IAM_MOST_SIGNING      2
#define IAM_MOST_TRUST        2048 /* characters, white space apart; so below */
#define IAM_MOST_USER_INLINE  2048
#define IAM_MOST_GROUP_INLINE 5120
#define IAM_MOST_ROLE_INLINE  10240
#define IAM_MOST_POLICY       6144
#define IAM_MOST_VERSIONS     5

/* --- util.c ---------------------------------------------------------------------------------- */

/* "arn:aws:iam::ACCOUNT:kind/path/name"; path begins and ends with a slash. */
struct awi_str
iam_arn(struct awi_req *req, const char *kind, struct awi_str path, struct awi_str name);
/* A new unique id: "AROA" and the rest. Absent: no memory. */
struct awi_str iam_unique_id(struct awi_req *req, const char *prefix);
/* Now, in whole seconds as IAM keeps times. */
struct awi_opt_time iam_now(const struct awi_req *req);
/* Policy documents are answered percent-encoded. */
struct awi_str iam_url(struct awi_req *req, struct awi_str document);
/* The path of an input, "/" when absent. */
struct awi_str iam_path(struct awi_str path);
struct awi_str iam_lower(struct awi_req *req, struct awi_str name);
struct awi_scope iam_core_scope(struct awi_req *req);
/* Adds to a list of texts, which grows; -EEXIST when it is there already. */
int iam_texts_add(struct awi_req *req, struct core_Texts *texts, struct awi_str text);
/* -ENOENT when it is not there. */
int iam_texts_remove(struct core_Texts *texts, struct awi_str text);
bool iam_texts_has(const struct core_Texts *texts, struct awi_str text);
/* A NoSuchEntity, EntityAlreadyExists, DeleteConflict or LimitExceeded by its text. */
#define iam_missing(req, ...)  awi_fail((req), &iam_NoSuchEntityException_error, __VA_ARGS__)
#define iam_exists(req, ...)   awi_fail((req), &iam_EntityAlreadyExistsException_error, __VA_ARGS__)
#define iam_conflict(req, ...) awi_fail((req), &iam_DeleteConflictException_error, __VA_ARGS__)
#define iam_limit(req, ...)    awi_fail((req), &iam_LimitExceededException_error, __VA_ARGS__)
#define iam_invalid(req, ...)  awi_fail((req), &awi_error_ValidationError, __VA_ARGS__)

/* --- page.c ---------------------------------------------------------------------------------- */

/* One page of a list. */
struct iam_page {
    struct awi_str from; /* where it begins; absent: at the beginning */
    size_t max;
    struct awi_str next; /* the marker of the next page; absent: this was the last */
};

/* Marker and MaxItems of a request. >0: the marker is none of ours. */
int iam_page_begin(struct awi_req *req,
                   struct awi_str marker,
                   struct awi_opt_i32 max,
                   struct iam_page *ret);
/*
 * Walks a table for a page: take() copies what it keeps and says IAM_TAKEN, IAM_SKIPPED, or what
 * ends the walk (negative).
 */
enum { IAM_TAKEN = 0, IAM_SKIPPED = 1 };
int iam_page_walk(struct awi_req *req,
                  const struct awi_scope *scope,
                  const char *table,
                  struct awi_str prefix,
                  struct iam_page *page,
                  int (*take)(void *arg, struct awi_str key, struct awi_str value),
                  void *arg);
/* The same for n items at hand: the page is those from *first on, *count of them. */
int iam_page_slice(
    struct awi_req *req, struct iam_page *page, size_t n, size_t *first, size_t *count);
#define IAM_PAGE_END(out, page)                                                                    \
    do {                                                                                           \
        (out)->IsTruncated = AWI_SOME_BOOL(awi_str_is_set((page)->next));                          \
        (out)->Marker = (page)->next;                                                              \
    } while (0)

/* --- entity.c -------------------------------------------------------------------------------- */

enum iam_kind { IAM_ROLE, IAM_USER, IAM_GROUP, IAM_KINDS };

/* A role, user or group, and the members that all of them have. */
struct iam_entity {
    enum iam_kind kind;
    union {
        struct core_RoleRecord role;
        struct core_UserRecord user;
        struct core_GroupRecord group;
    };
    struct awi_str name, arn, path;
    struct core_NamedPolicies *inlined;
    struct core_Texts *attached;
    struct awi_str *boundary; /* NULL: a group */
    struct core_Tags *tags;   /* NULL: a group */
};

extern const char *const iam_kind_words[IAM_KINDS];  /* "role" */
extern const char *const iam_kind_titles[IAM_KINDS]; /* "Role" */

/* >0 NoSuchEntity. */
int iam_entity_open(struct awi_req *req,
                    enum iam_kind kind,
                    struct awi_str name,
                    struct iam_entity *ret);
/* The same; -ENOENT. */
int iam_entity_find(struct awi_req *req,
                    enum iam_kind kind,
                    struct awi_str name,
                    struct iam_entity *ret);
int iam_entity_save(struct awi_req *req, const struct iam_entity *entity);
/* >0 when something of that kind has the name already, in any spelling. */
int iam_entity_check_free(struct awi_req *req, enum iam_kind kind, struct awi_str name);
/* >0 UnmodifiableEntity: it is a service's own role. */
int iam_entity_check_unlinked(struct awi_req *req, const struct iam_entity *entity);
/* >0 DeleteConflict: policies are left. */
int iam_entity_check_bare(struct awi_req *req, const struct iam_entity *entity);

/* --- quota.c --------------------------------------------------------------------------------- */

/* One more record was written to a table of core/identity/principal.h: >0 LimitExceeded. */
int iam_quota_take(struct awi_req *req, const char *table);
/* One was deleted. */
int iam_quota_give(struct awi_req *req, const char *table);
/* How many records a table has, by walking it. */
int iam_count(const struct awi_scope *scope, const char *table, uint64_t *ret);

/* --- attach.c, inline.c ---------------------------------------------------------------------- */

/* Notes that a policy is used by an entity, or no longer. */
#define IAM_USE_POLICY   "policy"
#define IAM_USE_BOUNDARY "boundary"
#define IAM_USE_TABLE    "use"
int iam_use_add(struct awi_req *req,
                struct awi_str policy,
                enum iam_kind kind,
                const char *usage,
                struct awi_str name);
int iam_use_remove(struct awi_req *req,
                   struct awi_str policy,
                   enum iam_kind kind,
                   const char *usage,
                   struct awi_str name);
/* How often a policy is attached, and how often a boundary. */
int iam_use_count(struct awi_req *req, struct awi_str policy, int32_t *attached, int32_t *boundary);
/* All uses of an entity that is renamed (to) or deleted (to absent). */
int iam_use_move(struct awi_req *req, const struct iam_entity *entity, struct awi_str to);
/* A policy's name that is part of its ARN. */
struct awi_str iam_policy_name(struct awi_str arn);
/* The members that iam_Policy and iam_ManagedPolicyDetail both have, but for the two counts. */
#define IAM_POLICY_SHOWN(record)                                                                   \
    .PolicyName = (record)->PolicyName, .PolicyId = (record)->PolicyId, .Arn = (record)->Arn,      \
    .Path = (record)->Path, .DefaultVersionId = (record)->DefaultVersionId,                        \
    .IsAttachable = AWI_SOME_BOOL(true), .CreateDate = (record)->Created,                          \
    .UpdateDate = (record)->Updated
/* Is there such a policy? >0 NoSuchEntity. */
int iam_policy_check(struct awi_req *req, struct awi_str arn);
/* Sets the boundary of a new or existing entity, absent: none. */
int iam_boundary_set(struct awi_req *req, struct iam_entity *entity, struct awi_str arn);
int iam_boundary_show(struct awi_req *req,
                      struct awi_str arn,
                      struct iam_AttachedPermissionsBoundary **ret);
/* >0 MalformedPolicyDocument. */
int iam_document_check(struct awi_req *req, struct awi_str document);

/* --- trust.c --------------------------------------------------------------------------------- */

/* Checks a trust policy and puts it into the role, principals as unique ids. */
int iam_trust_set(struct awi_req *req, struct awi_str document, struct core_RoleRecord *role);
/* As it is shown: the ids of principals that are still there as ARNs. */
int iam_trust_show(struct awi_req *req, const struct core_RoleRecord *role, struct awi_str *ret);

/* --- tags.c ---------------------------------------------------------------------------------- */

/* Tags of a request into a record. >0: twice the same key, too many, a reserved one. */
int iam_tags_take(struct awi_req *req, const struct iam_tagListType *tags, struct core_Tags *ret);
int iam_tags_show(struct awi_req *req, const struct core_Tags *tags, struct iam_tagListType *ret);

/* Everything that has tags, in one form: a record of the core under a key. */
enum iam_tagged {
    IAM_TAGGED_ROLE,
    IAM_TAGGED_USER,
    IAM_TAGGED_POLICY,
    IAM_TAGGED_PROFILE,
    IAM_TAGGED_MFA,
    IAM_TAGGED_OIDC,
    IAM_TAGGED_SAML,
    IAM_TAGGED_CERT,
    IAM_TAGGED_KINDS,
};

struct iam_record {
    enum iam_tagged kind;
    struct awi_str key;
    void *value; /* the record's struct */
    struct core_Tags *tags;
};

/* Reads the record of a name, ARN or serial number; >0 NoSuchEntity. */
int iam_record_open(struct awi_req *req,
                    enum iam_tagged kind,
                    struct awi_str id,
                    struct iam_record *ret);
/* The same; -ENOENT. */
int iam_record_find(struct awi_req *req,
                    enum iam_tagged kind,
                    struct awi_str id,
                    struct iam_record *ret);
int iam_record_save(struct awi_req *req, const struct iam_record *record);
/* Writes one that is new. -EEXIST. */
int iam_record_insert(struct awi_req *req,
                      enum iam_tagged kind,
                      struct awi_str id,
                      const void *value);
int iam_record_delete(struct awi_req *req, const struct iam_record *record);

/* --- records of single nouns, as answers and other files need them ---------------------------- */
int iam_role_show(struct awi_req *req,
                  const struct core_RoleRecord *record,
                  bool whole,
                  struct iam_Role *ret);
/* When a role's sessions last acted; without members where they never did. */
int iam_role_used(struct awi_req *req, struct awi_str role_id, struct iam_RoleLastUsed **ret);
int iam_user_show(struct awi_req *req,
                  const struct core_UserRecord *record,
                  bool whole,
                  struct iam_User *ret);
void iam_group_show(const struct core_GroupRecord *record, struct iam_Group *ret);
/* Calls seen for every user of a group; it may change the user. */
int iam_group_each(struct awi_req *req,
                   struct awi_str group,
                   int (*seen)(struct awi_req *req, struct core_UserRecord *user, void *arg),
                   void *arg);
/* The user that a request names, or who calls. >0 when neither. */
int iam_user_named(struct awi_req *req, struct awi_str name, struct awi_str *ret);
/* When a key was last used; "N/A" where it never was. */
int iam_key_used(struct awi_req *req, struct awi_str id, struct iam_AccessKeyLastUsed *ret);
/* A principal or a key is gone, and with it when it was used. */
int iam_use_forget(struct awi_req *req, struct awi_str id);
int iam_policy_get(struct awi_req *req, struct awi_str arn, struct core_ManagedPolicyRecord *ret);
int iam_policy_put(struct awi_req *req, const struct core_ManagedPolicyRecord *record);

/* --- server_certificate.c, credential.c --------------------------------------------------------
 */

struct iam_certificate;
/* A certificate in PEM that has not expired. >0 MalformedCertificate. */
int iam_certificate_check(struct awi_req *req, struct awi_str text, struct iam_certificate *ret);
/* What must be done before the user can go ("delete signing certificates"); NULL: nothing. */
int iam_credentials_left(struct awi_req *req, const struct iam_entity *user, const char **ret);

/* What an account has once: alias, password policy, the root user's keys. */
int iam_settings_get(struct awi_req *req, struct iam_SettingsRecord *ret);
int iam_settings_put(struct awi_req *req, const struct iam_SettingsRecord *record);

/* --- root.c ---------------------------------------------------------------------------------- */

/* Is the root user meant: nobody is named, and it calls? */
bool iam_is_root(const struct awi_req *req, struct awi_str name);
/* Since when the root user has a password. -ENOENT: it has none. */
int iam_root_login(struct awi_req *req, struct awi_opt_time *ret);
int iam_root_login_show(struct awi_req *req, struct iam_LoginProfile **ret);
int iam_root_login_create(struct awi_req *req, struct iam_LoginProfile **ret);
int iam_root_login_delete(struct awi_req *req);

/* --- delegation.c ---------------------------------------------------------------------------- */

/* Does the caller own the delegation request, so that it may look at it and update it? */
bool iam_delegation_is_owner(struct awi_req *req, struct awi_str id);

/* --- delegation_policy.c -----------------------------------------------------------------------
 */

/* The policy that a request asks for: its template with the parameters filled in. */
int iam_delegation_policy(struct awi_req *req,
                          const struct iam_DelegationPermission *permissions,
                          struct awi_str *ret);

/* --- delegation_grant.c ------------------------------------------------------------------------
 */

/* Keeps who accepts the request: as whom its requestor may act. >0: the caller is nobody. */
int iam_delegation_grant(struct awi_req *req, const struct iam_DelegationRequest *request);
/* Tells the requestor's channel the state the request is in. */
int iam_delegation_tell_state(struct awi_req *req, const struct iam_DelegationRequest *request);
/* The session begins: makes the token and sends it to the requestor's channel. */
int iam_delegation_release(struct awi_req *req, const struct iam_DelegationRequest *request);

/* --- access.c -------------------------------------------------------------------------------- */
int iam_access(struct awi_req *req, const void *in, struct awi_access_list *ret);
/* Is the operation in the table? For the test that asks it of every one. */
bool iam_access_knows(struct awi_str operation);

/* --- Handlers --------------------------------------------------------------------------------- */
#define IAM_ANSWERS(function, Operation) IAM_OTHER(function, Operation, Operation##Response)
#define IAM_OTHER(function, Operation, Answer)                                                     \
    int iam_##function(                                                                            \
        struct awi_req *req, const struct iam_##Operation##Request *in, struct iam_##Answer *out);
#define IAM_SILENT(function, Operation)                                                            \
    int iam_##function(struct awi_req *req, const struct iam_##Operation##Request *in, void *out);
#define IAM_ASKS_NOTHING(function, Operation)                                                      \
    int iam_##function(struct awi_req *req, const void *in, struct iam_##Operation##Response *out);
#define IAM_MUTE(function, Operation)                                                              \
    int iam_##function(struct awi_req *req, const void *in, void *out);
#include "services/iam/operations.def"
#undef IAM_ANSWERS
#undef IAM_OTHER
#undef IAM_SILENT
#undef IAM_ASKS_NOTHING
#undef IAM_MUTE

extern const struct iam_handlers iam_handlers;

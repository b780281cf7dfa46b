/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the STS service share. Sessions themselves are core/identity's.
 */
#pragma once

#include "core/identity/identity.h"
#include "core/identity/session.h"
#include "core/service.h"

#include "gen/core.h"
#include "gen/sts.h"

/* --- caller.c -------------------------------------------------------------------------------- */
int sts_get_caller_identity(struct awi_req *req,
                            const struct sts_GetCallerIdentityRequest *in,
                            struct sts_GetCallerIdentityResponse *out);
int sts_get_access_key_info(struct awi_req *req,
                            const struct sts_GetAccessKeyInfoRequest *in,
                            struct sts_GetAccessKeyInfoResponse *out);

/* --- message.c ------------------------------------------------------------------------------- */
int sts_decode_authorization_message(struct awi_req *req,
                                     const struct sts_DecodeAuthorizationMessageRequest *in,
                                     struct sts_DecodeAuthorizationMessageResponse *out);

/* --- role.c ---------------------------------------------------------------------------------- */
int sts_assume_role(struct awi_req *req,
                    const struct sts_AssumeRoleRequest *in,
                    struct sts_AssumeRoleResponse *out);

/* --- open.c ---------------------------------------------------------------------------------- */

/* A role that somebody wants to assume. */
struct sts_role {
    struct awi_str account; /* in which it is */
    struct awi_str arn;
    bool exists; /* false: record is made up, its sessions are administrators */
    struct core_RoleRecord record;
};

/* Finds the role of an ARN, or makes one up where nobody created it. The role of an account that is
 * not there, and of one in enforce mode that nobody created: `refused` is set. >0: the ARN is no
 * role's. */
int sts_role_find(struct awi_req *req, struct awi_str arn, struct sts_role *ret, bool *refused);

/* "User: ... is not authorized to perform: sts:..." */
int sts_refuse(struct awi_req *req, const char *action, struct awi_str role_arn);

/* What is asked for with a role. No pointer is NULL. */
struct sts_wish {
    const struct sts_role *role;
    struct awi_str session_name;
    struct awi_opt_i32 seconds; /* absent: an hour */
    struct awi_str policy;
    const struct sts_policyDescriptorListType *policy_arns;
    const struct sts_tagListType *tags;
    const struct sts_tagKeyListType *transitive;
    struct awi_str source_identity;
};

struct sts_opened {
    struct sts_Credentials *keys;
    struct sts_AssumedRoleUser *who;
    struct awi_opt_i32 packed_size;
};

/* Checks the wish and issues the session; the caller has filled in what only it knows of it. >0:
 * AWS refuses. */
int sts_session_open(struct awi_req *req,
                     const struct sts_wish *wish,
                     struct core_SessionRecord *session,
                     struct sts_opened *ret);

/* --- web.c ----------------------------------------------------------------------------------- */
int sts_assume_role_with_web_identity(struct awi_req *req,
                                      const struct sts_AssumeRoleWithWebIdentityRequest *in,
                                      struct sts_AssumeRoleWithWebIdentityResponse *out);

/* Somebody whom a provider speaks for, as a verified token or assertion tells. */
struct sts_federated {
    struct awi_str provider; /* as trust policies name it: an ARN, or a host that all know */
    struct awi_str subject;
    struct awi_str audience;
    struct sts_tagListType tags;
    struct sts_tagKeyListType transitive;
    struct awi_str source_identity;
    /* Condition keys of the request, and those of them that the session keeps. */
    struct awi_context_entry *keys;
    size_t n_keys;
    struct core_Tags kept;
};

/* Verifies the token against the provider of the role's account. >0: AWS refuses it. */
int sts_web_identity(struct awi_req *req,
                     const struct sts_role *role,
                     const struct sts_AssumeRoleWithWebIdentityRequest *in,
                     struct sts_federated *ret);

/* --- claims.c -------------------------------------------------------------------------------- */

struct awi_jwt;
/* Fills in what the token says besides subject, audience and provider, which are there. >0: it says
 * what it must not. */
int sts_claims(struct awi_req *req,
               const struct awi_jwt *jwt,
               struct awi_str issuer,
               struct sts_federated *ret);

/* --- root.c ---------------------------------------------------------------------------------- */
int sts_assume_root(struct awi_req *req,
                    const struct sts_AssumeRootRequest *in,
                    struct sts_AssumeRootResponse *out);
/* The account of a TargetPrincipal: its id, or its root user's ARN. >0: neither. */
int sts_root_target(struct awi_req *req, struct awi_str named, struct awi_str *ret_account);

/* --- delegated.c ------------------------------------------------------------------------------ */
int sts_get_delegated_access_token(struct awi_req *req,
                                   const struct sts_GetDelegatedAccessTokenRequest *in,
                                   struct sts_GetDelegatedAccessTokenResponse *out);

/* --- outbound.c ------------------------------------------------------------------------------ */
int sts_get_web_identity_token(struct awi_req *req,
                               const struct sts_GetWebIdentityTokenRequest *in,
                               struct sts_GetWebIdentityTokenResponse *out);

/* --- saml.c ---------------------------------------------------------------------------------- */
int sts_assume_role_with_saml(struct awi_req *req,
                              const struct sts_AssumeRoleWithSAMLRequest *in,
                              struct sts_AssumeRoleWithSAMLResponse *out);

/* What a verified SAML response says; its audience is the recipient. */
struct sts_saml {
    struct sts_federated who;
    struct awi_str provider_name;
    struct awi_str session_name;
    struct awi_str issuer;
    struct awi_str subject_type; /* "persistent", "transient", or a whole format */
    struct awi_str name_qualifier;
    int64_t until; /* milliseconds: when the session at the provider ends; 0: not said */
};

/* Verifies the response against the provider of the role's account. >0: AWS refuses it. */
int sts_saml_read(struct awi_req *req,
                  const struct sts_role *role,
                  const struct sts_AssumeRoleWithSAMLRequest *in,
                  struct sts_saml *ret);

/* --- user.c ---------------------------------------------------------------------------------- */
int sts_get_session_token(struct awi_req *req,
                          const struct sts_GetSessionTokenRequest *in,
                          struct sts_GetSessionTokenResponse *out);
int sts_get_federation_token(struct awi_req *req,
                             const struct sts_GetFederationTokenRequest *in,
                             struct sts_GetFederationTokenResponse *out);

/* --- issue.c --------------------------------------------------------------------------------- */

/* Is the caller a session that was issued here? NULL when not. */
const struct core_SessionRecord *sts_session(const struct awi_req *req);
/* The root user with a key of its own, as opposed to keys nobody issued, which only stand for it.
 */
int sts_is_real_root(struct awi_req *req, bool *ret);

/* Stores the session for so many seconds and gives its keys. */
int sts_issue(struct awi_req *req,
              struct core_SessionRecord *session,
              int32_t seconds,
              struct sts_Credentials **ret);

/* SerialNumber and TokenCode: 0, *ret_present says whether the caller has shown a second factor;
 * >0 refused. */
int sts_check_mfa(struct awi_req *req,
                  struct awi_str serial,
                  struct awi_str code,
                  bool *ret_present);

/* --- limits.c -------------------------------------------------------------------------------- */

/* Policies passed with a session: their grammar, their accounts. */
int sts_take_policies(struct awi_req *req,
                      struct awi_str account,
                      struct awi_str policy,
                      const struct sts_policyDescriptorListType *arns,
                      struct core_SessionRecord *session);
/* Tags passed, with those that the caller's session hands on. */
int sts_take_tags(struct awi_req *req,
                  const struct sts_tagListType *tags,
                  const struct sts_tagKeyListType *transitive,
                  struct core_SessionRecord *session);
/* How much of the allotted space policies and tags take, in percent; absent when none was passed.
 * >0: more than all of it. */
int sts_packed_size(struct awi_req *req,
                    struct awi_str policy,
                    const struct sts_policyDescriptorListType *arns,
                    const struct sts_tagListType *tags,
                    struct awi_opt_i32 *ret);

/* The same of a session of delegated access: what was delegated beside the session's own. */
int sts_packed_delegation(struct awi_req *req,
                          const struct core_SessionRecord *session,
                          struct awi_opt_i32 *ret);

/* --- access.c -------------------------------------------------------------------------------- */
int sts_access(struct awi_req *req, const void *in, struct awi_access_list *ret);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS's authorization: policy documents compiled once, decisions over them, and why.
 *
 *     struct awi_policy *policy;                       once, in an arena that outlives its use
 *     r = awi_policy_compile(arena, text, &policy, &error);
 *     awi_policy_context_sort(entries, n);             once a request
 *     awi_policy_evaluate(&layers, &request, &decision);
 *
 * Pure: no store, no clock, no state. A compiled policy never changes and may be shared by threads;
 * evaluation takes no memory from the heap and at most a few KiB of stack. Its time is bounded by
 * (size of the policies) x (size of the request's texts), whatever the wildcards.
 *
 * The rules are numbered below as in docs/policy.md; they follow the IAM user guide's pages
 * reference_policies_evaluation-logic*, reference_policies_elements_*, reference_policies_variables
 * and the Organizations pages on SCPs and RCPs.
 *
 * Evaluation is lenient: what the grammar forbids but a document holds all the same (a misspelt
 * operator, an Effect that is neither Allow nor Deny, NotPrincipal with Allow) matches nothing.
 * Refusing such documents when they are saved is awi_policy_validate()'s task.
 */
#pragma once

#include "core/policy/json.h"
#include "core/util/arena.h"
#include "core/util/buf.h"
#include "core/util/str.h"

/* --- Documents ------------------------------------------------------------------------------- */

/* Longer documents are not compiled; AWS's own limits lie far below. */
#define AWI_POLICY_LONGEST (128 * 1024)

struct awi_policy; /* compiled */

struct awi_policy_error {
    const char *reason; /* static, for people */
    size_t at;          /* offset in the text, in bytes */
};

/*
 * Compiles text. The policy lies in the arena, and views text: both must live as long as it.
 * 0, -EINVAL with *ret_error filled (not JSON, or not an object with a Statement), -EMSGSIZE,
 * -ENOMEM.
 */
int awi_policy_compile(struct awi_arena *arena,
                       struct awi_str text,
                       const struct awi_policy **ret,
                       struct awi_policy_error *ret_error);
/* The same from a tree; a tree that is a string is compiled from the JSON that it holds, and then
 * *ret_text (may be NULL) is that text, else absent. */
int awi_policy_compile_json(struct awi_arena *arena,
                            const struct awi_json *tree,
                            const struct awi_policy **ret,
                            struct awi_str *ret_text,
                            struct awi_policy_error *ret_error);

size_t awi_policy_statements(const struct awi_policy *policy);

struct awi_policy_statement_view {
    struct awi_str sid; /* absent if it has none */
    size_t index;       /* from 0 */
    size_t start, end;  /* where it stands in the text that was compiled */
    bool deny;
};
void awi_policy_statement(const struct awi_policy *policy,
                          size_t index,
                          struct awi_policy_statement_view *ret);

/* The condition keys that conditions and variables name, each spelling once, in order of
 * appearance (GetContextKeysForCustomPolicy). Lives with the policy. */
const struct awi_str *awi_policy_keys(const struct awi_policy *policy, size_t *ret_n);

/* --- Saving ---------------------------------------------------------------------------------- */

enum awi_policy_kind {
    AWI_POLICY_IDENTITY, /* managed, inline, boundary and session policies */
    AWI_POLICY_RESOURCE, /* bucket, queue, key policies: a principal in every statement */
    AWI_POLICY_TRUST,    /* of a role: principals and STS actions, no resources */
    AWI_POLICY_SCP,
    AWI_POLICY_RCP,
};

/*
 * Would AWS accept this document? 0: yes. 1: no, and *ret_reason is what IAM says with
 * MalformedPolicyDocument (Organizations answers all of them with one sentence, which the SCP and
 * RCP kinds give). -ENOMEM. The arena holds working memory and the reason.
 * Sizes are the caller's to check, with awi_policy_size(); they differ by where a document is put.
 */
int awi_policy_validate(struct awi_arena *arena,
                        enum awi_policy_kind kind,
                        struct awi_str text,
                        struct awi_str *ret_reason);

/*
 * Asks map about each string under "AWS" of the Principal and NotPrincipal elements; where it fills
 * *ret, that stands in its place in the document, the rest of which stays byte by byte. *ret is in
 * the arena or the document itself. Stops at and returns what map returns that is not 0. A document
 * that is no JSON has no principals.
 */
int awi_policy_map_principals(struct awi_arena *arena,
                              struct awi_str document,
                              int (*map)(void *arg, struct awi_str principal, struct awi_str *ret),
                              void *arg,
                              struct awi_str *ret);

/* Characters as IAM's quotas count them, white space outside of strings apart; Organizations count
 * every character (awi_policy_size_all). */
size_t awi_policy_size(struct awi_str text);
size_t awi_policy_size_all(struct awi_str text);

/* --- The request ----------------------------------------------------------------------------- */

enum awi_policy_caller_type {
    AWI_CALLER_USER,
    AWI_CALLER_ROLE,      /* a session of a role */
    AWI_CALLER_FEDERATED, /* GetFederationToken */
    AWI_CALLER_ROOT,
    AWI_CALLER_SERVICE,
    AWI_CALLER_PROVIDER, /* a web identity or SAML provider, asking for a role */
    AWI_CALLER_ANONYMOUS,
};

struct awi_policy_caller {
    enum awi_policy_caller_type type;
    struct awi_str account;    /* 12 digits; absent for services, providers and anonymous */
    struct awi_str arn;        /* as GetCallerIdentity shows it; the service's or provider's name */
    struct awi_str issuer_arn; /* of a session: the role, or the user who federated */
    struct awi_str unique_id;  /* AIDA... of a user, AROA... of a session's role; may be absent */
    struct awi_str canonical_id; /* of the account, as S3 knows it; may be absent */
};

/*
 * Reads who asks from an ARN (user, role, root, assumed-role, federated-user), a service's name
 * (sns.amazonaws.com) or "*". role_arn: of an assumed role, absent: path "/" is taken. 0, -EINVAL,
 * -ENOMEM. What is made lives in the arena, the rest views arn.
 */
int awi_policy_caller_read(struct awi_arena *arena,
                           struct awi_str arn,
                           struct awi_str role_arn,
                           struct awi_policy_caller *ret);

struct awi_policy_key {
    struct awi_str name;
    const struct awi_str *values;
    size_t n; /* a key without values counts as absent */
    bool multivalued;
};

/* Into the order that requests need; of several entries of one name the last stays. The new n. */
size_t awi_policy_context_sort(struct awi_policy_key *entries, size_t n);

struct awi_policy_request {
    struct awi_policy_caller caller;
    struct awi_str action;   /* "s3:GetObject" */
    struct awi_str resource; /* ARN, or "*" where the action has none */
    const struct awi_policy_key *context;
    size_t n_context;
};

/* NULL when the key is absent; case does not matter. */
const struct awi_policy_key *awi_policy_context_find(const struct awi_policy_request *request,
                                                     struct awi_str name);

/* --- What is attached ------------------------------------------------------------------------ */

struct awi_policy_ref {
    const struct awi_policy *policy;
    struct awi_str id; /* names it in explanations */
    struct awi_str
        arn; /* of a managed policy, SCP or RCP: refusals end with it (8.5); may be absent */
    struct awi_str text; /* its document, for those who show it; may be absent */
};

struct awi_policy_set {
    const struct awi_policy_ref *items;
    size_t n;
};

/* One level of the path from the organization's root to the account. */
struct awi_policy_level {
    struct awi_str target; /* r-..., ou-..., the account; for explanations */
    struct awi_policy_set policies;
};

enum awi_policy_resource_kind {
    AWI_RESOURCE_ORDINARY,
    AWI_RESOURCE_ROLE, /* its trust policy must allow (1.8) */
    AWI_RESOURCE_KEY,  /* a KMS key: its policy must allow (1.8) */
};

/* All may be left empty. What does not bind the caller (1.11, 1.12, 3.1, 3.2) may be given all the
 * same and is passed over. */
struct awi_policy_layers {
    struct awi_policy_set identity; /* those of groups included */
    const struct awi_policy_ref *boundary;
    bool session_passed; /* true: the session policies are a limit, even an empty set */
    /* They limit the root user too, and whom the resource's policy names directly: sessions of
     * AssumeRoot and of delegated access. */
    bool session_binds;
    struct awi_policy_set session;
    const struct awi_policy_ref *delegated; /* must allow beside the session policies; NULL: none */
    const struct awi_policy_level *scp; /* of the caller's account, from the root down; 0: none */
    size_t n_scp;
    const struct awi_policy_level *rcp; /* of the resource's account */
    size_t n_rcp;
    const struct awi_policy_ref *resource; /* the resource's policy, trust or key policy */
    enum awi_policy_resource_kind kind;
    struct awi_str owner;      /* the resource's account; absent: the caller's */
    struct awi_str management; /* management account of the organization: SCPs and RCPs spare it */
    bool aws_managed_key;      /* RCPs spare it too */
};

/* What a resource is, by its ARN and the action that is asked for. */
enum awi_policy_resource_kind awi_policy_kind_of(struct awi_str action, struct awi_str resource);
/* The account that owns a resource: the ARN's, else the fallback. */
struct awi_str awi_policy_owner_of(struct awi_str resource, struct awi_str fallback);

/* --- The decision ---------------------------------------------------------------------------- */

enum awi_policy_verdict {
    AWI_IMPLICIT_DENY,
    AWI_ALLOWED,
    AWI_EXPLICIT_DENY,
};

/* In the order in which denies are looked for and allows found missing. */
enum awi_policy_layer {
    AWI_LAYER_RCP,
    AWI_LAYER_SCP,
    AWI_LAYER_RESOURCE,
    AWI_LAYER_IDENTITY,
    AWI_LAYER_BOUNDARY,
    AWI_LAYER_SESSION,
    AWI_LAYERS,
    AWI_LAYER_ROOT = AWI_LAYERS, /* allowed as the root user */
    AWI_LAYER_NONE,              /* a call that needs no permission */
};

struct awi_policy_finding {
    bool applies; /* the layer has a say over this caller and resource */
    bool allows;  /* it allows, or has no say; resource: names the caller in an Allow */
    const struct awi_policy_ref *deny; /* the first explicit deny found */
    size_t deny_statement;
    size_t deny_level; /* SCP, RCP */
    const struct awi_policy_ref *allow;
    size_t allow_statement;
    size_t missing_level; /* SCP, RCP: the first level without an allow */
};

struct awi_policy_decision {
    enum awi_policy_verdict verdict;
    enum awi_policy_layer layer;         /* that decided */
    const struct awi_policy_ref *policy; /* that decided; NULL when an allow was missing */
    size_t statement;
    bool cross_account;
    struct awi_policy_finding layers[AWI_LAYERS];
};

void awi_policy_evaluate(const struct awi_policy_layers *layers,
                         const struct awi_policy_request *request,
                         struct awi_policy_decision *ret);

/* Could some action of the service ("s3") be allowed by these policies, conditions and resources
 * aside? A Deny counts where it takes all of the service, everywhere and always. */
bool awi_policy_reaches_service(const struct awi_policy_set *set, struct awi_str service);

/* Sets of layers: those of the two accounts between which a request crosses (2.1). */
#define AWI_LAYERS_OWNER ((1u << AWI_LAYER_RCP) | (1u << AWI_LAYER_RESOURCE))
#define AWI_LAYERS_CALLER                                                                          \
    ((1u << AWI_LAYER_SCP) | (1u << AWI_LAYER_IDENTITY) | (1u << AWI_LAYER_BOUNDARY) |             \
     (1u << AWI_LAYER_SESSION))

/*
 * Do some of the layers of a decision across accounts, where each has to allow for itself, refuse
 * it by themselves? Then *ret is the decision as they alone make it.
 */
bool awi_policy_refused_by(const struct awi_policy_decision *decision,
                           unsigned layers,
                           struct awi_policy_decision *ret);

/* --- Why ------------------------------------------------------------------------------------- */

const char *awi_policy_verdict_name(enum awi_policy_verdict verdict); /* "explicitDeny" */
const char *awi_policy_layer_name(enum awi_policy_layer layer);       /* "boundary" */

struct awi_policy_match {
    enum awi_policy_layer layer;
    const struct awi_policy_ref *policy;
    size_t statement;
    size_t level; /* SCP, RCP */
};

/* The statements that made the decision: the denying ones of the deciding layer, or those that
 * allowed. How many there are; at most max are written. */
size_t awi_policy_matches(const struct awi_policy_layers *layers,
                          const struct awi_policy_request *request,
                          const struct awi_policy_decision *decision,
                          struct awi_policy_match *ret,
                          size_t max);

/* Keys that the layers' statements on this action and resource ask for and the request lacks, each
 * once. How many; at most max are written. */
size_t awi_policy_missing(const struct awi_policy_layers *layers,
                          const struct awi_policy_request *request,
                          struct awi_str *ret,
                          size_t max);

enum {
    AWI_MESSAGE_POLICY_ARN = 1 << 0, /* end explicit denies with the policy's ARN (8.5) */
    AWI_MESSAGE_NO_REASON = 1 << 1,  /* the caller is of another organization (8.6) */
};

/* Appends the sentence with which AWS refuses (8.1-8.6). Nothing for an allowed request. 0 or the
 * buffer's error. */
int awi_policy_message(const struct awi_policy_layers *layers,
                       const struct awi_policy_request *request,
                       const struct awi_policy_decision *decision,
                       unsigned flags,
                       struct awi_buf *out);

/* --- Keeping compiled policies ---------------------------------------------------------------- */

/*
 * Compiled policies by their text, so that the same document is compiled once. Bounded, safe for
 * threads. An entry that is held is never freed.
 */
struct awi_policy_cache;
struct awi_policy_held; /* a policy of a cache, held */

/* max: entries, at least 1. -ENOMEM. */
int awi_policy_cache_new(size_t max, struct awi_policy_cache **ret);
/* Everything must have been let go. NULL is nothing. */
struct awi_policy_cache *awi_policy_cache_free(struct awi_policy_cache *cache);

/* Compiles or finds. text is copied. As awi_policy_compile(); 0: *ret_held is to be let go. */
int awi_policy_cache_get(struct awi_policy_cache *cache,
                         struct awi_str text,
                         const struct awi_policy **ret,
                         struct awi_policy_held **ret_held,
                         struct awi_policy_error *ret_error);
void awi_policy_cache_let_go(struct awi_policy_cache *cache, struct awi_policy_held *held);

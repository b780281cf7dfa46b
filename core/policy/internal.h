/* SPDX-License-Identifier: Apache-2.0 */
/* What a compiled policy is made of. For core/policy only. */
#pragma once

#include "core/policy/policy.h"

/* --- glob.c: patterns with wildcards and variables -------------------------------------------- */

enum piece_kind {
    PIECE_TEXT,
    PIECE_STAR,
    PIECE_ONE,
    PIECE_VAR,
};

struct piece {
    enum piece_kind kind;
    struct awi_str text; /* literal; of a variable its default, absent if it has none */
    struct awi_str key;  /* of a variable */
};

enum glob_shape {
    GLOB_GENERAL,
    GLOB_EXACT, /* at most one piece of text */
    GLOB_HEAD,  /* text and then a star */
    GLOB_ANY,   /* stars only */
};

struct glob {
    struct piece *pieces;
    unsigned n;
    enum glob_shape shape;
    bool variables;
};

enum {
    GLOB_WILDCARDS = 1 << 0,
    GLOB_VARIABLES = 1 << 1,
};

/* 0 or -ENOMEM. */
int awi_policy_glob_compile(struct awi_arena *arena,
                            struct awi_str text,
                            unsigned flags,
                            struct glob *ret);
bool awi_policy_glob_match(const struct glob *glob,
                           struct awi_str text,
                           bool nocase,
                           const struct awi_policy_request *request);

/* --- arn.c: six parts ------------------------------------------------------------------------- */

#define ARN_PARTS 6

struct arn {
    struct awi_str part[ARN_PARTS];
};

/* False when there are fewer than six parts. */
bool awi_policy_arn_split(struct awi_str text, struct arn *ret);

/* A pattern matched part by part. */
struct arn_glob {
    bool any;   /* "*" as a Resource */
    bool split; /* part[] is valid */
    struct glob part[ARN_PARTS];
    struct glob whole; /* where it was not split: variables before the sixth part, or no ARN */
};

/* Of a Resource: variables in the sixth part only. Of a condition: anywhere. 0 or -ENOMEM. */
int awi_policy_arn_glob_resource(struct awi_arena *arena,
                                 struct awi_str text,
                                 bool variables,
                                 struct arn_glob *ret);
int awi_policy_arn_glob_condition(struct awi_arena *arena,
                                  struct awi_str text,
                                  bool variables,
                                  struct arn_glob *ret);
/* text split, or NULL when it is no ARN. */
bool awi_policy_arn_glob_match_resource(const struct arn_glob *glob,
                                        struct awi_str text,
                                        const struct arn *split,
                                        const struct awi_policy_request *request);
bool awi_policy_arn_glob_match_condition(const struct arn_glob *glob,
                                         struct awi_str text,
                                         const struct awi_policy_request *request);
/* Would glob_split cut it: five colons as text. For glob.c and arn.c. */
bool awi_policy_glob_match_parts(const struct glob *glob,
                                 const struct arn *split,
                                 const struct awi_policy_request *request);

/* --- value.c: numbers, dates, addresses --------------------------------------------------------
 */

struct number {
    bool valid;
    bool negative;
    bool zero;
    int64_t magnitude; /* power of ten of the first digit */
    const char *at;    /* first significant digit */
    const char *end;   /* behind the last, a point may lie between */
};

struct date {
    bool valid;
    int64_t seconds;
    uint32_t nanos;
};

struct network {
    unsigned family; /* 4, 6, or 0: not an address */
    unsigned prefix;
    unsigned char address[16];
};

void awi_policy_number_read(struct awi_str text, struct number *ret);
int awi_policy_number_cmp(const struct number *a, const struct number *b);
void awi_policy_date_read(struct awi_str text, struct date *ret);
int awi_policy_date_cmp(const struct date *a, const struct date *b);
/* With prefix: CIDR is allowed. */
void awi_policy_network_read(struct awi_str text, bool prefix, struct network *ret);
bool awi_policy_network_holds(const struct network *network, const struct network *address);
/* 1, 0, or -1 when it is neither true nor false. */
int awi_policy_truth_read(struct awi_str text);
bool awi_policy_base64_is_valid(struct awi_str text);

/* --- condition.c -------------------------------------------------------------------------------
 */

struct operator_row;

enum set_operator {
    SET_NONE,
    SET_ALL,
    SET_ANY,
};

union condition_value {
    struct glob glob;
    struct arn_glob arn;
    struct number number;
    struct date date;
    struct network network;
    struct awi_str text;
    int truth;
};

struct condition {
    const struct operator_row *op; /* NULL: unknown, never holds */
    enum set_operator set;
    bool if_exists;
    struct awi_str key;
    union condition_value *values;
    size_t n;
};

/* Reads one operator's name: false when AWS knows none such. */
bool awi_policy_condition_operator(struct awi_str name, struct condition *ret);
bool awi_policy_condition_is_null(const struct condition *condition);
bool awi_policy_condition_takes_variables(const struct condition *condition);
/* Could this text be compared at all: a number for numeric operators, and so on. */
bool awi_policy_condition_value_is_valid(const struct condition *condition, struct awi_str text);
/* The pattern of a value that may hold variables; NULL where there are none. */
const struct glob *awi_policy_condition_pattern(const struct condition *condition, size_t i);
/* 0 or -ENOMEM. text: the value as a string. */
int awi_policy_condition_value(struct awi_arena *arena,
                               const struct condition *condition,
                               struct awi_str text,
                               bool variables,
                               union condition_value *ret);
bool awi_policy_condition_holds(const struct condition *condition,
                                const struct awi_policy_request *request);

/* --- principal.c -------------------------------------------------------------------------------
 */

enum principal_kind {
    PRINCIPAL_ANY,
    PRINCIPAL_ACCOUNT,   /* text is the account */
    PRINCIPAL_ARN,       /* user, role, session, federated user */
    PRINCIPAL_UNIQUE_ID, /* AIDA..., AROA... */
    PRINCIPAL_SERVICE,
    PRINCIPAL_FEDERATED,
    PRINCIPAL_CANONICAL,
    PRINCIPAL_NOBODY,
};

struct principal {
    enum principal_kind kind;
    struct awi_str text;
};

/* How an entry names the caller, in rising worth (1.7). */
enum naming {
    NAMED_NOT,
    NAMED_ACCOUNT, /* delegates */
    NAMED_ISSUER,  /* the session's role, the federated user's user */
    NAMED_DIRECTLY,
};

/* type: "AWS", "Service", ... */
void awi_policy_principal_read(struct awi_str type, struct awi_str text, struct principal *ret);
enum naming awi_policy_principal_names(const struct principal *list,
                                       size_t n,
                                       const struct awi_policy_caller *caller);
/* 4.8: is the whole chain of the caller listed? */
bool awi_policy_principal_spares(const struct principal *list,
                                 size_t n,
                                 const struct awi_policy_caller *caller);

/* --- statements --------------------------------------------------------------------------------
 */

enum effect {
    EFFECT_NEITHER,
    EFFECT_ALLOW,
    EFFECT_DENY,
};

struct statement {
    enum effect effect;
    bool not_action;
    bool not_resource;
    bool has_resource;
    bool has_principal;
    bool not_principal;
    struct glob *actions;
    size_t n_actions;
    struct arn_glob *resources;
    size_t n_resources;
    struct principal *principals;
    size_t n_principals;
    struct condition *conditions;
    size_t n_conditions;
    struct awi_str sid;
    size_t start, end;
};

struct awi_policy {
    struct statement *statements;
    size_t n;
    struct awi_str *keys;
    size_t n_keys;
    bool allows_all; /* no deny, and an unconditional Allow of * on * */
};

/* --- match.c -----------------------------------------------------------------------------------
 */

/* What evaluation works with: the request, and what is found out about it once. */
struct question {
    const struct awi_policy_request *request;
    const struct awi_policy_layers *layers;
    const struct arn *resource; /* NULL: "*", or no ARN */
    bool bounded;               /* a boundary binds the caller (4.8) */
};

enum principal_rule {
    PRINCIPAL_IGNORED,  /* identity policies and what is like them */
    PRINCIPAL_REQUIRED, /* resource policies */
    PRINCIPAL_OPTIONAL, /* RCPs */
};

bool awi_policy_statement_covers(const struct statement *statement,
                                 const struct question *question,
                                 enum principal_rule rule);
/* How the statement names the caller, NAMED_NOT when it does not apply to this request. */
enum naming awi_policy_statement_applies(const struct statement *statement,
                                         const struct question *question,
                                         enum principal_rule rule);

/* --- evaluate.c --------------------------------------------------------------------------------
 */

bool awi_policy_caller_has_identity(const struct awi_policy_caller *caller);
bool awi_policy_caller_is_cross_account(const struct awi_policy_layers *layers,
                                        const struct awi_policy_caller *caller);
bool awi_policy_layer_applies(const struct question *question, enum awi_policy_layer layer);
void awi_policy_question_init(struct question *question,
                              const struct awi_policy_layers *layers,
                              const struct awi_policy_request *request,
                              struct arn *room);

enum principal_rule awi_policy_layer_principal_rule(enum awi_policy_layer layer);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of a service: everything that services/ may use of a request. A service is a table of
 * typed handlers over a generated model; it includes this, its own generated header
 * ("gen/<svc>.h"), and nothing else of the core but util/ and what is named here.
 *
 *     static int create_queue(struct awi_req *req, const struct sqs_CreateQueueRequest *in,
 *                             struct sqs_CreateQueueResult *out);
 *     static const struct sqs_handlers handlers = {.CreateQueue = create_queue};
 *     const struct awi_service awi_service_sqs = {.model = &sqs_model, .handlers = &handlers};
 *
 * A handler gets a decoded and validated input, an output that is all absent, and a transaction
 * that is open for writing unless the operation is marked read-only. It returns 0   done: the
 * transaction is committed, the output encoded; >0  what awi_fail() returned: an AWS error; the
 * transaction is rolled back; <0  -errno: our own fault: rolled back, answered as a 500 that names
 * the cause. All memory comes from awi_arena(req) and is gone with the request. A handler never
 * sleeps.
 */
#pragma once

#include "core/error.h"
#include "core/shape/shape.h"
#include "core/store/store.h"
#include "core/util/arena.h"
#include "core/util/str.h"

#include <sys/types.h>

/* Who calls. Filled before the handler runs; never NULL. All strings live with the request. */
enum awi_principal_type {
    AWI_PRINCIPAL_ROOT, /* also: keys nobody issued, which stand for their account */
    AWI_PRINCIPAL_USER,
    AWI_PRINCIPAL_ROLE,      /* an assumed-role session */
    AWI_PRINCIPAL_FEDERATED, /* GetFederationToken */
    AWI_PRINCIPAL_ANONYMOUS, /* unsigned request */
    AWI_PRINCIPAL_SERVICE,
};

struct awi_principal {
    enum awi_principal_type type;
    struct awi_str account;    /* 12 digits */
    struct awi_str arn;        /* as GetCallerIdentity shows it (identity.md 6.2) */
    struct awi_str user_id;    /* likewise */
    struct awi_str issuer_arn; /* the user, or the role of a session: aws:PrincipalArn */
    struct awi_str name;       /* user name, role name, federated name */
    struct awi_str session_name;
    struct awi_str access_key_id;
    bool temporary;      /* the key is a session's */
    const void *session; /* struct core_SessionRecord of a temporary key, else NULL */
};

/*
 * One permission that a request needs (identity.md 4, 5). A request may need several: CopyObject
 * reads one object and writes another.
 */
enum {
    /* Nothing is needed and no policy can forbid it (sts:GetCallerIdentity). */
    AWI_ACCESS_FREE = 1 << 0,
    /* The resource's policy must allow, whatever the identity side says: trust and key policies. */
    AWI_ACCESS_POLICY_DECIDES = 1 << 1,
    /*
     * The owner's account is a boundary in every mode, `off` and `audit` too: a request of another
     * account is refused unless the resource's policy allows it. For resources that a handler
     * reaches outside of the request's account.
     */
    AWI_ACCESS_BOUNDARY = 1 << 2,
    /* Concerns one part of the request, whose refusal the handler answers beside the success of
     * others (DeleteObjects): awi_access_refusal(). */
    AWI_ACCESS_PART = 1 << 3,
};

struct awi_context_entry {
    struct awi_str key; /* "s3:prefix", "aws:RequestTag/team" */
    const struct awi_str *values;
    size_t n;
    bool multivalued;
};

struct awi_access_row;
struct awi_access {
    struct awi_str action;   /* "s3:GetObject" */
    struct awi_str resource; /* ARN; "*" where the action has no resource */
    struct awi_str owner;    /* account that owns the resource; absent: the request's */
    struct awi_str policy;   /* the resource's policy, JSON text; absent: none */
    struct awi_str provider; /* who speaks for an unsigned caller, as trust policies name it
                                (Federated); absent: the caller itself asks */
    unsigned flags;          /* AWI_ACCESS_* */
    const struct awi_context_entry *context;
    size_t n_context;
    /* What costs something to find out and is added to context only if a policy is to be asked,
     * which it seldom is for a root user. 0 or -errno. */
    const struct awi_access_row *row; /* what its own context says; NULL: nothing more */
    int (*more)(struct awi_req *req, struct awi_access *access); /* after that; NULL: nothing */
    const void *about;                                           /* the service's own, for more() */
};

struct awi_access_list {
    struct awi_access *items;
    size_t n;
};

/*
 * One permission of an operation as a row of its service's table; several rows of one operation are
 * several permissions. Texts name members of the input in braces: "{TableName}"; "{RequestItems[]}"
 * means each key of a map, with a permission for each. A member that is an ARN stands for the whole
 * resource; one that is absent makes the resource "*".
 */
struct awi_access_row {
    struct awi_str operation;
    const char *action;   /* "s3:GetObject"; NULL: <signing name>:<operation> */
    const char *resource; /* "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}" */
    const char *context;  /* "s3:prefix=Prefix,s3:delimiter=Delimiter"; NULL: none. Tags and TagKeys
                             of an input become aws:RequestTag and aws:TagKeys by themselves. */
    const char *when;     /* only if this member is set; "!Member": if it is not. NULL: always */
    unsigned flags;       /* AWI_ACCESS_* */
};

/* A service as core sees it. */
struct awi_service {
    const struct awi_model *model;
    const void *handlers; /* struct <svc>_handlers */

    /*
     * Operations named Get, List, Describe, Head, BatchGet, Query, Scan or Select... run in a read
     * transaction, all others in a write transaction. These, NULL-terminated, are exceptions either
     * way. NULL: none.
     */
    const char *const *writes;
    const char *const *reads;

    /* The handlers check constraints of members themselves, with codes and words of their own, so
     * that what the model says (required, length, enum ...) is not looked at (S3). */
    bool checks_itself;

    /* Places the service's own error for input that breaks the model's constraints; the first fault
     * is given. NULL: the protocol's ValidationException or its like, which quotes all of them. */
    int (*invalid)(struct awi_req *req, const struct awi_fault *fault);

    /*
     * What an operation needs permission for: rows (ended by one without an operation; NULL: none),
     * or a function for what rows cannot say. The function is asked first, runs inside the
     * request's transaction, after decoding, and may fail as a handler does; when it leaves
     * ret->items NULL the rows count. An operation that neither knows is recorded as such, and
     * refused where permissions are enforced.
     */
    int (*access)(struct awi_req *req, const void *in, struct awi_access_list *ret);
    const struct awi_access_row *rows;
};

/* Why the caller was refused this part (AWI_ACCESS_PART) of the request; absent: it was not. */
struct awi_str
awi_access_refusal(const struct awi_req *req, struct awi_str action, struct awi_str resource);

/* The permissions that rows say an operation needs, for an access function that adds to them: owner
 * and policy of a resource, more(). Their context is still to come. ret->items NULL: no row. 0 or
 * -ENOMEM. */
int awi_access_of_rows(struct awi_req *req,
                       const struct awi_access_row *rows,
                       const void *in,
                       struct awi_access_list *ret);

/*
 * Does a resource's policy name only principals that may exist? 0: yes. 1: no, *ret_wrong is the
 * first that does not, in the arena. -errno. Users and roles of accounts where permissions are
 * enforced must be there, and whom a unique id stands for (docs/policy.md, 4.7).
 */
int awi_policy_principals(struct awi_req *req, struct awi_str policy, struct awi_str *ret_wrong);

/* Generated from services/meson.build: NULL-terminated. */
extern const struct awi_service *const awi_services[];

struct awi_arena *awi_arena(struct awi_req *req);
const struct awi_principal *awi_principal(const struct awi_req *req);
const struct awi_operation *awi_operation(const struct awi_req *req);

/* The account the request acts in, the region ("aws-global" services: "us-east-1" of the
 * partition), the partition ("aws"). */
struct awi_str awi_account(const struct awi_req *req);
struct awi_str awi_region(const struct awi_req *req);
struct awi_str awi_partition(const struct awi_req *req);

/* Milliseconds since the epoch by the emulation's clock, which tests can move. Constant during one
 * request. */
int64_t awi_now(const struct awi_req *req);

/* Request id as it will be answered (x-amzn-RequestId). */
struct awi_str awi_request_id(const struct awi_req *req);

/* The value of a request header, or of a trailer of a chunked or aws-chunked body;
 * case-insensitive name; absent if there is none. */
struct awi_str awi_header(const struct awi_req *req, const char *name);
/* Adds a header to the answer, whatever the outcome. */
int awi_answer_header(struct awi_req *req, struct awi_str name, struct awi_str value);
/* The HTTP status of a success where it depends on the request (S3: 206 for a range), in place of
 * the operation's. */
void awi_answer_status(struct awi_req *req, int status);
/* The name the client used for the host (Host header without port). */
struct awi_str awi_host(const struct awi_req *req);

/* This service's records in the request's account and region (region "" for global services). */
struct awi_scope awi_scope(struct awi_req *req);
/* The same service's records elsewhere: only for a resource whose owner has been decided to admit
 * the caller, and for names that are global (S3 buckets: account "", region ""). */
struct awi_scope awi_scope_of(struct awi_req *req, struct awi_str account, struct awi_str region);

/* ARN of this service in the request's account and region: arn:aws:sqs:us-east-1:1234...:rest */
struct awi_str awi_arn(struct awi_req *req, const char *rest_format, ...)
    __attribute__((format(printf, 2, 3)));

/* n random characters of the alphabet, for ids; from the injected source, so tests can repeat. */
struct awi_str awi_random_id(struct awi_req *req, const char *alphabet, size_t n);
/* A version 4 UUID in text form. */
struct awi_str awi_uuid(struct awi_req *req);
#define AWI_BASE32       "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
#define AWI_LOWER_DIGITS "abcdefghijklmnopqrstuvwxyz0123456789"

/*
 * Places an AWS error in the request and returns its positive number, to be returned at once:
 *     return awi_fail(req, &sqs_QueueDoesNotExist_error, "The specified queue does not exist.");
 */
int awi_fail(struct awi_req *req, const struct awi_error_type *type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with members besides the message: body is the error's struct (type->shape), which is
 * copied. */
int awi_fail_with(struct awi_req *req,
                  const struct awi_error_type *type,
                  const void *body,
                  const char *format,
                  ...) __attribute__((format(printf, 4, 5)));

/* Takes back the error that was placed last, for operations that answer one for each of several
 * parts. */
void awi_take_error(struct awi_req *req, struct awi_str *ret_code, struct awi_str *ret_message);

/*
 * Calls another service's operation with typed input inside the same transaction, as a service
 * principal. Never a private function of the other service. Returns as a handler does.
 */
int awi_invoke(struct awi_req *req,
               const struct awi_service *service,
               const char *operation,
               const char *as_service,
               const void *in,
               void *out);

/* --- Streaming bodies ------------------------------------------------------------------------ */

/*
 * A body that may be larger than memory. An input body is complete when the handler runs: short
 * ones lie in memory, long ones in a spool file of the state directory. An output body is read from
 * where it lies while the client takes it, after the transaction is over.
 */
struct awi_body;

/* The request's own, also where its input was decoded from it; of size 0 when there is none. */
const struct awi_body *awi_request_body(const struct awi_req *req);

uint64_t awi_body_size(const struct awi_body *body);
/* The bytes, when they lie in memory; NULL when in a file. */
const void *awi_body_data(const struct awi_body *body);
/* Reads up to len bytes at offset: count, 0 at the end, -errno. */
ssize_t awi_body_read(const struct awi_body *body, uint64_t offset, void *data, size_t len);

/* Keeps a body as a blob of the store (store.h); *ret_id names it. An input body's spool file
 * becomes the blob by a rename; any other is copied. */
int awi_body_keep(struct awi_req *req, struct awi_body *body, struct awi_blob_id *ret_id);

/* An output body of bytes that live in the arena or for ever. */
struct awi_body *awi_body_from_memory(struct awi_req *req, struct awi_str bytes);
/* An output body of part of a blob. The blob stays readable until the answer is sent, also when it
 * is deleted meanwhile. 0 or -errno. */
int awi_body_from_blob(struct awi_req *req,
                       const struct awi_blob_id *id,
                       uint64_t offset,
                       uint64_t len,
                       struct awi_body **ret);

/* Bytes in memory, or a blob where its id is set. */
struct awi_body_piece {
    struct awi_str bytes;
    struct awi_blob_id blob;
    uint64_t size;
};
/* A body of pieces, one behind the other; pieces live as long. It is read within the transaction:
 * to be kept, not to be answered. NULL: no memory. */
struct awi_body *
awi_body_from_pieces(struct awi_req *req, const struct awi_body_piece *pieces, size_t n);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which service a request is for: from its host where that is an AWS name, else (custom endpoints:
 * localhost:4566) from the credential scope of its signature, its X-Amz-Target, its query protocol
 * parameters, or S3 for what is left. Pure: no I/O, no state.
 *
 * Sources: "AWS service endpoints" of the AWS General Reference; S3 user guide, "Making requests"
 * and "Virtual hosting of general purpose buckets"; the endpoint rule sets of botocore.
 */
#pragma once

#include "core/endpoint/aws_services.h"
#include "core/net/http.h"
#include "core/util/arena.h"
#include "core/util/str.h"

#include <stdbool.h>

enum awi_endpoint_kind {
    AWI_ENDPOINT_SERVICE,   /* an AWS service, known (model) or not */
    AWI_ENDPOINT_METADATA,  /* 169.254.169.254, fd00:ec2::254 */
    AWI_ENDPOINT_CONTAINER, /* 169.254.170.2, 169.254.170.23, fd00:ec2::23: credentials of tasks */
    AWI_ENDPOINT_ISSUER,    /* ID.tokens.sts.global.api.aws: an account's issuer of tokens */
    AWI_ENDPOINT_CONTROL,   /* awsintercept.internal, and /moto-api/ on a custom endpoint */
};

enum awi_bucket_style {
    AWI_BUCKET_NONE,    /* no bucket is named: ListBuckets, or not S3 */
    AWI_BUCKET_PATH,    /* the first segment of the path */
    AWI_BUCKET_VIRTUAL, /* in the host */
};

struct awi_endpoint {
    enum awi_endpoint_kind kind;
    /* One of awi_aws_services, operations or not; NULL: no service that AWS's models know. */
    const struct awi_model *model;
    /* How the caller names the service: the model's endpoint prefix, else the label of the host or
     * of the credential scope. "" when nothing tells. */
    struct awi_str service;
    struct awi_str region;    /* never absent */
    struct awi_str partition; /* "aws" ... */
    struct awi_str account;   /* ACCOUNT.ddb.REGION, ACCOUNT.s3-control.REGION; else absent */
    enum awi_bucket_style style;
    /* S3: bucket name, access point host label, as sent; absent when style is NONE. */
    struct awi_str bucket;
    /* The path to be bound to an operation: the request's, with the bucket of a virtual-hosted
     * request put in front. */
    struct awi_str path;
    bool fips;
    bool dualstack;
    bool custom;       /* not an AWS name: localhost:4566, an endpoint of the configuration */
    bool website;      /* s3-website: not an API */
    bool access_point; /* bucket is an access point's alias label, not a bucket */
};

/*
 * default_region: where neither host nor credential scope names one. 0 or -ENOMEM. The strings of
 * *ret point into the request or lie in the arena.
 */
int awi_endpoint_locate(const struct awi_http_request *request,
                        struct awi_str default_region,
                        struct awi_arena *arena,
                        struct awi_endpoint *ret);

/*
 * A request that names a host which is not AWS's on a connection to one that is (a CNAME or a short
 * name of the user's own): its host is the connection's from here on. What was signed is the
 * header.
 */
void awi_endpoint_see_through(struct awi_http_request *request);

/* Does an AWS name, of any case, name a service that there is? */
bool awi_endpoint_is_service(struct awi_str host);

/* The service with this endpoint prefix, signing name or id; NULL: none. */
const struct awi_model *awi_endpoint_service(struct awi_str name);

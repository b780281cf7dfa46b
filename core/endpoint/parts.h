/* SPDX-License-Identifier: Apache-2.0 */
/* What endpoint.c is made of; private to core/endpoint. */
#pragma once

#include "core/endpoint/endpoint.h"

/* --- host.c: AWS names ------------------------------------------------------------------------ */

/*
 * Reads a host of hosts.def into *ret: service label, region, partition, bucket, account and flags.
 * region and model stay absent where the name does not tell. False: not an AWS name.
 */
bool awi_endpoint_host(struct awi_str host, struct awi_endpoint *ret);

bool awi_endpoint_is_region(struct awi_str label);
/* "aws-cn" of "cn-north-1"; absent: the partition is the suffix's or "aws". */
struct awi_str awi_endpoint_partition(struct awi_str region);
/* Where a partition's global services live: "us-east-1". */
struct awi_str awi_endpoint_global_region(struct awi_str partition);

/* --- hints.c: what the request itself tells --------------------------------------------------- */

struct awi_endpoint_hints {
    struct awi_str region; /* of the credential scope; absent: unsigned */
    struct awi_str service;
    struct awi_str target;  /* X-Amz-Target up to the dot, or the service of rpc-v2-cbor's path */
    struct awi_str version; /* of the query protocol */
    bool s3;                /* signed as only S3 is: signature version 2 */
};

/* 0 or -ENOMEM */
int awi_endpoint_hints(const struct awi_http_request *request,
                       struct awi_arena *arena,
                       struct awi_endpoint_hints *ret);

/* --- services.c: AWS's table ------------------------------------------------------------------ */

/* Of the services that share this one's host (or, on a custom endpoint, its signing name), the one
 * that the hints and the path mean; model itself where they say nothing else. NULL stays NULL. */
const struct awi_model *awi_endpoint_refine(const struct awi_model *model,
                                            const struct awi_endpoint_hints *hints,
                                            struct awi_str path,
                                            bool custom);
const struct awi_model *awi_endpoint_by_target(struct awi_str target);
const struct awi_model *awi_endpoint_by_version(struct awi_str version);

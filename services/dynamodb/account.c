/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of the account, not of a table: DescribeLimits, DescribeEndpoints.
 */
#include "services/dynamodb/table.h"

#include <errno.h>

/* Developer guide, "Quotas": by default, for all tables and for one. */
#define ACCOUNT_UNITS 80000
#define TABLE_UNITS   40000
#define CACHE_MINUTES 1440

int ddb_describe_limits(struct awi_req *req,
                        const struct dynamodb_DescribeLimitsInput *in,
                        struct dynamodb_DescribeLimitsOutput *out)
{
    (void)req;
    (void)in;
    out->AccountMaxReadCapacityUnits = (struct awi_opt_i64)AWI_SOME(ACCOUNT_UNITS);
    out->AccountMaxWriteCapacityUnits = (struct awi_opt_i64)AWI_SOME(ACCOUNT_UNITS);
    out->TableMaxReadCapacityUnits = (struct awi_opt_i64)AWI_SOME(TABLE_UNITS);
    out->TableMaxWriteCapacityUnits = (struct awi_opt_i64)AWI_SOME(TABLE_UNITS);
    return 0;
}

/* Where the client is already, so that it stays there. */
int ddb_describe_endpoints(struct awi_req *req,
                           const struct dynamodb_DescribeEndpointsRequest *in,
                           struct dynamodb_DescribeEndpointsResponse *out)
{
    (void)in;
    out->Endpoints.items = awi_arena_array(awi_arena(req), struct dynamodb_Endpoint, 1);
    if (!out->Endpoints.items) {
        return -ENOMEM;
    }
    out->Endpoints.n = 1;
    out->Endpoints.set = true;
    out->Endpoints.items[0].Address = awi_host(req);
    out->Endpoints.items[0].CachePeriodInMinutes = (struct awi_opt_i64)AWI_SOME(CACHE_MINUTES);
    return 0;
}

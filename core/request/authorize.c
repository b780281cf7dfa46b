/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/authorize.h"

#include "core/config/config.h"
#include "core/request/req.h"

int awi_request_authorize(struct awi_req *req)
{
    (void)req;
    return 0;
}

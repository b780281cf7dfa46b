/* SPDX-License-Identifier: Apache-2.0 */
/* What an operation needs permission for, by its service's function and table. */
#pragma once

#include "core/service.h"

/* 0 with ret filled; items NULL: nobody knows. >0: the function placed an error; -errno. */
int awi_request_access(struct awi_req *req, struct awi_access_list *ret);

/* Fills context with all that is known: before it is read. 0 or -errno. */
int awi_request_access_context(struct awi_req *req, struct awi_access *access);

/* Has the service a handler for this operation of its model? */
bool awi_request_is_handled(const struct awi_service *service,
                            const struct awi_operation *operation);

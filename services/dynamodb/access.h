/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operations of DynamoDB need permission for: the rows of access.c, what items and tables
 * add to them, and transactions, whose parts are permissions of their own.
 */
#pragma once

#include "core/service.h"

int ddb_access(struct awi_req *req, const void *in, struct awi_access_list *ret);

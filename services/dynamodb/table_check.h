/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of CreateTable (API reference, CreateTable; messages as observed). */
#pragma once

#include "services/dynamodb/dynamodb.h"

int ddb_check_create(struct awi_req *req, const struct dynamodb_CreateTableInput *in);
int ddb_check_tags(struct awi_req *req, const struct dynamodb_TagList *tags);
bool ddb_is_name(struct awi_str name);

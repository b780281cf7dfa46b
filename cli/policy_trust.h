/* SPDX-License-Identifier: Apache-2.0 */
/* The trust policy of `policy generate`: who assumed a role, and with which ExternalId. */
#pragma once

#include "core/util/json.h"

struct log_Access;
struct log_Call;

/* Adds a call that asked for the role to callers, an object of this file's own. */
void awi_cli_trust_take(json_t *callers,
                        const struct log_Call *call,
                        const struct log_Access *access);

/* The smallest trust policy that lets them in; a new reference. */
json_t *awi_cli_trust_document(json_t *callers);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the writers of generated policies share: sets of texts, kept as JSON objects {text: true},
 * and the parts of a principal's ARN.
 */
#pragma once

#include "core/util/json.h"
#include "core/util/str.h"

#define AWI_CLI_POLICY_VERSION "2012-10-17"

/* map[key][member] = true */
void awi_cli_set_put(json_t *map, const char *key, struct awi_str member);
/* The keys in order, in malloc()ed memory; they live with the object. */
const char **awi_cli_set_keys(json_t *object, size_t *ret_n);
/* The same as a JSON array. */
json_t *awi_cli_set_list(json_t *set);

/* Of "arn:aws:sts::222222222222:assumed-role/NAME/SESSION": account and kind. */
void awi_cli_arn_split(struct awi_str arn, struct awi_str *account, struct awi_str *kind);
/* The text behind its first slash, up to the next; last: behind its last. */
struct awi_str awi_cli_arn_segment(struct awi_str arn, bool last);

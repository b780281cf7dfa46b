/* SPDX-License-Identifier: Apache-2.0 */
/* jansson, with cleanup: for what people and harnesses read. The wire has its own reader. */
#pragma once

#include "core/util/cleanup.h"
#include "core/util/str.h"

#include <jansson.h>

static inline void awi_auto_json(json_t **value)
{
    json_decref(*value);
}

/* Text, or null when it is absent; text that is no UTF-8 becomes null too. */
static inline json_t *awi_json_text(struct awi_str s)
{
    json_t *value = awi_str_is_set(s) ? json_stringn(s.ptr, s.len) : NULL;

    return value ? value : json_null();
}

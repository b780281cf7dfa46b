/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a row of a table whose rows begin with a name and are sorted by it. */
#pragma once

#include "core/util/str.h"

#include <stdlib.h>

static inline int awi_row_compare(const void *name, const void *row)
{
    return awi_str_cmp(*(const struct awi_str *)name, awi_str_from(*(const char *const *)row));
}

/* The row whose first member, a const char *, is name; NULL: there is none. size: of a row. */
static inline const void *awi_row_find(const void *rows, size_t n, size_t size, struct awi_str name)
{
    return bsearch(&name, rows, n, size, awi_row_compare);
}

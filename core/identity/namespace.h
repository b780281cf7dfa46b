/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services that policies can name: prefixes of actions ("s3"), and what people call them.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

struct awi_namespace {
    struct awi_str prefix;
    struct awi_str name; /* "Amazon S3"; of services that are not emulated as their SDKs say it */
};

/* All there are, each once, sorted by prefix, in the arena. 0 or -ENOMEM. */
int awi_namespaces(struct awi_arena *arena, struct awi_namespace **ret, size_t *ret_n);

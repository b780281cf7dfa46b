/* SPDX-License-Identifier: Apache-2.0 */
/* What the hooks of name resolution share. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* The addresses of a name of ours. False: the core cannot be had, so the name must not resolve.
 * Outside awi_enter(). */
bool awi_resolve_assign(const char *node, struct in_addr *v4, struct in6_addr *v6);

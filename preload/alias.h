/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that are not AWS's but lead there by a CNAME (or a line of /etc/hosts): what libc or a name
 * server has answered is looked at, and where the way passes through a service of AWS's the
 * addresses are exchanged for the reserved ones of that name. A way that ends at the machines of
 * AWS's customers (a web site behind one of its load balancers) is left alone.
 */
#pragma once

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

/* The name of a service of AWS's among those of an answer, in the order in which they lead on. */
bool awi_alias_of_host(const struct hostent *host, char name[256]);

/* The same for node, whose canonical name is all that is known. Asks once more, but only where that
 * one is AWS's. */
bool awi_alias_of_canonical(const char *node, const char *canonical, int family, char name[256]);

/* The same for a DNS message: its addresses are overwritten. Outside awi_enter(). */
void awi_alias_in_message(void *message, size_t len);

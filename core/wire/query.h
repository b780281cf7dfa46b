/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms <-> typed values: the requests of the query protocol (Tags.member.1.Key=...) and of ec2's
 * dialect (Tag.1.Key=...), where lists never have a name of their own.
 */
#pragma once

#include "core/wire/node.h"

/* The structure's members from the tree of a form. 0, 1, -ENOMEM. */
int awi_query_decode(struct awi_wire_in *in,
                     bool ec2,
                     const struct awi_shape *shape,
                     const struct awi_node *root,
                     void *bare);

/* &Name=value for every member that is set. */
void awi_query_encode(struct awi_out *out,
                      bool ec2,
                      const struct awi_shape *shape,
                      const void *bare);

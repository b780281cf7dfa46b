/* SPDX-License-Identifier: Apache-2.0 */
/* What answers of success and errors have in common. */
#pragma once

#include "core/wire/rest.h"
#include "core/wire/xml.h"

/* The request's ids as headers. S3's answers carry ids of their own names. */
void awi_wire_write_ids(struct awi_rest_sink *sink, const struct awi_wire_ids *ids);
/* The protocol's content type. */
void awi_wire_write_type(struct awi_rest_sink *sink, enum awi_protocol protocol);

/* <NameSuffix xmlns="ns"> and its end; ns absent: none. */
void awi_wire_open_named(struct awi_out *out,
                         struct awi_str name,
                         const char *suffix,
                         struct awi_str ns);
void awi_wire_close_named(struct awi_out *out, struct awi_str name, const char *suffix);

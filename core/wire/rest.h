/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP bindings that rest-json and rest-xml share: members in the path, the query string,
 * headers and the status, and what the body is.
 */
#pragma once

#include "core/wire/node.h"
#include "core/wire/wire.h"

/* Where members are read from: a request, or an answer (then uri is absent). */
struct awi_rest_source {
    struct awi_str uri; /* template */
    struct awi_str path;
    struct awi_str query;
    const struct awi_http_header *headers;
    size_t n_headers;
    uint16_t status;
    struct awi_str body;
    struct awi_body *stream;
};

int awi_rest_decode(struct awi_wire_in *in,
                    enum awi_protocol protocol,
                    const struct awi_shape *shape,
                    const struct awi_rest_source *source,
                    void *bare);

/* Where members are written to. Headers grow in the arena. */
struct awi_rest_sink {
    struct awi_arena *arena;
    struct awi_http_header *headers;
    size_t n_headers;
    size_t room;
    bool failed;
};

/* An absent name or value makes the sink fail, as it comes from a lack of memory. */
void awi_rest_header(struct awi_rest_sink *sink, struct awi_str name, struct awi_str value);

/* Header members of the shape. */
void awi_rest_headers(struct awi_rest_sink *sink, const struct awi_shape *shape, const void *bare);

/* The payload member of a shape, or NULL. */
const struct awi_member *awi_rest_payload(const struct awi_shape *shape);
/* Has it members in the body? */
bool awi_rest_has_body(const struct awi_shape *shape);

/*
 * The body of a request or answer, and its content-type as a header. root is the name of the XML
 * element where the shape gives none. An answer without anything to say has no body.
 */
int awi_rest_body(struct awi_rest_sink *sink,
                  enum awi_protocol protocol,
                  const struct awi_shape *shape,
                  const void *bare,
                  struct awi_str root,
                  struct awi_str ns,
                  struct awi_str *ret_body,
                  struct awi_body **ret_stream);

/* Path and query string of a request. 0, -ENOMEM, -EINVAL. */
int awi_rest_target(struct awi_arena *arena,
                    struct awi_str uri,
                    const struct awi_shape *shape,
                    const void *bare,
                    struct awi_str *ret_path,
                    struct awi_str *ret_query);

/*
 * Does the path fit the path part of the template (greedy labels {Key+} take slashes)? A label's
 * value, still encoded, is asked for by its name; absent label: only the question is answered.
 */
bool awi_rest_match(struct awi_str uri,
                    struct awi_str path,
                    struct awi_str label,
                    struct awi_str *ret);

/* Takes one item from a header with commas: quoted, or up to the comma; HTTP dates have a comma of
 * their own. *rest becomes absent at the end. 0, 1, -ENOMEM. */
int awi_rest_cut_item(struct awi_wire_in *in,
                      const struct awi_shape *item,
                      struct awi_str *rest,
                      struct awi_str *ret);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree of named texts in an arena: what XML documents and forms have in common. XML is read with
 * libxml2's reader, which is told to fetch nothing; document types and entities are refused.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"
#include "core/wire/scalar.h"

#define AWI_FORM_PARAMS_MAX 10000

struct awi_node {
    struct awi_str name; /* of an element without its prefix; of an attribute with it */
    struct awi_str text; /* all its own text, joined; of a form: the value, absent without '=' */
    struct awi_node *attributes;
    struct awi_node *first;
    struct awi_node *last;
    struct awi_node *next;
};

/* The child of this name (the first), or NULL. */
struct awi_node *awi_node_child(const struct awi_node *node, struct awi_str name);
/* The next sibling of the same name, or NULL. */
struct awi_node *awi_node_next(const struct awi_node *node);

/* The root element of a document. 0, 1, -ENOMEM. */
int awi_xml_parse(struct awi_wire_in *in, struct awi_str text, struct awi_node **ret);

struct awi_param {
    struct awi_str name; /* decoded */
    struct awi_str value;
};

/* a=b&c&d=e, of a form or a query string; parameters in their order. 0, 1, -ENOMEM. */
int awi_form_parse(struct awi_wire_in *in,
                   struct awi_str text,
                   struct awi_param **ret,
                   size_t *ret_n);

/* Parameters as a tree: names are paths with dots. 0, 1, -ENOMEM. */
int awi_form_tree(struct awi_wire_in *in,
                  const struct awi_param *params,
                  size_t n,
                  struct awi_node *root);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading XML documents and forms into trees.
 */
#include "core/wire/node.h"

#include "core/util/url.h"
#include "core/wire/wire.h"

#include <errno.h>
#include <libxml/xmlreader.h>

struct awi_node *awi_node_child(const struct awi_node *node, struct awi_str name)
{
    for (struct awi_node *child = node->first; child; child = child->next) {
        if (awi_str_eq(child->name, name)) {
            return child;
        }
    }
    return NULL;
}

struct awi_node *awi_node_next(const struct awi_node *node)
{
    for (struct awi_node *next = node->next; next; next = next->next) {
        if (awi_str_eq(next->name, node->name)) {
            return next;
        }
    }
    return NULL;
}

static struct awi_node *add_child(struct awi_arena *arena, struct awi_node *parent)
{
    struct awi_node *child = awi_arena_new(arena, struct awi_node);

    if (child) {
        if (parent->last) {
            parent->last->next = child;
        } else {
            parent->first = child;
        }
        parent->last = child;
    }
    return child;
}

/* --- XML ------------------------------------------------------------------------------------- */

static struct awi_str copy_of(struct awi_arena *arena, const xmlChar *text)
{
    return awi_arena_str(arena, awi_str_from(text ? (const char *)text : ""));
}

static int add_text(struct awi_arena *arena, struct awi_node *node, const xmlChar *more)
{
    struct awi_str text = awi_str_from(more ? (const char *)more : "");

    if (node->text.len) {
        node->text =
            awi_arena_printf(arena, "%.*s%.*s", AWI_STR_FMT(node->text), AWI_STR_FMT(text));
    } else {
        node->text = awi_arena_str(arena, text);
    }
    return node->text.ptr ? 0 : -ENOMEM;
}

static int add_attributes(struct awi_arena *arena, xmlTextReaderPtr reader, struct awi_node *node)
{
    while (xmlTextReaderMoveToNextAttribute(reader) == 1) {
        if (xmlTextReaderIsNamespaceDecl(reader) == 1) {
            continue;
        }
        struct awi_node *attribute = awi_arena_new(arena, struct awi_node);
        if (!attribute) {
            return -ENOMEM;
        }
        attribute->name = copy_of(arena, xmlTextReaderConstName(reader));
        attribute->text = copy_of(arena, xmlTextReaderConstValue(reader));
        attribute->next = node->attributes;
        node->attributes = attribute;
        if (!attribute->name.ptr || !attribute->text.ptr) {
            return -ENOMEM;
        }
    }
    xmlTextReaderMoveToElement(reader);
    return 0;
}

/* One node of the reader; open[depth - 1] is the innermost element that is open. */
static int
read_node(struct awi_wire_in *in, xmlTextReaderPtr reader, struct awi_node **open, size_t *depth)
{
    struct awi_node *node;
    bool empty;

    switch (xmlTextReaderNodeType(reader)) {
    case XML_READER_TYPE_ELEMENT:
        if (*depth == AWI_WIRE_DEPTH_MAX) {
            return awi_wire_bad(in, "XML is nested too deeply");
        }
        node = add_child(in->arena, open[*depth - 1]);
        if (!node) {
            return -ENOMEM;
        }
        node->name = copy_of(in->arena, xmlTextReaderConstLocalName(reader));
        node->text = AWI_STR("");
        empty = xmlTextReaderIsEmptyElement(reader) == 1;
        if (!node->name.ptr || add_attributes(in->arena, reader, node) < 0) {
            return -ENOMEM;
        }
        if (!empty) {
            open[(*depth)++] = node;
        }
        return 0;
    case XML_READER_TYPE_END_ELEMENT:
        --*depth;
        return 0;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_WHITESPACE:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        return add_text(in->arena, open[*depth - 1], xmlTextReaderConstValue(reader));
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY_REFERENCE:
        return awi_wire_bad(in, "XML with a document type or entities is not accepted");
    default:
        return 0;
    }
}

int awi_xml_parse(struct awi_wire_in *in, struct awi_str text, struct awi_node **ret)
{
    struct awi_node document = {.text = AWI_STR("")};
    struct awi_node *open[AWI_WIRE_DEPTH_MAX] = {&document};
    size_t depth = 1;
    int e = 0;
    int more;

    if (text.len > INT32_MAX) {
        return awi_wire_bad(in, "XML is too long");
    }
    xmlTextReaderPtr reader = xmlReaderForMemory(text.ptr,
                                                 (int)text.len,
                                                 NULL,
                                                 NULL,
                                                 XML_PARSE_NONET | XML_PARSE_NOERROR |
                                                     XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
    if (!reader) {
        return -ENOMEM;
    }
    while (e == 0 && (more = xmlTextReaderRead(reader)) != 0) {
        e = more < 0 ? awi_wire_bad(in, "The XML is not well-formed")
                     : read_node(in, reader, open, &depth);
    }
    xmlFreeTextReader(reader);
    if (e == 0 && !document.first) {
        e = awi_wire_bad(in, "The XML is not well-formed");
    }
    *ret = document.first;
    return e;
}

/* --- Forms ----------------------------------------------------------------------------------- */

int awi_form_parse(struct awi_wire_in *in,
                   struct awi_str text,
                   struct awi_param **ret,
                   size_t *ret_n)
{
    size_t n = text.len > 0;
    struct awi_str word;

    *ret = NULL;
    *ret_n = 0;
    for (size_t i = 0; i < text.len; i++) {
        n += text.ptr[i] == '&';
    }
    if (n == 0) {
        return 0;
    }
    if (n > AWI_FORM_PARAMS_MAX) {
        return awi_wire_bad(in, "There are more than %d parameters", AWI_FORM_PARAMS_MAX);
    }
    struct awi_param *params = awi_arena_array(in->arena, struct awi_param, n);
    if (!params) {
        return -ENOMEM;
    }
    n = 0;
    while (awi_str_cut(&text, '&', &word)) {
        struct awi_str name;
        struct awi_str value = word;
        if (word.len == 0) {
            continue;
        }
        awi_str_cut(&value, '=', &name);
        int e = awi_url_decode(in->arena, name, true, &params[n].name);
        if (e == 0 && value.ptr) {
            e = awi_url_decode(in->arena, value, true, &params[n].value);
        }
        if (e != 0) {
            return e == -ENOMEM ? e : awi_wire_bad(in, "A parameter is not properly encoded");
        }
        n++;
    }
    *ret = params;
    *ret_n = n;
    return 0;
}

int awi_form_tree(struct awi_wire_in *in,
                  const struct awi_param *params,
                  size_t n,
                  struct awi_node *root)
{
    *root = (struct awi_node){.name = AWI_STR("")};
    for (size_t i = 0; i < n; i++) {
        struct awi_str path = params[i].name;
        struct awi_str step;
        struct awi_node *node = root;
        while (awi_str_cut(&path, '.', &step)) {
            struct awi_node *parent = node;
            /* Parameters come in order mostly: the same step as just before. */
            node = parent->last && awi_str_eq(parent->last->name, step)
                       ? parent->last
                       : awi_node_child(parent, step);
            if (!node) {
                node = add_child(in->arena, parent);
                if (!node) {
                    return -ENOMEM;
                }
                node->name = step;
            }
        }
        node->text = params[i].value.ptr ? params[i].value : AWI_STR("");
    }
    return 0;
}

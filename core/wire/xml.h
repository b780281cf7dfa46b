/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML elements <-> typed values, as rest-xml bodies and the answers of query and ec2 have them.
 */
#pragma once

#include "core/wire/node.h"

/* The content of an element into the bare value, which is cleared. Members that are carried outside
 * of the body are not looked for. 0, 1, -ENOMEM. */
int awi_xml_decode(struct awi_wire_in *in,
                   const struct awi_shape *shape,
                   uint8_t time_format,
                   const struct awi_node *node,
                   void *bare);

/* How times are written: AWS's services differ. */
struct awi_xml_style {
    bool millis;
};

/* <name>value</name> or, for flattened lists and maps, one such element an item. ns and prefix as
 * the member has them; absent: none. */
void awi_xml_encode(struct awi_out *out,
                    const struct awi_xml_style *style,
                    const struct awi_member *member,
                    const void *bare);

/* The elements of a structure's members in the body. */
void awi_xml_members(struct awi_out *out,
                     const struct awi_xml_style *style,
                     const struct awi_shape *shape,
                     const void *bare);

/* A whole element of a structure. ns absent: none. */
void awi_xml_element(struct awi_out *out,
                     const struct awi_xml_style *style,
                     struct awi_str name,
                     struct awi_str ns,
                     const struct awi_shape *shape,
                     const void *bare);

/* Text with everything escaped that must be, quotes too. */
void awi_xml_text(struct awi_out *out, struct awi_str text);
/* <name>text</name> */
void awi_xml_simple(struct awi_out *out, const char *name, struct awi_str text);

/* The name of a member's elements: that of the items where a flattened list gives one. */
struct awi_str awi_xml_name(const struct awi_member *member);
bool awi_is_flattened(const struct awi_member *member);

#define AWI_XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enveloped XML signatures (XML Signature Syntax and Processing 1.1), as SAML has them: RSA with
 * SHA-256, SHA-384 or SHA-512 over canonical XML, exclusive or not, without comments.
 *
 * What is verified is the element that the signature stands in, itself: no reference is looked up
 * by its id, so that an element moved elsewhere is not taken for the one that was signed.
 */
#pragma once

#include "core/util/arena.h"

#include <libxml/tree.h>
#include <openssl/evp.h>

/*
 * Has the owner of one of these keys signed the element, by a Signature that is its child? 1 yes;
 * 0 no: changed, or signed by somebody else; -ENOENT: it has no signature, or more than one;
 * -EBADMSG: a signature of a form that is not known; -ENOMEM.
 */
int awi_dom_verify(struct awi_arena *arena, xmlNode *element, EVP_PKEY *const *keys, size_t n_keys);

/* The child element of that name and namespace, when there is exactly one; else NULL. */
xmlNode *awi_dom_only_child(const xmlNode *element, const char *ns, const char *name);
/* The next sibling, this one included, that is such an element. */
xmlNode *awi_dom_find(xmlNode *from, const char *ns, const char *name);
/* The text of an element without blanks at both ends, comments left out; of an attribute without a
 * namespace. Absent: none. -- In the arena. */
struct awi_str awi_dom_text(struct awi_arena *arena, const xmlNode *element);
struct awi_str awi_dom_attribute(struct awi_arena *arena, const xmlNode *element, const char *name);

static inline void awi_auto_xmldoc(xmlDoc **document)
{
    xmlFreeDoc(*document);
}

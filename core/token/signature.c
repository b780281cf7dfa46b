/* SPDX-License-Identifier: Apache-2.0 */
#include "core/token/signature.h"

#include "core/util/base64.h"

#include <errno.h>
#include <libxml/c14n.h>

#define DSIG        "http://www.w3.org/2000/09/xmldsig#"
#define MORE        "http://www.w3.org/2001/04/xmldsig-more#"
#define XMLENC      "http://www.w3.org/2001/04/xmlenc#"
#define EXCLUSIVE   "http://www.w3.org/2001/10/xml-exc-c14n#"
#define INCLUSIVE   "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define MOST_PREFIX 16

static const struct {
    const char *uri;
    const EVP_MD *(*digest)(void);
} digests[] =
    {
        {XMLENC "sha256", EVP_sha256},
        {MORE "sha384", EVP_sha384},
        {XMLENC "sha512", EVP_sha512},
},
  signatures[] = {
      {MORE "rsa-sha256", EVP_sha256},
      {MORE "rsa-sha384", EVP_sha384},
      {MORE "rsa-sha512", EVP_sha512},
};

/* --- The tree -------------------------------------------------------------------------------- */

xmlNode *awi_dom_find(xmlNode *from, const char *ns, const char *name)
{
    for (xmlNode *at = from; at; at = at->next) {
        if (at->type == XML_ELEMENT_NODE && at->ns && strcmp((const char *)at->name, name) == 0 &&
            strcmp((const char *)at->ns->href, ns) == 0) {
            return at;
        }
    }
    return NULL;
}

xmlNode *awi_dom_only_child(const xmlNode *element, const char *ns, const char *name)
{
    xmlNode *found = element ? awi_dom_find(element->children, ns, name) : NULL;

    return found && !awi_dom_find(found->next, ns, name) ? found : NULL;
}

struct awi_str awi_dom_text(struct awi_arena *arena, const xmlNode *element)
{
    xmlChar *text = element ? xmlNodeGetContent(element) : NULL;
    struct awi_str copy =
        text ? awi_arena_str(arena, awi_str_trim(awi_str_from((const char *)text))) : AWI_STR_NULL;

    xmlFree(text);
    return copy;
}

struct awi_str awi_dom_attribute(struct awi_arena *arena, const xmlNode *element, const char *name)
{
    xmlChar *text = element ? xmlGetNoNsProp(element, (const xmlChar *)name) : NULL;
    struct awi_str copy =
        text ? awi_arena_str(arena, awi_str_from((const char *)text)) : AWI_STR_NULL;

    xmlFree(text);
    return copy;
}

/* --- Canonical XML --------------------------------------------------------------------------- */

struct part {
    const xmlNode *inside;
    const xmlNode *without; /* the signature itself; NULL: nothing */
};

/* Attributes and namespaces go with their element. */
static int is_visible(void *arg, xmlNodePtr node, xmlNodePtr parent)
{
    const struct part *part = arg;
    bool own = node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE;

    for (const xmlNode *at = own ? parent : node; at; at = at->parent) {
        if (at == part->without) {
            return 0;
        }
        if (at == part->inside) {
            return 1;
        }
    }
    return 0;
}

/* The prefixes that exclusive canonicalization treats as inclusive: words of one attribute. */
static size_t prefixes_of(struct awi_arena *arena, const xmlNode *method, xmlChar *ret[MOST_PREFIX])
{
    xmlNode *named = awi_dom_only_child(method, EXCLUSIVE, "InclusiveNamespaces");
    struct awi_str rest = awi_dom_attribute(arena, named, "PrefixList"), word;
    size_t n = 0;

    while (n + 1 < MOST_PREFIX && awi_str_cut(&rest, ' ', &word)) {
        char *copy = word.len ? awi_arena_strz(arena, word) : NULL;
        if (copy) {
            ret[n++] = (xmlChar *)copy;
        }
    }
    ret[n] = NULL;
    return n;
}

/* method: a CanonicalizationMethod or Transform. -EBADMSG: not known. */
static int canonical(struct awi_arena *arena,
                     const struct part *part,
                     const xmlNode *method,
                     struct awi_str *ret)
{
    struct awi_str uri = awi_dom_attribute(arena, method, "Algorithm");
    bool exclusive = !method || awi_str_is(uri, EXCLUSIVE);
    xmlChar *prefixes[MOST_PREFIX] = {NULL};
    size_t n = method && exclusive ? prefixes_of(arena, method, prefixes) : 0;
    xmlOutputBuffer *out;

    if (!exclusive && !awi_str_is(uri, INCLUSIVE)) {
        return -EBADMSG;
    }
    out = xmlAllocOutputBuffer(NULL);
    if (!out) {
        return -ENOMEM;
    }
    int r = xmlC14NExecute(part->inside->doc,
                           is_visible,
                           (void *)(uintptr_t)part,
                           exclusive ? XML_C14N_EXCLUSIVE_1_0 : XML_C14N_1_0,
                           n ? prefixes : NULL,
                           0,
                           out) < 0
                ? -EBADMSG
                : 0;
    if (r == 0) {
        *ret = awi_arena_str(
            arena, awi_str_of(xmlOutputBufferGetContent(out), xmlOutputBufferGetSize(out)));
        r = ret->ptr ? 0 : -ENOMEM;
    }
    xmlOutputBufferClose(out);
    return r;
}

/* --- The reference --------------------------------------------------------------------------- */

/* One transform must take the signature out, and one may canonicalize; nothing else is done. */
static int read_transforms(struct awi_arena *arena, const xmlNode *reference, xmlNode **ret_method)
{
    xmlNode *list = awi_dom_only_child(reference, DSIG, "Transforms");
    xmlNode *at = list ? awi_dom_find(list->children, DSIG, "Transform") : NULL;
    bool enveloped = false;

    *ret_method = NULL;
    for (; at; at = awi_dom_find(at->next, DSIG, "Transform")) {
        struct awi_str uri = awi_dom_attribute(arena, at, "Algorithm");
        if (awi_str_is(uri, DSIG "enveloped-signature") && !enveloped && !*ret_method) {
            enveloped = true;
        } else if (!*ret_method) {
            *ret_method = at;
        } else {
            return -EBADMSG;
        }
    }
    return enveloped ? 0 : -EBADMSG;
}

static int digest_matches(struct awi_arena *arena, const xmlNode *reference, struct awi_str text)
{
    struct awi_str uri =
        awi_dom_attribute(arena, awi_dom_only_child(reference, DSIG, "DigestMethod"), "Algorithm");
    struct awi_str given = awi_dom_text(arena, awi_dom_only_child(reference, DSIG, "DigestValue"));
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct awi_str wanted;

    for (size_t i = 0; i < sizeof(digests) / sizeof(*digests); i++) {
        if (awi_str_is(uri, digests[i].uri)) {
            if (awi_base64_decode(arena, given, &wanted) ||
                EVP_Digest(text.ptr, text.len, digest, &len, digests[i].digest(), NULL) != 1) {
                return -EBADMSG;
            }
            return awi_str_eq(wanted, awi_str_of(digest, len));
        }
    }
    return -EBADMSG;
}

/* Is the element as it was when its digest was taken? */
static int
verify_reference(struct awi_arena *arena, const xmlNode *element, const xmlNode *signature)
{
    xmlNode *info = awi_dom_only_child(signature, DSIG, "SignedInfo");
    xmlNode *reference = awi_dom_only_child(info, DSIG, "Reference"), *method;
    struct awi_str uri = awi_dom_attribute(arena, reference, "URI");
    struct awi_str id = awi_dom_attribute(arena, element, "ID"), text;
    struct part part = {.inside = element, .without = signature};

    if (!reference || id.len == 0 || uri.len != id.len + 1 || uri.ptr[0] != '#' ||
        !awi_str_eq(awi_str_skip(uri, 1), id)) {
        return -EBADMSG;
    }
    int r = read_transforms(arena, reference, &method);
    r = r ? r : canonical(arena, &part, method, &text);
    return r ? r : digest_matches(arena, reference, text);
}

/* --- The signature --------------------------------------------------------------------------- */

static int read_value(struct awi_arena *arena, const xmlNode *signature, struct awi_str *ret)
{
    struct awi_str text =
        awi_dom_text(arena, awi_dom_only_child(signature, DSIG, "SignatureValue"));
    int r = awi_base64_decode_lines(arena, text, ret);

    return r == -EINVAL ? -EBADMSG : r;
}

static int
verify_value(const EVP_MD *digest, EVP_PKEY *key, struct awi_str text, struct awi_str value)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (!context) {
        return -ENOMEM;
    }
    int good = EVP_PKEY_is_a(key, "RSA") &&
               EVP_DigestVerifyInit(context, NULL, digest, NULL, key) == 1 &&
               EVP_DigestVerify(context,
                                (const unsigned char *)value.ptr,
                                value.len,
                                (const unsigned char *)text.ptr,
                                text.len) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

static int
verify_info(struct awi_arena *arena, const xmlNode *signature, EVP_PKEY *const *keys, size_t n_keys)
{
    xmlNode *info = awi_dom_only_child(signature, DSIG, "SignedInfo");
    xmlNode *method = awi_dom_only_child(info, DSIG, "CanonicalizationMethod");
    struct awi_str uri =
        awi_dom_attribute(arena, awi_dom_only_child(info, DSIG, "SignatureMethod"), "Algorithm");
    struct part part = {.inside = info};
    const EVP_MD *digest = NULL;
    struct awi_str text, value;

    for (size_t i = 0; i < sizeof(signatures) / sizeof(*signatures); i++) {
        digest = awi_str_is(uri, signatures[i].uri) ? signatures[i].digest() : digest;
    }
    int r = digest && method ? canonical(arena, &part, method, &text) : -EBADMSG;
    r = r ? r : read_value(arena, signature, &value);
    for (size_t i = 0; r == 0 && i < n_keys; i++) {
        r = verify_value(digest, keys[i], text, value);
    }
    return r;
}

int awi_dom_verify(struct awi_arena *arena, xmlNode *element, EVP_PKEY *const *keys, size_t n_keys)
{
    const xmlNode *signature = awi_dom_only_child(element, DSIG, "Signature");

    if (!signature) {
        return -ENOENT;
    }
    int r = verify_info(arena, signature, keys, n_keys);
    return r <= 0 ? r : verify_reference(arena, element, signature);
}

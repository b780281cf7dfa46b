/* SPDX-License-Identifier: Apache-2.0 */
#include "core/token/saml.h"

#include "core/token/encryption.h"
#include "core/token/signature.h"
#include "core/util/base64.h"
#include "core/util/cleanup.h"
#include "core/wire/scalar.h"

#include <errno.h>
#include <libxml/parser.h>
#include <openssl/x509.h>

#define PROTOCOL  "urn:oasis:names:tc:SAML:2.0:protocol"
#define ASSERTION "urn:oasis:names:tc:SAML:2.0:assertion"
#define METADATA  "urn:oasis:names:tc:SAML:2.0:metadata"
#define DSIG      "http://www.w3.org/2000/09/xmldsig#"
#define BEARER    "urn:oasis:names:tc:SAML:2.0:cm:bearer"
#define SUCCESS   "urn:oasis:names:tc:SAML:2.0:status:Success"
#define MOST_KEYS 8

/* A document without a document type, whose outermost element is the one that is wanted. */
static int
parse(struct awi_str text, const char *ns, const char *name, xmlDoc **ret_doc, xmlNode **ret_root)
{
    int flags = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;

    *ret_doc = NULL;
    if (text.len > INT32_MAX || awi_str_search(text, AWI_STR("<!DOCTYPE")) >= 0) {
        return -EBADMSG;
    }
    *ret_doc = xmlReadMemory(text.ptr, (int)text.len, NULL, NULL, flags);
    *ret_root = *ret_doc ? xmlDocGetRootElement(*ret_doc) : NULL;
    return *ret_root && !(*ret_doc)->intSubset && awi_dom_find(*ret_root, ns, name) == *ret_root
               ? 0
               : -EBADMSG;
}

/* --- The provider ---------------------------------------------------------------------------- */

struct provider {
    struct awi_str entity;
    EVP_PKEY *keys[MOST_KEYS];
    size_t n;
};

static void free_keys(struct provider *provider)
{
    for (size_t i = 0; i < provider->n; i++) {
        EVP_PKEY_free(provider->keys[i]);
    }
}

static EVP_PKEY *key_of_certificate(struct awi_arena *arena, struct awi_str text)
{
    struct awi_str der;

    if (awi_base64_decode_lines(arena, text, &der)) {
        return NULL;
    }
    const unsigned char *at = (const unsigned char *)der.ptr;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
    EVP_PKEY *key = certificate ? X509_get_pubkey(certificate) : NULL;
    X509_free(certificate);
    return key;
}

static void add_keys(struct awi_arena *arena, xmlNode *descriptor, struct provider *ret)
{
    xmlNode *at = awi_dom_find(descriptor->children, METADATA, "KeyDescriptor");

    for (; at && ret->n < MOST_KEYS; at = awi_dom_find(at->next, METADATA, "KeyDescriptor")) {
        struct awi_str use = awi_dom_attribute(arena, at, "use");
        xmlNode *info = awi_dom_only_child(at, DSIG, "KeyInfo");
        xmlNode *data = awi_dom_only_child(info, DSIG, "X509Data");
        EVP_PKEY *key = NULL;
        if (data && (!awi_str_is_set(use) || awi_str_is(use, "signing"))) {
            xmlNode *text = awi_dom_find(data->children, DSIG, "X509Certificate");
            key = key_of_certificate(arena, awi_dom_text(arena, text));
        }
        if (key) {
            ret->keys[ret->n++] = key;
        }
    }
}

/* Keys of the descriptors of its part as an identity provider. */
static int read_provider(struct awi_arena *arena, struct awi_str metadata, struct provider *ret)
{
    AWI_AUTO(xmldoc) xmlDoc *doc = NULL;
    xmlNode *root, *at;
    int r = parse(metadata, METADATA, "EntityDescriptor", &doc, &root);

    if (r) {
        return r;
    }
    ret->entity = awi_dom_attribute(arena, root, "entityID");
    at = awi_dom_find(root->children, METADATA, "IDPSSODescriptor");
    for (; at; at = awi_dom_find(at->next, METADATA, "IDPSSODescriptor")) {
        add_keys(arena, at, ret);
    }
    return ret->entity.len && ret->n ? 0 : -EBADMSG;
}

/* --- The assertion --------------------------------------------------------------------------- */

static int64_t time_of(struct awi_arena *arena, const xmlNode *element, const char *name)
{
    struct awi_str text = awi_dom_attribute(arena, element, name);
    int64_t ms = 0;

    return awi_str_is_set(text) && awi_time_parse_iso8601(text, &ms) == 0 ? ms : 0;
}

static void sooner(int64_t *limit, int64_t other)
{
    if (other && (!*limit || other < *limit)) {
        *limit = other;
    }
}

static void read_subject(struct awi_arena *arena, const xmlNode *assertion, struct awi_saml *ret)
{
    xmlNode *subject = awi_dom_only_child(assertion, ASSERTION, "Subject");
    xmlNode *name = awi_dom_only_child(subject, ASSERTION, "NameID");
    xmlNode *at =
        subject ? awi_dom_find(subject->children, ASSERTION, "SubjectConfirmation") : NULL;

    ret->subject = awi_dom_text(arena, name);
    ret->subject_format = awi_dom_attribute(arena, name, "Format");
    while (at && !awi_str_is(awi_dom_attribute(arena, at, "Method"), BEARER)) {
        at = awi_dom_find(at->next, ASSERTION, "SubjectConfirmation");
    }
    xmlNode *data = awi_dom_only_child(at, ASSERTION, "SubjectConfirmationData");
    ret->recipient = awi_dom_attribute(arena, data, "Recipient");
    sooner(&ret->not_after, time_of(arena, data, "NotOnOrAfter"));
}

/* The texts of all children of that name. */
static int texts_of(struct awi_arena *arena,
                    const xmlNode *element,
                    const char *name,
                    struct awi_str **ret,
                    size_t *ret_n)
{
    xmlNode *at = element ? awi_dom_find(element->children, ASSERTION, name) : NULL;

    *ret = awi_arena_array(arena, struct awi_str, AWI_SAML_MOST_VALUES);
    *ret_n = 0;
    for (; *ret && at && *ret_n < AWI_SAML_MOST_VALUES;
         at = awi_dom_find(at->next, ASSERTION, name)) {
        (*ret)[(*ret_n)++] = awi_dom_text(arena, at);
    }
    return *ret ? 0 : -ENOMEM;
}

static int read_conditions(struct awi_arena *arena, const xmlNode *assertion, struct awi_saml *ret)
{
    xmlNode *conditions = awi_dom_only_child(assertion, ASSERTION, "Conditions");
    xmlNode *audience = awi_dom_only_child(conditions, ASSERTION, "AudienceRestriction");
    xmlNode *statement = awi_dom_only_child(assertion, ASSERTION, "AuthnStatement");

    ret->issued = time_of(arena, assertion, "IssueInstant");
    ret->not_before = time_of(arena, conditions, "NotBefore");
    sooner(&ret->not_after, time_of(arena, conditions, "NotOnOrAfter"));
    ret->session_until = time_of(arena, statement, "SessionNotOnOrAfter");
    return texts_of(arena, audience, "Audience", &ret->audiences, &ret->n_audiences);
}

static int read_attributes(struct awi_arena *arena, const xmlNode *assertion, struct awi_saml *ret)
{
    xmlNode *statement = awi_dom_only_child(assertion, ASSERTION, "AttributeStatement");
    xmlNode *at = statement ? awi_dom_find(statement->children, ASSERTION, "Attribute") : NULL;

    ret->attributes = awi_arena_array(arena, struct awi_saml_attribute, AWI_SAML_MOST_ATTRIBUTES);
    if (!ret->attributes) {
        return -ENOMEM;
    }
    for (; at && ret->n_attributes < AWI_SAML_MOST_ATTRIBUTES;
         at = awi_dom_find(at->next, ASSERTION, "Attribute")) {
        struct awi_saml_attribute *attribute = &ret->attributes[ret->n_attributes++];
        attribute->name = awi_dom_attribute(arena, at, "Name");
        int r = texts_of(arena, at, "AttributeValue", &attribute->values, &attribute->n);
        if (r) {
            return r;
        }
    }
    return 0;
}

/* --- The response ---------------------------------------------------------------------------- */

static bool succeeded(struct awi_arena *arena, const xmlNode *response)
{
    xmlNode *status = awi_dom_only_child(response, PROTOCOL, "Status");
    xmlNode *code = awi_dom_only_child(status, PROTOCOL, "StatusCode");

    return awi_str_is(awi_dom_attribute(arena, code, "Value"), SUCCESS);
}

/* Signatures that are there must all hold, and one must be. 1 yes, 0 no. */
static int verify(struct awi_arena *arena,
                  xmlNode *response,
                  xmlNode *assertion,
                  const struct provider *provider)
{
    int whole = awi_dom_verify(arena, response, provider->keys, provider->n);
    int part = awi_dom_verify(arena, assertion, provider->keys, provider->n);

    if (whole == -ENOMEM || part == -ENOMEM) {
        return -ENOMEM;
    }
    return (whole == 1 && (part == 1 || part == -ENOENT)) || (part == 1 && whole == -ENOENT);
}

/* The assertion, or what an EncryptedAssertion holds, as a document of its own; NULL: there is not
 * exactly one of both. */
static int find_assertion(struct awi_arena *arena,
                          xmlNode *response,
                          const struct awi_saml_provider *from,
                          xmlDoc **ret_doc,
                          xmlNode **ret)
{
    xmlNode *encrypted = awi_dom_find(response->children, ASSERTION, "EncryptedAssertion");
    struct awi_str text;

    *ret_doc = NULL;
    *ret = awi_dom_only_child(response, ASSERTION, "Assertion");
    if (!encrypted) {
        return 0;
    }
    if (awi_dom_find(response->children, ASSERTION, "Assertion") ||
        awi_dom_only_child(response, ASSERTION, "EncryptedAssertion") != encrypted) {
        *ret = NULL;
        return 0;
    }
    int r = awi_dom_decrypt(arena, encrypted, from->keys, from->n_keys, &text);
    return r ? r : parse(text, ASSERTION, "Assertion", ret_doc, ret);
}

static int read_assertion(struct awi_arena *arena,
                          xmlNode *response,
                          xmlNode *assertion,
                          const struct provider *provider,
                          enum awi_saml_verdict *ret_verdict,
                          struct awi_saml *ret)
{
    ret->issuer = awi_dom_text(arena, awi_dom_only_child(assertion, ASSERTION, "Issuer"));
    if (!awi_str_eq(ret->issuer, provider->entity)) {
        *ret_verdict = AWI_SAML_STRANGER;
        return 0;
    }
    int r = verify(arena, response, assertion, provider);
    if (r <= 0) {
        *ret_verdict = AWI_SAML_FORGED;
        return r;
    }
    read_subject(arena, assertion, ret);
    r = read_conditions(arena, assertion, ret);
    r = r ? r : read_attributes(arena, assertion, ret);
    if (r == 0) {
        *ret_verdict = AWI_SAML_GOOD;
    }
    return r;
}

static int read_response(struct awi_arena *arena,
                         xmlNode *response,
                         const struct awi_saml_provider *from,
                         const struct provider *provider,
                         enum awi_saml_verdict *ret_verdict,
                         struct awi_saml *ret)
{
    AWI_AUTO(xmldoc) xmlDoc *decrypted = NULL;
    xmlNode *assertion;
    int r = find_assertion(arena, response, from, &decrypted, &assertion);

    if (r || !assertion || !succeeded(arena, response)) {
        return r;
    }
    r = read_assertion(arena, response, assertion, provider, ret_verdict, ret);
    ret->encrypted = decrypted != NULL;
    return r;
}

int awi_saml_read(struct awi_arena *arena,
                  struct awi_str text,
                  const struct awi_saml_provider *from,
                  enum awi_saml_verdict *ret_verdict,
                  struct awi_saml *ret)
{
    struct provider provider = {.n = 0};
    AWI_AUTO(xmldoc) xmlDoc *doc = NULL;
    xmlNode *response;

    *ret = (struct awi_saml){.issued = 0};
    *ret_verdict = AWI_SAML_MALFORMED;
    int r = read_provider(arena, from->metadata, &provider);
    r = r ? r : parse(text, PROTOCOL, "Response", &doc, &response);
    r = r ? r : read_response(arena, response, from, &provider, ret_verdict, ret);
    free_keys(&provider);
    return r == -EBADMSG ? 0 : r;
}

const struct awi_saml_attribute *awi_saml_attribute(const struct awi_saml *saml, const char *name)
{
    for (size_t i = 0; i < saml->n_attributes; i++) {
        if (awi_str_is(saml->attributes[i].name, name)) {
            return &saml->attributes[i];
        }
    }
    return NULL;
}

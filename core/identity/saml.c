/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/saml.h"

#include "core/util/base64.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <libxml/xmlreader.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#define METADATA  "urn:oasis:names:tc:SAML:2.0:metadata"
#define SIGNATURE "http://www.w3.org/2000/09/xmldsig#"
#define MOST_KEYS 16

struct reading {
    struct awi_arena *arena;
    xmlTextReaderPtr reader;
    struct awi_saml_metadata *ret;
    const char *why;
    bool root, provider; /* the elements were seen */
    bool in_provider;    /* inside of IDPSSODescriptor */
    bool for_signing;    /* the KeyDescriptor that is open */
    bool in_certificate;
    struct awi_str base64; /* its text so far */
};

static int bad(struct reading *r, const char *why)
{
    r->why = why;
    return -EINVAL;
}

static bool is(const struct reading *r, const char *namespace, const char *name)
{
    const xmlChar *uri = xmlTextReaderConstNamespaceUri(r->reader);

    return uri && strcmp((const char *)uri, namespace) == 0 &&
           strcmp((const char *)xmlTextReaderConstLocalName(r->reader), name) == 0;
}

static int attribute(struct reading *r, const char *name, struct awi_str *ret)
{
    xmlChar *value = xmlTextReaderGetAttribute(r->reader, (const xmlChar *)name);

    *ret = value ? awi_arena_str(r->arena, awi_str_from((const char *)value)) : AWI_STR_NULL;
    int out = value && !ret->ptr ? -ENOMEM : 0;
    xmlFree(value);
    return out;
}

/* "2030-01-02T03:04:05Z", with or without fractions of a second. */
static int64_t read_time(struct awi_str text)
{
    struct tm tm = {.tm_sec = 0};

    return text.len >= 19 && text.len < 64 && strptime(text.ptr, "%Y-%m-%dT%H:%M:%S", &tm)
               ? (int64_t)timegm(&tm) * 1000
               : 0;
}

/* --- Certificates ------------------------------------------------------------------------------
 */

static bool is_certificate(struct awi_str der)
{
    const unsigned char *at = (const unsigned char *)der.ptr;
    X509 *x509 = d2i_X509(NULL, &at, (long)der.len);
    bool good = x509 != NULL;

    X509_free(x509);
    ERR_clear_error();
    return good;
}

static int add_certificate(struct reading *r)
{
    struct awi_saml_metadata *ret = r->ret;
    char *packed = awi_arena_alloc(r->arena, r->base64.len + 1);
    struct awi_str der;
    size_t n = 0;

    for (size_t i = 0; packed && i < r->base64.len; i++) {
        if (!strchr(" \t\r\n", r->base64.ptr[i])) {
            packed[n++] = r->base64.ptr[i];
        }
    }
    int e = packed ? awi_base64_decode(r->arena, awi_str_of(packed, n), &der) : -ENOMEM;
    if (e == -EINVAL || (e == 0 && !is_certificate(der))) {
        return bad(r, "a certificate cannot be read");
    }
    if (e == 0 && ret->n_certificates == MOST_KEYS) {
        return bad(r, "it has too many certificates");
    }
    if (e == 0) {
        ret->certificates[ret->n_certificates++] = der;
    }
    return e;
}

static int add_text(struct reading *r)
{
    struct awi_str more = awi_str_from((const char *)xmlTextReaderConstValue(r->reader));

    if (!r->in_certificate) {
        return 0;
    }
    r->base64 =
        r->base64.len
            ? awi_arena_printf(r->arena, "%.*s%.*s", AWI_STR_FMT(r->base64), AWI_STR_FMT(more))
            : awi_arena_str(r->arena, more);
    return r->base64.ptr ? 0 : -ENOMEM;
}

/* --- Elements ----------------------------------------------------------------------------------
 */

static int begin_root(struct reading *r)
{
    struct awi_str until;

    if (!is(r, METADATA, "EntityDescriptor")) {
        return bad(r, "it is no EntityDescriptor");
    }
    r->root = true;
    int e = attribute(r, "entityID", &r->ret->entity_id);
    e = e ? e : attribute(r, "validUntil", &until);
    if (e) {
        return e;
    }
    if (r->ret->entity_id.len == 0) {
        return bad(r, "it has no entityID");
    }
    r->ret->valid_until_ms = awi_str_is_set(until) ? read_time(until) : 0;
    return 0;
}

static int begin_element(struct reading *r)
{
    struct awi_str use;
    int e = 0;

    if (!r->root) {
        return begin_root(r);
    }
    if (is(r, METADATA, "IDPSSODescriptor")) {
        r->provider = r->in_provider = true;
    } else if (r->in_provider && is(r, METADATA, "KeyDescriptor")) {
        e = attribute(r, "use", &use);
        r->for_signing = !awi_str_is_set(use) || awi_str_is(use, "signing");
    } else if (r->in_provider && is(r, METADATA, "SingleSignOnService") &&
               !awi_str_is_set(r->ret->sso)) {
        e = attribute(r, "Location", &r->ret->sso);
    } else if (r->in_provider && r->for_signing && is(r, SIGNATURE, "X509Certificate")) {
        r->in_certificate = xmlTextReaderIsEmptyElement(r->reader) != 1;
        r->base64 = AWI_STR("");
    }
    return e;
}

static int end_element(struct reading *r)
{
    if (is(r, METADATA, "IDPSSODescriptor")) {
        r->in_provider = false;
    } else if (is(r, METADATA, "KeyDescriptor")) {
        r->for_signing = false;
    } else if (r->in_certificate && is(r, SIGNATURE, "X509Certificate")) {
        r->in_certificate = false;
        return add_certificate(r);
    }
    return 0;
}

static int read_node(struct reading *r)
{
    switch (xmlTextReaderNodeType(r->reader)) {
    case XML_READER_TYPE_ELEMENT:
        return begin_element(r);
    case XML_READER_TYPE_END_ELEMENT:
        return end_element(r);
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
        return add_text(r);
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY_REFERENCE:
        return bad(r, "it has a document type or entities");
    default:
        return 0;
    }
}

/* The document is the client's; what is wrong with it is told in the answer. */
static void quiet(void *arg, const char *message, xmlParserSeverities severity, void *locator)
{
}

static int check(struct reading *r)
{
    return !r->root                      ? bad(r, "it is not XML")
           : !r->provider                ? bad(r, "it has no IDPSSODescriptor")
           : r->ret->n_certificates == 0 ? bad(r, "it has no certificate to verify signatures with")
                                         : 0;
}

int awi_saml_metadata_read(struct awi_arena *arena,
                           struct awi_str text,
                           struct awi_saml_metadata *ret,
                           const char **ret_why)
{
    struct reading r = {.arena = arena, .ret = ret};
    int e = 0, more;

    *ret = (struct awi_saml_metadata){.certificates =
                                          awi_arena_array(arena, struct awi_str, MOST_KEYS)};
    if (!ret->certificates) {
        return -ENOMEM;
    }
    if (text.len > INT32_MAX) {
        e = bad(&r, "it is too long");
    } else {
        r.reader = xmlReaderForMemory(text.ptr, (int)text.len, NULL, NULL, XML_PARSE_NONET);
        e = r.reader ? 0 : -ENOMEM;
    }
    if (e == 0) {
        xmlTextReaderSetErrorHandler(r.reader, quiet, NULL);
    }
    while (e == 0 && (more = xmlTextReaderRead(r.reader)) != 0) {
        e = more < 0 ? bad(&r, "it is not XML") : read_node(&r);
    }
    e = e ? e : check(&r);
    xmlFreeTextReader(r.reader);
    *ret_why = r.why;
    return e;
}

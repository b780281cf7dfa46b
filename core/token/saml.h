/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SAML 2.0 responses of identity providers, as far as AssumeRoleWithSAML takes them: one assertion
 * that is signed itself or whose response is, by a certificate of the provider's
 * metadata; it may be encrypted (encryption.h). Everything told here comes from that assertion.
 * Documents with a document type are refused, nothing is ever loaded. Times are milliseconds; 0:
 * not said.
 */
#pragma once

#include "core/util/arena.h"

#define AWI_SAML_MOST_ATTRIBUTES 128
#define AWI_SAML_MOST_VALUES     128

struct awi_saml_attribute {
    struct awi_str name;
    struct awi_str *values;
    size_t n;
};

/* Whose responses are read. */
struct awi_saml_provider {
    struct awi_str metadata;    /* an EntityDescriptor */
    const struct awi_str *keys; /* private keys in PEM, for what is encrypted */
    size_t n_keys;
};

struct awi_saml {
    bool encrypted; /* the assertion was */
    struct awi_str issuer;
    struct awi_str subject; /* NameID */
    struct awi_str subject_format;
    struct awi_str recipient; /* of the bearer's confirmation */
    struct awi_str *audiences;
    size_t n_audiences;
    int64_t issued;
    int64_t not_before;
    int64_t not_after;     /* the earlier of conditions and confirmation */
    int64_t session_until; /* SessionNotOnOrAfter */
    struct awi_saml_attribute *attributes;
    size_t n_attributes;
};

enum awi_saml_verdict {
    AWI_SAML_GOOD,
    AWI_SAML_MALFORMED, /* no such response, or no such metadata */
    AWI_SAML_STRANGER,  /* the issuer is not the metadata's entity */
    AWI_SAML_FORGED,    /* no signature of the provider's holds */
};

/* text: the XML. 0 with *ret_verdict, or -ENOMEM; *ret is filled when it is good. */
int awi_saml_read(struct awi_arena *arena,
                  struct awi_str text,
                  const struct awi_saml_provider *provider,
                  enum awi_saml_verdict *ret_verdict,
                  struct awi_saml *ret);

/* NULL: there is none of that name. */
const struct awi_saml_attribute *awi_saml_attribute(const struct awi_saml *saml, const char *name);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metadata document of a SAML identity provider (SAML 2.0 Metadata, section 2): who it is, and
 * by which keys its assertions are signed. IAM takes a document that can be read here and no other.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

#include <stdint.h>

struct awi_saml_metadata {
    struct awi_str entity_id;     /* the issuer of its assertions */
    int64_t valid_until_ms;       /* 0: not said */
    struct awi_str *certificates; /* for signing, DER */
    size_t n_certificates;
    struct awi_str sso; /* where it signs people on; absent: not said */
};

/*
 * Reads an EntityDescriptor with an IDPSSODescriptor. What it returns lies in the arena. 0,
 * -ENOMEM, or -EINVAL with *ret_why for people: not XML, another element, no name, no certificate
 * to verify signatures with, one that cannot be read. A document type or entities are not accepted.
 */
int awi_saml_metadata_read(struct awi_arena *arena,
                           struct awi_str text,
                           struct awi_saml_metadata *ret,
                           const char **ret_why);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encrypted elements (XML Encryption Syntax and Processing 1.1), as SAML has them: AES of 128, 192
 * or 256 bits in CBC or GCM mode, its key wrapped by RSA-OAEP (mgf1p, or OAEP with SHA-1 to
 * SHA-512). RSA with PKCS #1 1.5 padding is not known: it gives plaintext away to who may ask
 * often.
 */
#pragma once

#include "core/util/arena.h"

#include <libxml/tree.h>

/*
 * The text inside an element that holds an EncryptedData, whose EncryptedKey stands in its KeyInfo
 * or beside it. pems: private keys, which are tried in order. 0, *ret in the arena; -EBADMSG: of
 * another form, or for nobody's key here; -ENOMEM.
 */
int awi_dom_decrypt(struct awi_arena *arena,
                    const xmlNode *element,
                    const struct awi_str *pems,
                    size_t n_pems,
                    struct awi_str *ret);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The asymmetric half of Signature Version 4A: the P-256 key that belongs to an access key, and
 * signatures made with it.
 */
#pragma once

#include "core/util/str.h"

/* Is signature (DER) that of text by the key derived from id and secret? 1 yes, 0 no, -errno. */
int awi_ecdsa_verify(struct awi_str id,
                     struct awi_str secret,
                     struct awi_str text,
                     struct awi_str signature);

/* The private number derived from id and secret, 32 bytes, big-endian. 0 or -errno. */
int awi_ecdsa_derive(struct awi_str id, struct awi_str secret, unsigned char ret[32]);

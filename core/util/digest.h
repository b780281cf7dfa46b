/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cryptographic digests (by OpenSSL) and cyclic checksums, over bytes that come in pieces.
 */
#pragma once

#include "core/util/str.h"

#include <stddef.h>
#include <stdint.h>

enum awi_digest_kind {
    AWI_MD5,
    AWI_SHA1,
    AWI_SHA256,
    AWI_SHA512,
    AWI_N_DIGESTS,
};

#define AWI_DIGEST_MAX 64

/* 16, 20, 32, 64 */
size_t awi_digest_size(enum awi_digest_kind kind);

struct awi_digest {
    void *context;
};

/* All return 0 or -ENOMEM. A digest that was begun must be ended or dropped. */
int awi_digest_begin(struct awi_digest *digest, enum awi_digest_kind kind);
int awi_digest_add(struct awi_digest *digest, const void *data, size_t len);
/* Writes awi_digest_size() bytes and drops the digest. */
int awi_digest_end(struct awi_digest *digest, unsigned char *out);
void awi_digest_drop(struct awi_digest *digest);

/* All at once. */
int awi_digest_of(enum awi_digest_kind kind, struct awi_str data, unsigned char *out);
/* HMAC; out takes awi_digest_size(kind) bytes. */
int awi_hmac(enum awi_digest_kind kind,
             struct awi_str key,
             struct awi_str data,
             unsigned char *out);

/* Checksums: begin with 0, pass the last result on. CRC-32 (ISO-HDLC), CRC-32C (Castagnoli),
 * CRC-64/NVME. */
uint32_t awi_crc32(uint32_t crc, const void *data, size_t len);
uint32_t awi_crc32c(uint32_t crc, const void *data, size_t len);
uint64_t awi_crc64nvme(uint64_t crc, const void *data, size_t len);

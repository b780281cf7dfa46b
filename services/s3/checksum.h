/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checksums of bodies: what the client declared in headers or trailers, and what was received.
 */
#pragma once

#include "core/service.h"

enum s3_checksum {
    S3_CRC32,
    S3_CRC32C,
    S3_CRC64NVME,
    S3_SHA1,
    S3_SHA256,
    S3_SHA512,
    S3_MD5,
    S3_XXHASH64,
    S3_XXHASH3,
    S3_XXHASH128,
    S3_N_CHECKSUMS,
    S3_CHECKSUM_NONE = S3_N_CHECKSUMS,
};

/* The checksum members of any generated struct that has them, in the order above. */
#define S3_CHECKSUM_MEMBERS(p)                                                                     \
    {                                                                                              \
        &(p)->ChecksumCRC32, &(p)->ChecksumCRC32C, &(p)->ChecksumCRC64NVME, &(p)->ChecksumSHA1,    \
            &(p)->ChecksumSHA256, &(p)->ChecksumSHA512, &(p)->ChecksumMD5, &(p)->ChecksumXXHASH64, \
            &(p)->ChecksumXXHASH3, &(p)->ChecksumXXHASH128,                                        \
    }
#define S3_CHECKSUM_GET(p) ((const struct awi_str *const[])S3_CHECKSUM_MEMBERS(p))
#define S3_CHECKSUM_SET(p, kind, value)                                                            \
    s3_checksum_set((struct awi_str *const[])S3_CHECKSUM_MEMBERS(p), kind, value)

/* "CRC32" and so on. */
struct awi_str s3_checksum_name(enum s3_checksum kind);
/* "x-amz-checksum-crc32"; not of S3_CHECKSUM_NONE. */
const char *s3_checksum_header(enum s3_checksum kind);
/* By name; S3_CHECKSUM_NONE when there is no such algorithm. */
enum s3_checksum s3_checksum_named(struct awi_str name);

struct s3_summed {
    struct awi_str etag;   /* MD5 in hex between quotes */
    unsigned char md5[16]; /* the same */
    enum s3_checksum kind;
    struct awi_str checksum; /* base64; absent when kind is S3_CHECKSUM_NONE */
};

/*
 * Reads the body once, computes its MD5 and the checksum that a header or trailer declares (where
 * none does: fallback), and compares, as with Content-MD5. body NULL is empty. 0, an AWS error
 * (BadDigest, InvalidDigest, InvalidRequest), -errno.
 */
int s3_checksum_body(struct awi_req *req,
                     const struct awi_body *body,
                     enum s3_checksum fallback,
                     struct s3_summed *ret);
/* The same of the request's own body where its operation takes a document from it; nothing declared
 * is nothing to compare. */
int s3_checksum_document(struct awi_req *req);
/* Does the client declare anything about the body? */
bool s3_checksum_is_declared(const struct awi_req *req);
/* The same sums of bytes about which the client declared nothing: parts, copies. 0 or -errno. */
int s3_checksum_compute(struct awi_req *req,
                        const struct awi_body *body,
                        enum s3_checksum kind,
                        struct s3_summed *ret);

void s3_checksum_set(struct awi_str *const *members, enum s3_checksum kind, struct awi_str value);

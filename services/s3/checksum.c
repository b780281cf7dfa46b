/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/checksum.h"

#include "core/util/base64.h"
#include "core/util/digest.h"
#include "services/s3/errors.h"

#include "gen/s3.h"

#include <errno.h>

#define CHUNK (64u << 10)

static const struct {
    struct awi_str name;
    const char *header;
    size_t size;
    int digest; /* enum awi_digest_kind, or -1 */
} kinds[S3_N_CHECKSUMS] = {
    [S3_CRC32] = {AWI_STR_INIT("CRC32"), "x-amz-checksum-crc32", 4, -1},
    [S3_CRC32C] = {AWI_STR_INIT("CRC32C"), "x-amz-checksum-crc32c", 4, -1},
    [S3_CRC64NVME] = {AWI_STR_INIT("CRC64NVME"), "x-amz-checksum-crc64nvme", 8, -1},
    [S3_SHA1] = {AWI_STR_INIT("SHA1"), "x-amz-checksum-sha1", 20, AWI_SHA1},
    [S3_SHA256] = {AWI_STR_INIT("SHA256"), "x-amz-checksum-sha256", 32, AWI_SHA256},
    [S3_SHA512] = {AWI_STR_INIT("SHA512"), "x-amz-checksum-sha512", 64, AWI_SHA512},
    [S3_MD5] = {AWI_STR_INIT("MD5"), "x-amz-checksum-md5", 16, AWI_MD5},
    [S3_XXHASH64] = {AWI_STR_INIT("XXHASH64"), "x-amz-checksum-xxhash64", 8, -1},
    [S3_XXHASH3] = {AWI_STR_INIT("XXHASH3"), "x-amz-checksum-xxhash3", 8, -1},
    [S3_XXHASH128] = {AWI_STR_INIT("XXHASH128"), "x-amz-checksum-xxhash128", 16, -1},
};

struct awi_str s3_checksum_name(enum s3_checksum kind)
{
    return kind < S3_N_CHECKSUMS ? kinds[kind].name : AWI_STR_NULL;
}

const char *s3_checksum_header(enum s3_checksum kind)
{
    return kinds[kind].header;
}

enum s3_checksum s3_checksum_named(struct awi_str name)
{
    for (int i = 0; i < S3_N_CHECKSUMS; i++) {
        if (awi_str_eq_nocase(name, kinds[i].name)) {
            return (enum s3_checksum)i;
        }
    }
    return S3_CHECKSUM_NONE;
}

void s3_checksum_set(struct awi_str *const *members, enum s3_checksum kind, struct awi_str value)
{
    if (kind < S3_N_CHECKSUMS) {
        *members[kind] = value;
    }
}

/* --- What the client declared ---------------------------------------------------------------- */

struct expected {
    enum s3_checksum kind;
    struct awi_str checksum; /* base64, absent: compute only */
    struct awi_str md5;      /* 16 bytes, absent: none */
};

static int find_declared(struct awi_req *req, struct expected *ret)
{
    struct awi_str algorithm = awi_header(req, "x-amz-sdk-checksum-algorithm");
    enum s3_checksum named = s3_checksum_named(algorithm);

    ret->kind = S3_CHECKSUM_NONE;
    for (int i = 0; i < S3_N_CHECKSUMS; i++) {
        struct awi_str value = awi_header(req, kinds[i].header);

        if (!awi_str_is_set(value)) {
            continue;
        }
        if (ret->kind != S3_CHECKSUM_NONE) {
            return s3_fail_request(req,
                                   "Expecting a single x-amz-checksum- header. Multiple checksum "
                                   "Types are not allowed.");
        }
        ret->kind = (enum s3_checksum)i;
        ret->checksum = value;
    }
    if (!awi_str_is_set(algorithm) || named == ret->kind) {
        return 0;
    }
    if (ret->kind != S3_CHECKSUM_NONE) {
        return s3_fail_request(req, "Value for x-amz-sdk-checksum-algorithm header is invalid.");
    }
    return named == S3_MD5
               ? 0
               : s3_fail_request(req,
                                 "x-amz-sdk-checksum-algorithm specified, but no corresponding "
                                 "x-amz-checksum-* or x-amz-trailer headers were found.");
}

static int read_declared(struct awi_req *req, enum s3_checksum fallback, struct expected *ret)
{
    struct awi_str content_md5 = awi_header(req, "content-md5"), bytes;
    int r = find_declared(req, ret);

    if (r != 0) {
        return r;
    }
    if (ret->kind == S3_CHECKSUM_NONE) {
        ret->kind = fallback;
    }
    if (ret->kind >= S3_XXHASH64 && ret->kind <= S3_XXHASH128) {
        return s3_fail_header(req, kinds[ret->kind].header);
    }
    if (awi_str_is_set(ret->checksum)) {
        r = awi_base64_decode(awi_arena(req), ret->checksum, &bytes);
        if (r == -ENOMEM) {
            return r;
        }
        if (r < 0 || bytes.len != kinds[ret->kind].size) {
            return awi_fail(req,
                            &s3_error_InvalidRequest,
                            "Value for %s header is invalid.",
                            kinds[ret->kind].header);
        }
    }
    if (awi_str_is_set(content_md5)) {
        r = awi_base64_decode(awi_arena(req), content_md5, &ret->md5);
        if (r == -ENOMEM) {
            return r;
        }
        if (r < 0 || ret->md5.len != 16) {
            struct s3_ContentDigestError body = {.ContentMD5 = content_md5};

            return awi_fail_with(
                req, &s3_error_InvalidDigest, &body, "The Content-MD5 you specified was invalid.");
        }
    }
    return 0;
}

/* --- What was received ----------------------------------------------------------------------- */

struct sums {
    struct awi_digest md5;
    struct awi_digest digest;
    uint64_t crc;
    enum s3_checksum kind;
    int digest_kind;
};

static int sums_add(struct sums *sums, const void *data, size_t len)
{
    int r = awi_digest_add(&sums->md5, data, len);

    if (r == 0 && sums->digest_kind >= 0) {
        r = awi_digest_add(&sums->digest, data, len);
    }
    if (sums->kind == S3_CRC32) {
        sums->crc = awi_crc32((uint32_t)sums->crc, data, len);
    } else if (sums->kind == S3_CRC32C) {
        sums->crc = awi_crc32c((uint32_t)sums->crc, data, len);
    } else if (sums->kind == S3_CRC64NVME) {
        sums->crc = awi_crc64nvme(sums->crc, data, len);
    }
    return r;
}

static int sums_read(struct awi_req *req, struct sums *sums, const struct awi_body *body)
{
    uint64_t size = body ? awi_body_size(body) : 0;
    const void *data = size > 0 ? awi_body_data(body) : "";
    char *chunk;

    if (data) {
        return sums_add(sums, data, (size_t)size);
    }
    chunk = awi_arena_alloc(awi_arena(req), CHUNK);
    if (!chunk) {
        return -ENOMEM;
    }
    for (uint64_t at = 0; at < size;) {
        ssize_t n = awi_body_read(body, at, chunk, CHUNK);
        int r;

        if (n <= 0) {
            return n < 0 ? (int)n : -EIO;
        }
        r = sums_add(sums, chunk, (size_t)n);
        if (r < 0) {
            return r;
        }
        at += (uint64_t)n;
    }
    return 0;
}

static int sums_begin(struct sums *sums, enum s3_checksum kind)
{
    int r;

    *sums = (struct sums){.kind = kind, .digest_kind = -1};
    if (kind < S3_N_CHECKSUMS) {
        sums->digest_kind = kinds[kind].digest;
    }
    r = awi_digest_begin(&sums->md5, AWI_MD5);
    if (r == 0 && sums->digest_kind >= 0) {
        r = awi_digest_begin(&sums->digest, (enum awi_digest_kind)sums->digest_kind);
        if (r < 0) {
            awi_digest_drop(&sums->md5);
        }
    }
    return r;
}

static int sums_end(struct awi_req *req, struct sums *sums, struct s3_summed *ret)
{
    unsigned char bytes[AWI_DIGEST_MAX];
    char hex[35];
    int r = awi_digest_end(&sums->md5, ret->md5);

    if (sums->digest_kind >= 0) {
        int r2 = awi_digest_end(&sums->digest, bytes);

        r = r < 0 ? r : r2;
    }
    if (r < 0) {
        return r;
    }
    hex[0] = hex[33] = '"';
    awi_hex_write(hex + 1, awi_str_of(ret->md5, 16));
    ret->etag = awi_arena_str(awi_arena(req), awi_str_of(hex, 34));
    ret->kind = sums->kind;
    ret->checksum = AWI_STR_NULL;
    if (sums->kind >= S3_N_CHECKSUMS) {
        return 0;
    }
    if (sums->digest_kind < 0) {
        for (size_t i = 0; i < kinds[sums->kind].size; i++) {
            bytes[i] = (unsigned char)(sums->crc >> (8 * (kinds[sums->kind].size - 1 - i)));
        }
    }
    ret->checksum = awi_base64(awi_arena(req), awi_str_of(bytes, kinds[sums->kind].size));
    return ret->etag.ptr && ret->checksum.ptr ? 0 : -ENOMEM;
}

int s3_checksum_compute(struct awi_req *req,
                        const struct awi_body *body,
                        enum s3_checksum kind,
                        struct s3_summed *ret)
{
    struct sums sums;
    int r = sums_begin(&sums, kind);

    if (r < 0) {
        return r;
    }
    r = sums_read(req, &sums, body);
    if (r < 0) {
        awi_digest_drop(&sums.md5);
        awi_digest_drop(&sums.digest);
        return r;
    }
    return sums_end(req, &sums, ret);
}

int s3_checksum_body(struct awi_req *req,
                     const struct awi_body *body,
                     enum s3_checksum fallback,
                     struct s3_summed *ret)
{
    struct expected expected = {0};
    int r = read_declared(req, fallback, &expected);

    if (r == 0) {
        r = s3_checksum_compute(req, body, expected.kind, ret);
    }
    if (r != 0) {
        return r;
    }
    if (awi_str_is_set(expected.md5) && memcmp(expected.md5.ptr, ret->md5, 16) != 0) {
        struct s3_DigestError body_error = {
            .ExpectedDigest = awi_hex(awi_arena(req), expected.md5),
            .CalculatedDigest = awi_base64(awi_arena(req), awi_str_of(ret->md5, 16)),
        };

        return awi_fail_with(req,
                             &s3_error_BadDigest,
                             &body_error,
                             "The Content-MD5 you specified did not match what we received.");
    }
    if (awi_str_is_set(expected.checksum) && !awi_str_eq(expected.checksum, ret->checksum)) {
        return awi_fail(req,
                        &s3_error_BadDigest,
                        "The %s you specified did not match the calculated checksum.",
                        kinds[expected.kind].name.ptr);
    }
    return 0;
}

bool s3_checksum_is_declared(const struct awi_req *req)
{
    bool found = awi_str_is_set(awi_header(req, "content-md5"));

    for (size_t i = 0; !found && i < S3_N_CHECKSUMS; i++) {
        found = awi_str_is_set(awi_header(req, kinds[i].header));
    }
    return found;
}

int s3_checksum_document(struct awi_req *req)
{
    struct s3_summed summed;

    return s3_checksum_is_declared(req)
               ? s3_checksum_body(req, awi_request_body(req), S3_CHECKSUM_NONE, &summed)
               : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reflected cyclic checksums: eight bytes a step through tables that are computed at first use, and
 * 16 a step where the processor multiplies without carries.
 */
#include "core/util/digest.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define POLYNOMIAL_32  0xedb88320u
#define POLYNOMIAL_32C 0x82f63b78u
#define POLYNOMIAL_64  0x9a6c9329ac4bc9b5ull
#define BLOCK          16
#define FEW            (4 * BLOCK) /* for less the tables do */

static uint32_t table32[8][256];
static uint32_t table32c[8][256];
static uint64_t table64[8][256];
static pthread_once_t computed = PTHREAD_ONCE_INIT;

/*
 * A block A followed by a block B has the checksum of A * x^128 + B, and A * x^128 may be replaced
 * by what it leaves when divided by the polynomial: both halves of A times a power of x. In the
 * reflected order a product of 64 bits by 64 is read as one times x, so the powers are one less.
 */
struct powers {
    uint64_t of_191, of_127; /* what x^191 and x^127 leave, x^0 in bit 63 */
};
static struct powers powers32, powers32c, powers64;

static void compute32(uint32_t table[8][256], uint32_t polynomial)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;

        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
        }
        table[0][i] = crc;
    }
    for (int k = 1; k < 8; k++) {
        for (int i = 0; i < 256; i++) {
            table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 0xff];
        }
    }
}

static void compute64(uint64_t polynomial)
{
    for (uint64_t i = 0; i < 256; i++) {
        uint64_t crc = i;

        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
        }
        table64[0][i] = crc;
    }
    for (int k = 1; k < 8; k++) {
        for (int i = 0; i < 256; i++) {
            table64[k][i] = table64[k - 1][i] >> 8 ^ table64[0][table64[k - 1][i] & 0xff];
        }
    }
}

static uint64_t power(uint64_t polynomial, unsigned width, unsigned n)
{
    uint64_t value = 1ull << (width - 1);

    for (; n > 0; n--) {
        value = value & 1 ? value >> 1 ^ polynomial : value >> 1;
    }
    return value << (64 - width);
}

static struct powers powers_of(uint64_t polynomial, unsigned width)
{
    return (struct powers){power(polynomial, width, 191), power(polynomial, width, 127)};
}

static void compute(void)
{
    compute32(table32, POLYNOMIAL_32);
    compute32(table32c, POLYNOMIAL_32C);
    compute64(POLYNOMIAL_64);
    powers32 = powers_of(POLYNOMIAL_32, 32);
    powers32c = powers_of(POLYNOMIAL_32C, 32);
    powers64 = powers_of(POLYNOMIAL_64, 64);
}

#if defined(__x86_64__)
static bool can_fold(void)
{
    return __builtin_cpu_supports("pclmul");
}

/* The block that has, from 0 on, the checksum that len bytes have from crc on. len: whole blocks.
 */
__attribute__((target("pclmul"))) static void fold(uint64_t crc,
                                                   const struct powers *powers,
                                                   const unsigned char *p,
                                                   size_t len,
                                                   unsigned char ret[BLOCK])
{
    __m128i by = _mm_set_epi64x((long long)powers->of_127, (long long)powers->of_191);
    __m128i block =
        _mm_xor_si128(_mm_loadu_si128((const void *)p), _mm_set_epi64x(0, (long long)crc));

    for (size_t at = BLOCK; at < len; at += BLOCK) {
        __m128i sum = _mm_xor_si128(_mm_clmulepi64_si128(block, by, 0x00),
                                    _mm_clmulepi64_si128(block, by, 0x11));
        block = _mm_xor_si128(sum, _mm_loadu_si128((const void *)(p + at)));
    }
    _mm_storeu_si128((void *)ret, block);
}
#else
static bool can_fold(void)
{
    return false;
}

static void fold(uint64_t crc,
                 const struct powers *powers,
                 const unsigned char *p,
                 size_t len,
                 unsigned char ret[BLOCK])
{
    (void)crc;
    (void)powers;
    (void)p;
    (void)len;
    (void)ret;
}
#endif

static uint64_t load8(const unsigned char *p)
{
    uint64_t v = 0;

    for (int i = 7; i >= 0; i--) {
        v = v << 8 | p[i];
    }
    return v;
}

static uint32_t step32(uint32_t table[8][256], uint32_t crc, const unsigned char *p, size_t len)
{
    for (; len >= 8; len -= 8, p += 8) {
        uint64_t v = load8(p) ^ crc;

        crc = 0;
        for (int k = 0; k < 8; k++) {
            crc ^= table[7 - k][v >> (8 * k) & 0xff];
        }
    }
    for (; len > 0; len--, p++) {
        crc = crc >> 8 ^ table[0][(crc ^ *p) & 0xff];
    }
    return crc;
}

static uint64_t step64(uint64_t crc, const unsigned char *p, size_t len)
{
    for (; len >= 8; len -= 8, p += 8) {
        uint64_t v = load8(p) ^ crc;

        crc = 0;
        for (int k = 0; k < 8; k++) {
            crc ^= table64[7 - k][v >> (8 * k) & 0xff];
        }
    }
    for (; len > 0; len--, p++) {
        crc = crc >> 8 ^ table64[0][(crc ^ *p) & 0xff];
    }
    return crc;
}

static uint32_t run32(uint32_t table[8][256],
                      const struct powers *powers,
                      uint32_t crc,
                      const unsigned char *p,
                      size_t len)
{
    unsigned char block[BLOCK];
    size_t whole = len >= FEW && can_fold() ? len - len % BLOCK : 0;

    crc = ~crc;
    if (whole) {
        fold(crc, powers, p, whole, block);
        crc = step32(table, 0, block, BLOCK);
    }
    return ~step32(table, crc, p + whole, len - whole);
}

uint32_t awi_crc32(uint32_t crc, const void *data, size_t len)
{
    pthread_once(&computed, compute);
    return run32(table32, &powers32, crc, data, len);
}

uint32_t awi_crc32c(uint32_t crc, const void *data, size_t len)
{
    pthread_once(&computed, compute);
    return run32(table32c, &powers32c, crc, data, len);
}

uint64_t awi_crc64nvme(uint64_t crc, const void *data, size_t len)
{
    const unsigned char *p = data;
    unsigned char block[BLOCK];

    pthread_once(&computed, compute);
    size_t whole = len >= FEW && can_fold() ? len - len % BLOCK : 0;
    crc = ~crc;
    if (whole) {
        fold(crc, &powers64, p, whole, block);
        crc = step64(0, block, BLOCK);
    }
    return ~step64(crc, p + whole, len - whole);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reflected cyclic checksums, eight bytes a step through tables that are computed at first use.
 */
#include "core/util/digest.h"

#include <pthread.h>
#include <string.h>

static uint32_t table32[8][256];
static uint32_t table32c[8][256];
static uint64_t table64[8][256];
static pthread_once_t computed = PTHREAD_ONCE_INIT;

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

static void compute(void)
{
    compute32(table32, 0xedb88320u);
    compute32(table32c, 0x82f63b78u);
    compute64(0x9a6c9329ac4bc9b5ull);
}

static uint64_t load8(const unsigned char *p)
{
    uint64_t v = 0;

    for (int i = 7; i >= 0; i--) {
        v = v << 8 | p[i];
    }
    return v;
}

static uint32_t run32(uint32_t table[8][256], uint32_t crc, const unsigned char *p, size_t len)
{
    crc = ~crc;
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
    return ~crc;
}

uint32_t awi_crc32(uint32_t crc, const void *data, size_t len)
{
    pthread_once(&computed, compute);
    return run32(table32, crc, data, len);
}

uint32_t awi_crc32c(uint32_t crc, const void *data, size_t len)
{
    pthread_once(&computed, compute);
    return run32(table32c, crc, data, len);
}

uint64_t awi_crc64nvme(uint64_t crc, const void *data, size_t len)
{
    const unsigned char *p = data;

    pthread_once(&computed, compute);
    crc = ~crc;
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
    return ~crc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ids.h"

#include <errno.h>
#include <sys/random.h>

/* splitmix64: short, and every seed gives a full-period stream. */
#define STEP UINT64_C(0x9e3779b97f4a7c15)

static uint64_t mixed(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void awi_random_fill(struct awi_random *random, void *data, size_t n)
{
    unsigned char *at = data;

    if (random->seeded) {
        while (n > 0) {
            uint64_t word = mixed(random->state += STEP);
            for (int i = 0; i < 8 && n > 0; i++, n--) {
                *at++ = (unsigned char)(word >> (8 * i));
            }
        }
        return;
    }
    while (n > 0) {
        ssize_t got = getrandom(at, n < 256 ? n : 256, 0);
        if (got > 0) {
            at += got;
            n -= (size_t)got;
        }
    }
}

struct awi_str
awi_random_text(struct awi_random *random, struct awi_arena *arena, const char *alphabet, size_t n)
{
    size_t letters = strlen(alphabet);
    unsigned fair = (unsigned)(256 / letters * letters); /* bytes from here on are thrown away */
    unsigned char bytes[64];
    size_t left = 0;
    char *text = awi_arena_alloc(arena, n + 1);

    if (!text) {
        return AWI_STR_NULL;
    }
    for (size_t i = 0; i < n;) {
        if (left == 0) {
            left = sizeof(bytes);
            awi_random_fill(random, bytes, left);
        }
        unsigned char byte = bytes[--left];
        if (byte < fair) {
            text[i++] = alphabet[byte % letters];
        }
    }
    text[n] = '\0';
    return awi_str_of(text, n);
}

#define UUID_BYTES 16

static void write_uuid(unsigned char bytes[UUID_BYTES], char ret[37])
{
    static const char hex[] = "0123456789abcdef";
    size_t at = 0;

    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            ret[at++] = '-';
        }
        ret[at++] = hex[bytes[i] >> 4];
        ret[at++] = hex[bytes[i] & 15];
    }
    ret[at] = '\0';
}

void awi_random_uuid(struct awi_random *random, char ret[37])
{
    unsigned char bytes[UUID_BYTES];

    awi_random_fill(random, bytes, sizeof(bytes));
    write_uuid(bytes, ret);
}

void awi_unique_begin(uint64_t *stream)
{
    awi_random_fill(&AWI_RANDOM_SYSTEM, stream, sizeof(*stream));
}

void awi_unique_uuid(uint64_t *stream, char ret[37])
{
    uint64_t at = __atomic_fetch_add(stream, 2 * STEP, __ATOMIC_RELAXED);
    uint64_t words[2] = {mixed(at + STEP), mixed(at + 2 * STEP)};

    write_uuid((unsigned char *)words, ret);
}

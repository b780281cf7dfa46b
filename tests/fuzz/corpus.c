/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over files and their mutations, where there is no libFuzzer.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_INPUT 65536
#define MUTATIONS      3000

static uint64_t state = 1;

static uint32_t below(uint32_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

/* A few small damages: bytes changed, taken out, doubled, cut off. */
static size_t mutate(uint8_t *data, size_t len)
{
    static const uint8_t some[] = {
        0, 1, 0x7f, 0x80, 0xff, '"', '{', '[', '<', '&', '%', '.', '\\', '9'};

    for (uint32_t i = 1 + below(4); i > 0 && len > 0; i--) {
        size_t at = below((uint32_t)len);
        size_t n = 1 + below(8);
        n = n < len - at ? n : len - at;
        switch (below(5)) {
        case 0:
            data[at] = (uint8_t)below(256);
            break;
        case 1:
            data[at] = some[below(sizeof(some))];
            break;
        case 2:
            memmove(data + at, data + at + n, len - at - n);
            len -= n;
            break;
        case 3:
            if (len + n <= SIZE_MAX_INPUT) {
                memmove(data + at + n, data + at, len - at);
                len += n;
            }
            break;
        default:
            len = below(8) ? len : at;
        }
    }
    return len;
}

int main(int argc, char **argv)
{
    uint8_t *seed = malloc(SIZE_MAX_INPUT);
    uint8_t *data = malloc(SIZE_MAX_INPUT);
    size_t runs = 0;

    for (int i = 1; i < argc && seed && data; i++) {
        FILE *file = fopen(argv[i], "re");
        if (!file) {
            perror(argv[i]);
            return 1;
        }
        size_t len = fread(seed, 1, SIZE_MAX_INPUT, file);
        fclose(file);
        LLVMFuzzerTestOneInput(seed, len);
        for (size_t round = 0; round < MUTATIONS; round++) {
            memcpy(data, seed, len);
            size_t n = mutate(data, len);
            /* A copy of exactly its length, so that the sanitizer sees a read beyond it. */
            uint8_t *exact = malloc(n ? n : 1);
            if (exact) {
                memcpy(exact, data, n);
                LLVMFuzzerTestOneInput(exact, n);
            }
            free(exact);
            runs++;
        }
    }
    free(seed);
    free(data);
    printf("%zu inputs\n", runs);
    return runs > 0 ? 0 : 1;
}

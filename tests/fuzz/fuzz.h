/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target is one function over bytes; it ends the process by a failed check when what must
 * hold does not. Under clang with -Dfuzz=true libFuzzer drives it; otherwise replay.c runs it over
 * its corpus as an ordinary test.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int awi_fuzz(const uint8_t *data, size_t len);

#define FUZZ_CHECK(x)                                                                              \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #x);                 \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

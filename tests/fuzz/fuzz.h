/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target is one function. With -Dfuzz=true (clang) libFuzzer calls it; otherwise main() of
 * corpus.c runs the corpus files that are named, and mutations of them that are always the same.
 * It ends the process by FUZZ_CHECK() when what must hold does not.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define FUZZ_CHECK(x)                                                                              \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #x);                 \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

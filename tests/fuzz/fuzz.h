/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target is one function. With -Dfuzz=true (clang) libFuzzer calls it; otherwise main() of
 * corpus.c runs the corpus files that are named, and mutations of them that are always the same.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

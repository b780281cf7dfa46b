/* SPDX-License-Identifier: Apache-2.0 */
/* What libFuzzer calls. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    return awi_fuzz(data, len);
}

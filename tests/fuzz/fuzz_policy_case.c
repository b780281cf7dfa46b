/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of `policy simulate`: each gets one line of JSON back, whatever it is. */
#include "core/policy/case.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct awi_buf out = AWI_BUF_INIT(1 << 28);
    const struct awi_json *tree;
    struct awi_json_error error;
    struct awi_arena arena;

    awi_arena_init(&arena, (size_t)1 << 28);
    FUZZ_CHECK(awi_policy_case_answer(&arena, awi_str_of(data, len), &out) == 0);
    FUZZ_CHECK(out.len > 0 && awi_str_find(awi_buf_view(&out), '\n') == (ptrdiff_t)out.len - 1);
    FUZZ_CHECK(awi_json_read(&arena, awi_buf_view(&out), &tree, &error) == 0);
    awi_arena_deinit(&arena);
    awi_buf_deinit(&out);
    return 0;
}

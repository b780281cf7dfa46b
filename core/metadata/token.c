/* SPDX-License-Identifier: Apache-2.0 */
#include "core/metadata/token.h"

#include "core/util/base64.h"
#include "core/util/digest.h"

#include <string.h>

#define SUM_SIZE 32

struct token {
    int64_t ends_ms;
    unsigned char random[8];
    unsigned char sum[SUM_SIZE]; /* of what stands before it */
};

static bool sum_of(const struct token *token, unsigned char sum[SUM_SIZE])
{
    struct awi_str head = awi_str_of((const char *)token, offsetof(struct token, sum));

    return awi_digest_of(AWI_SHA256, head, sum) == 0;
}

struct awi_str
awi_metadata_token(struct awi_arena *arena, struct awi_random *random, int64_t ends_ms)
{
    struct token token = {.ends_ms = ends_ms};

    awi_random_fill(random, token.random, sizeof(token.random));
    if (!sum_of(&token, token.sum)) {
        return AWI_STR_NULL;
    }
    return awi_base64(arena, awi_str_of((const char *)&token, sizeof(token)));
}

bool awi_metadata_token_is_good(struct awi_str text, int64_t now_ms)
{
    struct token token;
    unsigned char sum[SUM_SIZE];

    if (text.len != awi_base64_size(sizeof(token)) ||
        awi_base64_read(&token, text) != (ssize_t)sizeof(token) || !sum_of(&token, sum)) {
        return false;
    }
    return memcmp(sum, token.sum, SUM_SIZE) == 0 && now_ms < token.ends_ms;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What identity providers sign: the input is a web identity token or a SAML response, a line "---",
 * and the provider's key set or metadata. Reading either ends with a verdict, whatever it holds; a
 * response counts as good only with an issuer and within its own document.
 */
#include "core/token/jwt.h"
#include "core/token/saml.h"
#include "fuzz.h"

#include <errno.h>

#define MARK "\n---\n"

static void check_jwt(struct awi_arena *arena, struct awi_str text, struct awi_str keys)
{
    struct awi_jwt jwt;
    int64_t at;
    int r = awi_jwt_read(arena, text, &jwt);

    FUZZ_CHECK(r == 0 || r == -EBADMSG);
    if (r == 0) {
        FUZZ_CHECK(!awi_jwt_time(&jwt, "exp", &at) || at >= 0);
        r = awi_jwt_verify(arena, &jwt, keys);
        FUZZ_CHECK(r == 0 || r == 1 || r == -ENOKEY || r == -EBADMSG);
    }
}

static void check_saml(struct awi_arena *arena, struct awi_str text, struct awi_str metadata)
{
    enum awi_saml_verdict verdict;
    const struct awi_saml_provider provider = {.metadata = metadata};
    struct awi_saml saml;

    FUZZ_CHECK(awi_saml_read(arena, text, &provider, &verdict, &saml) == 0);
    if (verdict == AWI_SAML_GOOD) {
        FUZZ_CHECK(saml.issuer.len > 0 && saml.n_attributes <= AWI_SAML_MOST_ATTRIBUTES);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct awi_str all = awi_str_of(data, len);
    ptrdiff_t at = awi_str_search(all, AWI_STR(MARK));
    struct awi_str first = at < 0 ? all : awi_str_head(all, (size_t)at);
    struct awi_str second = at < 0 ? AWI_STR("") : awi_str_skip(all, (size_t)at + sizeof(MARK) - 1);
    struct awi_arena arena;

    awi_arena_init(&arena, 1u << 26);
    if (awi_str_starts(first, AWI_STR("<"))) {
        check_saml(&arena, first, second);
    } else {
        check_jwt(&arena, first, second);
    }
    awi_arena_deinit(&arena);
    return 0;
}

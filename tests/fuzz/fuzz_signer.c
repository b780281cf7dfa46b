/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request says of its signer: the input is "query\nAuthorization\nX-Amz-Date\ntoken".
 * Reading it never fails otherwise than with a reason; verifying never accepts it, as no text here
 * was signed with the secret; key ids and tokens are told apart without harm.
 */
#include "core/auth/verify.h"
#include "core/identity/key.h"
#include "fuzz.h"

static void check_key(struct awi_str id)
{
    char account[13];
    enum awi_key_form form = awi_key_form(id);
    int r = awi_key_account(id, account);

    FUZZ_CHECK((form == AWI_KEY_ACCOUNT) == awi_str_is_account(id));
    FUZZ_CHECK(form != AWI_KEY_LONG_TERM || id.len == AWI_KEY_ID_LEN);
    FUZZ_CHECK(r != 0 || (id.len == AWI_KEY_ID_LEN && awi_str_is_account(awi_str_from(account))));
}

static void check(struct awi_arena *arena, const struct awi_http_request *request)
{
    struct awi_sigv4 auth;
    struct awi_str why = AWI_STR_NULL;
    enum awi_refusal refusal;
    int r = awi_sigv4_parse(arena, request, &auth, &why);

    FUZZ_CHECK(r == 0 || r == 1);
    FUZZ_CHECK(r == 0 || why.len > 0);
    check_key(awi_str_is_set(auth.access_key_id) ? auth.access_key_id : AWI_STR(""));
    awi_token_is_ours(awi_str_is_set(auth.token) ? auth.token : AWI_STR(""));
    if (r == 0 && auth.kind != AWI_SIGV4_NONE && auth.kind != AWI_SIGV4_BEARER) {
        const struct awi_verify in = {
            .auth = &auth,
            .request = request,
            .secret = AWI_STR("kept from everyone"),
            .now_ms = auth.time_ms,
        };
        FUZZ_CHECK(auth.access_key_id.len > 0 || auth.kind == AWI_SIGV4_V2);
        FUZZ_CHECK(awi_sigv4_verify(arena, &in, &refusal, &why) == 1);
        FUZZ_CHECK(refusal != AWI_REFUSE_NOTHING && refusal < AWI_N_REFUSALS);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char *const names[] = {"Authorization", "X-Amz-Date", "X-Amz-Security-Token"};
    struct awi_str rest = awi_str_of(data, len), line;
    struct awi_http_header headers[4] = {{AWI_STR_INIT("Host"), AWI_STR_INIT("x")}};
    struct awi_http_request request = {
        .method = AWI_STR("GET"), .path = AWI_STR("/a%20b//c"), .headers = headers, .n_headers = 1};
    struct awi_arena arena;

    awi_arena_init(&arena, 1u << 24);
    awi_str_cut(&rest, '\n', &request.query);
    for (size_t i = 0; i < 3 && awi_str_cut(&rest, '\n', &line); i++) {
        if (line.len > 0) {
            headers[request.n_headers].name = awi_str_from(names[i]);
            headers[request.n_headers++].value = line;
        }
    }
    request.body = awi_body_memory(&arena, AWI_STR("body"));
    FUZZ_CHECK(request.body);
    check(&arena, &request);
    awi_arena_deinit(&arena);
    return 0;
}

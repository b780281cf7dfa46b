/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of OpenID Connect providers, and what is wrong with them. */
#include "core/config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct awi_config config;

static int teardown(void **state)
{
    awi_config_deinit(&config);
    return 0;
}

static void load(const char *yaml)
{
    awi_config_deinit(&config);
    assert_int_equal(awi_config_parse(&config, "t.yml", awi_str_from(yaml), NULL), 0);
    assert_null(config.problem.ptr);
}

static void refuse(const char *yaml, const char *problem)
{
    awi_config_deinit(&config);
    assert_int_equal(awi_config_parse(&config, "t.yml", awi_str_from(yaml), NULL), 1);
    assert_string_equal(config.problem.ptr, problem);
}

static void test_parse_providers(void **state)
{
    load("oidc_providers:\n"
         "- issuer: https://id.example.com/tenant/\n"
         "  jwks: '{\"keys\":[]}'\n");
    assert_int_equal(config.oidc_providers.n, 1);
    assert_true(
        awi_str_is(awi_config_jwks(&config, AWI_STR("id.example.com/tenant")), "{\"keys\":[]}"));
    assert_false(awi_str_is_set(awi_config_jwks(&config, AWI_STR("id.example.com"))));
}

static void test_parse_bad_providers(void **state)
{
#define ONE "oidc_providers:\n- issuer: https://a.example\n"
    refuse("oidc_providers: x\n",
           "t.yml:1: found \"x\" for oidc_providers, expected a list of {issuer, jwks or "
           "jwks_file}");
    refuse(ONE "  jwk: '{}'\n",
           "t.yml:3: found key \"jwk\" in a provider, expected issuer, jwks or jwks_file (did "
           "you mean jwks?)");
    refuse(ONE,
           "t.yml:2: found a provider that is not {issuer, jwks} or {issuer, jwks_file}, expected "
           "one of these");
    refuse(ONE "  jwks: '{}'\n",
           "t.yml:3: found JSON without a list of keys, expected {\"keys\": [...]}");
    refuse(ONE "  jwks: '{\"keys\":[]}'\n  jwks_file: x\n",
           "t.yml:4: found \"x\" for jwks_file (No such file or directory), expected a file that "
           "can be read");
    refuse(ONE "  jwks: '{\"keys\":[]}'\n- issuer: https://a.example\n  jwks: '{\"keys\":[]}'\n",
           "t.yml:4: found issuer a.example again, expected it once");
    refuse("oidc_providers:\n- issuer: http://a.example\n",
           "t.yml:2: found \"http://a.example\" for issuer, expected a URL such as "
           "https://token.example.com");
#undef ONE
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_parse_providers, teardown),
        cmocka_unit_test_teardown(test_parse_bad_providers, teardown),
    };

    return cmocka_run_group_tests_name("providers", tests, NULL, NULL);
}

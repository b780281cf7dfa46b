/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/config: what a file and an environment give, and the exact text of every refusal.
 */
#include "core/config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct awi_config config;

static int teardown(void **state)
{
    awi_config_deinit(&config);
    return 0;
}

static void load(const char *yaml, const char *const *environment)
{
    awi_config_deinit(&config);
    int r = awi_config_parse(&config, "t.yml", awi_str_from(yaml), environment);
    if (r != 0) {
        print_message("problem: %.*s\n", AWI_STR_FMT(config.problem));
    }
    assert_int_equal(r, 0);
    assert_null(config.problem.ptr);
}

static void refuse(const char *yaml, const char *const *environment, const char *problem)
{
    awi_config_deinit(&config);
    assert_int_equal(awi_config_parse(&config, "t.yml", awi_str_from(yaml), environment), 1);
    assert_string_equal(config.problem.ptr, problem);
    /* What goes on all the same goes on with defaults. */
    assert_true(awi_str_is(config.account_id, "123456789012"));
    assert_int_equal(config.accounts.n, 0);
}

static void test_parse_nothing(void **state)
{
    load(NULL, NULL);
    assert_int_equal(config.accounts_mode, AWI_ACCOUNTS_OPEN);
    assert_true(awi_str_is(config.account_id, "123456789012"));
    assert_true(awi_str_is(config.region, "us-east-1"));
    assert_int_equal(config.iam, AWI_IAM_AUDIT);
    assert_int_equal(config.credentials, AWI_CREDENTIALS_ANY);
    assert_int_equal(config.endpoints.n, 0);
    assert_null(config.file.ptr);
    assert_null(config.state.ptr);
    assert_false(config.clock.frozen);

    /* An empty file is a file: one shared account. */
    load("# nothing yet\n", NULL);
    assert_int_equal(config.accounts_mode, AWI_ACCOUNTS_SINGLE);
    load("accounts: []\n", NULL);
    assert_int_equal(config.accounts_mode, AWI_ACCOUNTS_SINGLE);
}

/* The example of CloudMock's page on several accounts. */
static void test_parse_cloudmock_example(void **state)
{
    load("region: us-east-1\n"
         "account_id: \"111111111111\"\n"
         "\n"
         "accounts:\n"
         "  - id: \"222222222222\"\n"
         "    name: \"Development\"\n"
         "  - id: \"333333333333\"\n"
         "    name: \"Staging\"\n"
         "  - id: \"444444444444\"\n"
         "    name: \"Production\"\n",
         NULL);
    assert_int_equal(config.accounts_mode, AWI_ACCOUNTS_CLOSED);
    assert_true(awi_str_is(config.account_id, "111111111111"));
    assert_int_equal(config.accounts.n, 3);
    assert_true(awi_str_is(config.accounts.items[1].name, "Staging"));
    const struct awi_config_account *found = awi_config_account(&config, AWI_STR("444444444444"));
    assert_non_null(found);
    assert_true(awi_str_is(found->name, "Production"));
    assert_null(found->email.ptr);
    assert_null(awi_config_account(&config, AWI_STR("111111111111")));
    assert_null(awi_config_account(&config, AWI_STR("999999999999")));
}

static void test_parse_everything(void **state)
{
    load("{region: eu-central-1, iam: enforce, credentials: signed, state: memory,\n"
         " log: /tmp/x.log, clock: 2031-05-17T08:30:00Z, endpoints: [LocalHost:5000, '[::1]:99'],\n"
         " accounts: [{id: '222222222222', email: dev@example.com}]}\n",
         NULL);
    assert_true(awi_str_is(config.region, "eu-central-1"));
    assert_int_equal(config.iam, AWI_IAM_ENFORCE);
    assert_int_equal(config.credentials, AWI_CREDENTIALS_SIGNED);
    assert_true(awi_str_is(config.state, "memory"));
    assert_true(awi_str_is(config.log, "/tmp/x.log"));
    assert_true(config.clock.frozen);
    assert_true(config.clock.at_ms == INT64_C(1936773000000));
    assert_true(awi_config_is_endpoint(&config, AWI_STR("localhost"), 5000));
    assert_true(awi_config_is_endpoint(&config, AWI_STR("LOCALHOST."), 0));
    assert_true(awi_config_is_endpoint(&config, AWI_STR("::1"), 99));
    assert_false(awi_config_is_endpoint(&config, AWI_STR("localhost"), 5001));
    assert_false(awi_config_is_endpoint(&config, AWI_STR("example.com"), 5000));
    assert_true(awi_str_is(config.accounts.items[0].email, "dev@example.com"));
}

static void test_parse_endpoint_with_dot(void **state)
{
    load("endpoints: [aws.test.:5000]\n", NULL);
    assert_true(awi_config_is_endpoint(&config, AWI_STR("aws.test"), 5000));
    assert_true(awi_config_is_endpoint(&config, AWI_STR("aws.test."), 5000));
    refuse("endpoints: [a..b:5000]\n",
           NULL,
           "t.yml:1: found \"a..b:5000\", expected an endpoint host:port such as localhost:5000, "
           "without http://");
}

static void test_parse_environment_wins(void **state)
{
    static const char *const environment[] = {"PATH=/bin",
                                              "AWSINTERCEPT_IAM=off",
                                              "AWSINTERCEPT_ENDPOINTS=a:1, b:2",
                                              "AWSINTERCEPT_STATE=",
                                              "AWSINTERCEPT_CLOCK=-2h",
                                              "AWSINTERCEPT_ACCOUNT_ID=111111111111",
                                              NULL};

    load("iam: enforce\nendpoints: [c:3]\nstate: /x\n", environment);
    assert_int_equal(config.iam, AWI_IAM_OFF);
    assert_int_equal(config.endpoints.n, 3);
    assert_true(awi_config_is_endpoint(&config, AWI_STR("b"), 2));
    assert_true(awi_config_is_endpoint(&config, AWI_STR("c"), 3));
    assert_true(awi_str_is(config.state, "/x"));
    assert_true(config.clock.shift_ms == -7200000);
    /* That variable is read for each request, it is not the default account. */
    assert_true(awi_str_is(config.account_id, "123456789012"));
}

static void test_modes_of_accounts(void **state)
{
    static const char yaml[] = "iam: audit\naccounts:\n"
                               "- {id: '222222222222', iam: enforce, credentials: signed}\n"
                               "- {id: '333333333333', iam: off}\n"
                               "- {id: '444444444444'}\n";
    static const char *const iam[] = {"AWSINTERCEPT_IAM=audit", NULL};
    static const char *const both[] = {
        "AWSINTERCEPT_IAM=enforce", "AWSINTERCEPT_CREDENTIALS=known", NULL};
    struct awi_str two = AWI_STR("222222222222"), three = AWI_STR("333333333333");

    load(yaml, NULL);
    assert_int_equal(awi_config_iam(&config, two), AWI_IAM_ENFORCE);
    assert_int_equal(awi_config_iam(&config, three), AWI_IAM_OFF);
    assert_int_equal(awi_config_iam(&config, AWI_STR("444444444444")), AWI_IAM_AUDIT);
    assert_int_equal(awi_config_iam(&config, AWI_STR("123456789012")), AWI_IAM_AUDIT);
    assert_int_equal(awi_config_credentials(&config, two), AWI_CREDENTIALS_SIGNED);
    assert_int_equal(awi_config_credentials(&config, three), AWI_CREDENTIALS_ANY);
    /* The environment sets the mode of all accounts; what it does not set stays the file's. */
    load(yaml, iam);
    assert_int_equal(awi_config_iam(&config, two), AWI_IAM_AUDIT);
    assert_int_equal(awi_config_credentials(&config, two), AWI_CREDENTIALS_SIGNED);
    load(yaml, both);
    assert_int_equal(awi_config_iam(&config, three), AWI_IAM_ENFORCE);
    assert_int_equal(awi_config_credentials(&config, two), AWI_CREDENTIALS_KNOWN);

    refuse("accounts:\n- id: '222222222222'\n  iam: on\n",
           NULL,
           "t.yml:3: found \"on\" for iam, expected off, audit or enforce");
    refuse("accounts:\n- id: '222222222222'\n  credentials: [any]\n",
           NULL,
           "t.yml:3: found a list for credentials, expected 1 to 4096 characters");
    refuse("accounts:\n- id: '222222222222'\n  iam: off\n  iam: off\n",
           NULL,
           "t.yml:4: found key iam again, expected it once in an account");
}

static void test_switches(void **state)
{
    static const char *const environment[] = {
        "AWSINTERCEPT_POLICY_ARN_IN_REFUSALS=true", "AWSINTERCEPT_SCP_LIMITS=new", NULL};

    load("", NULL);
    assert_true(config.policy_arn_in_refusals);
    assert_int_equal(config.scp_limits, AWI_LIMITS_NEW);
    load("policy_arn_in_refusals: false\nscp_limits: old\n", NULL);
    assert_false(config.policy_arn_in_refusals);
    assert_int_equal(config.scp_limits, AWI_LIMITS_OLD);
    load("policy_arn_in_refusals: false\nscp_limits: old\n", environment);
    assert_true(config.policy_arn_in_refusals);
    assert_int_equal(config.scp_limits, AWI_LIMITS_NEW);
    refuse("policy_arn_in_refusals: no\n",
           NULL,
           "t.yml:1: found \"no\" for policy_arn_in_refusals, expected false or true");
    refuse("scp_limits: odl\n", NULL, "t.yml:1: found \"odl\" for scp_limits, expected new or old");
}

static void test_parse_bad_ids(void **state)
{
    refuse("region: us-east-1\naccount_id: 111111111111\n",
           NULL,
           "t.yml:2: found 111111111111 for account_id without quotes, expected 12 digits in "
           "quotes: \"111111111111\"");
    refuse("accounts:\n  - id: 22222222222\n",
           NULL,
           "t.yml:2: found \"22222222222\" for id, expected 12 digits in quotes such as "
           "\"222222222222\"");
    refuse("accounts:\n  - id: 222222222222\n    name: x\n",
           NULL,
           "t.yml:2: found 222222222222 for id without quotes, expected 12 digits in quotes: "
           "\"222222222222\"");
    refuse("account_id: \"1111-1111-1111\"\n",
           NULL,
           "t.yml:1: found \"1111-1111-1111\" for account_id, expected 12 digits in quotes such "
           "as \"222222222222\"");
    refuse("account_id: [\"111111111111\"]\n",
           NULL,
           "t.yml:1: found a list for account_id, expected 12 digits in quotes such as "
           "\"222222222222\"");
    refuse("accounts:\n- name: x\n", NULL, "t.yml:2: found an account without id, expected one");
}

static void test_parse_duplicates(void **state)
{
    refuse("accounts:\n- id: '333333333333'\n- id: '222222222222'\n- id: '333333333333'\n",
           NULL,
           "t.yml:4: found account 333333333333 again, expected it once (line 2)");
    refuse("iam: off\nregion: us-east-1\niam: audit\n",
           NULL,
           "t.yml:3: found key iam again, expected it once (line 1)");
    refuse("accounts:\n- id: '333333333333'\n  id: '222222222222'\n",
           NULL,
           "t.yml:3: found key id again, expected it once in an account");
}

static void test_parse_unknown_keys(void **state)
{
    refuse("acounts: []\n",
           NULL,
           "t.yml:1: found key \"acounts\", expected one of region, account_id, accounts, iam, "
           "credentials, policy_arn_in_refusals, scp_limits, oidc_providers, endpoints, state, "
           "log, clock (did you "
           "mean accounts?)");
    refuse("\nquota: 1\n",
           NULL,
           "t.yml:2: found key \"quota\", expected one of region, account_id, accounts, iam, "
           "credentials, policy_arn_in_refusals, scp_limits, oidc_providers, endpoints, state, "
           "log, clock");
    refuse("accounts:\n- id: '333333333333'\n  nmae: x\n",
           NULL,
           "t.yml:3: found key \"nmae\" in an account, expected id, name, email, iam or "
           "credentials (did you mean name?)");
}

static void test_parse_wrong_types(void **state)
{
    refuse("accounts: yes\n",
           NULL,
           "t.yml:1: found \"yes\" for accounts, expected a list of {id, name, email, iam, "
           "credentials}");
    refuse("accounts:\nregion: us-east-1\n",
           NULL,
           "t.yml:1: found nothing for accounts, expected a list of {id, name, email, iam, "
           "credentials}");
    refuse("accounts: ['222222222222']\n",
           NULL,
           "t.yml:1: found \"222222222222\" in accounts, expected id: \"222222222222\" and, if "
           "wanted, name, email, iam and credentials");
    refuse("endpoints: localhost:5000\n",
           NULL,
           "t.yml:1: found \"localhost:5000\" for endpoints, expected a list of host:port");
    refuse("endpoints: ['http://localhost:5000']\n",
           NULL,
           "t.yml:1: found \"http://localhost:5000\", expected an endpoint host:port such as "
           "localhost:5000, without http://");
    refuse("region: {}\n", NULL, "t.yml:1: found a map for region, expected a value");
    refuse("region: Europe\n",
           NULL,
           "t.yml:1: found \"Europe\" for region, expected a region such as us-east-1");
    refuse("iam: enfroce\n",
           NULL,
           "t.yml:1: found \"enfroce\" for iam, expected off, audit or enforce (did you mean "
           "enforce?)");
    refuse("clock: tomorrow\n",
           NULL,
           "t.yml:1: found \"tomorrow\" for clock, expected a moment such as "
           "2031-05-17T08:30:00Z or a shift such as +30d or -2h");
    refuse("accounts: [{id: '222222222222', email: nobody}]\n",
           NULL,
           "t.yml:1: found \"nobody\" for email, expected an address such as dev@example.com");
    refuse(
        "- region\n", NULL, "t.yml:1: found a list, expected settings such as region: us-east-1");
}

static void test_parse_bad_yaml(void **state)
{
    refuse("region: us-east-1\naccounts:\n\t- id: '222222222222'\n",
           NULL,
           "t.yml:3: found a tab in the indentation, expected spaces");
    refuse("region: 'us-east-1\n",
           NULL,
           "t.yml:2: found unexpected end of stream while scanning a quoted scalar, expected "
           "valid YAML");
    refuse("region: [\n",
           NULL,
           "t.yml:2: did not find expected node content while parsing a flow "
           "node, expected valid YAML");
    refuse("region: us-east-1\nlog: \xff\n", NULL, "t.yml:2: found byte 0xff, expected UTF-8");
    refuse("log: \xed\xa0\x80\n", NULL, "t.yml:1: found byte 0xed, expected UTF-8");
    refuse("log: \xc3", NULL, "t.yml:1: found byte 0xc3, expected UTF-8");
    refuse("a: &x b\nlog: *x\n", NULL, "t.yml:2: found an alias, expected the value itself");
    refuse("region: us-east-1\n---\nregion: us-east-1\n",
           NULL,
           "t.yml:3: found a second document, expected one");
    refuse("log: !!binary aGVsbG8=\n",
           NULL,
           "t.yml:1: found tag tag:yaml.org,2002:binary, expected none");
    refuse("? [a, b]\n: c\n", NULL, "t.yml:1: found a list or map as a key, expected a name");
}

static void test_parse_depth_is_limited(void **state)
{
    refuse("log: [[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]\n",
           NULL,
           "t.yml:1: found more than 16 levels, expected a flat file");
}

static void test_parse_bad_environment(void **state)
{
    static const char *const misspelt[] = {"AWSINTERCEPT_ACOUNT_ID=111111111111", NULL};
    static const char *const lower[] = {"AWSINTERCEPT_Iam=off", NULL};
    static const char *const value[] = {"AWSINTERCEPT_IAM=enforced", NULL};
    static const char *const endpoint[] = {"AWSINTERCEPT_ENDPOINTS=localhost", NULL};

    refuse("",
           misspelt,
           "environment: found the variable AWSINTERCEPT_ACOUNT_ID, expected one that "
           "awsintercept knows (did you mean AWSINTERCEPT_ACCOUNT_ID?)");
    refuse("",
           lower,
           "environment: found the variable AWSINTERCEPT_Iam, expected one that awsintercept "
           "knows (did you mean AWSINTERCEPT_IAM?)");
    refuse("",
           value,
           "AWSINTERCEPT_IAM: found \"enforced\" for iam, expected off, audit or enforce (did you "
           "mean enforce?)");
    refuse("",
           endpoint,
           "AWSINTERCEPT_ENDPOINTS: found \"localhost\", expected an endpoint host:port such as "
           "localhost:5000, without http://");
}

static void test_parse_many_accounts(void **state)
{
    static char yaml[AWI_CONFIG_FILE_MAX];
    size_t at = (size_t)snprintf(yaml, sizeof(yaml), "accounts:\n");

    for (int i = 10000; i > 0; i--) {
        at += (size_t)snprintf(yaml + at, sizeof(yaml) - at, "- id: '%012d'\n", i);
    }
    load(yaml, NULL);
    assert_int_equal(config.accounts.n, 10000);
    for (int i = 1; i <= 10000; i++) {
        char id[13];
        snprintf(id, sizeof(id), "%012d", i);
        assert_non_null(awi_config_account(&config, awi_str_from(id)));
    }
    assert_null(awi_config_account(&config, AWI_STR("000000010001")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_parse_nothing, teardown),
        cmocka_unit_test_teardown(test_parse_cloudmock_example, teardown),
        cmocka_unit_test_teardown(test_parse_everything, teardown),
        cmocka_unit_test_teardown(test_parse_endpoint_with_dot, teardown),
        cmocka_unit_test_teardown(test_parse_environment_wins, teardown),
        cmocka_unit_test_teardown(test_modes_of_accounts, teardown),
        cmocka_unit_test_teardown(test_switches, teardown),
        cmocka_unit_test_teardown(test_parse_bad_ids, teardown),
        cmocka_unit_test_teardown(test_parse_duplicates, teardown),
        cmocka_unit_test_teardown(test_parse_unknown_keys, teardown),
        cmocka_unit_test_teardown(test_parse_wrong_types, teardown),
        cmocka_unit_test_teardown(test_parse_bad_yaml, teardown),
        cmocka_unit_test_teardown(test_parse_depth_is_limited, teardown),
        cmocka_unit_test_teardown(test_parse_bad_environment, teardown),
        cmocka_unit_test_teardown(test_parse_many_accounts, teardown),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}

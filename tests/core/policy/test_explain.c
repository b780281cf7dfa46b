/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's wording of refusals (8.1-8.6), the statements named, the keys that were wanting. */
#include "tests/core/policy/fixture.h"

#define ALICE  "arn:aws:iam::111122223333:user/alice"
#define OBJECT "arn:aws:s3:::data/a.csv"
#define ALL                                                                                        \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","            \
    "\"Resource\":\"*\"}}"
#define NONE "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
#define DENY                                                                                       \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ec2:*\","       \
    "\"Resource\":\"*\",\"Principal\":\"*\"},{\"Sid\":\"No\",\"Effect\":\"Deny\","                 \
    "\"Action\":\"*\",\"Resource\":\"*\",\"Principal\":\"*\"}]}"

struct ground {
    struct awi_arena arena;
    struct awi_policy_ref all, none, deny;
    struct awi_policy_level level;
    struct awi_policy_layers layers;
    struct awi_policy_request request;
};

static int set_up(void **state)
{
    struct ground *g = test_calloc(1, sizeof(*g));

    awi_arena_init(&g->arena, 1 << 20);
    g->all = t_policy(&g->arena, ALL);
    g->none = t_policy(&g->arena, NONE);
    g->deny = t_policy(&g->arena, DENY);
    g->deny.id = AWI_STR("deny");
    g->deny.arn = AWI_STR("arn:aws:iam::111122223333:policy/deny");
    g->layers.identity = (struct awi_policy_set){&g->all, 1};
    g->request.action = AWI_STR("sqs:SendMessage");
    g->request.resource = AWI_STR("arn:aws:sqs:us-east-1:111122223333:jobs");
    awi_policy_caller_read(&g->arena, AWI_STR(ALICE), AWI_STR_NULL, &g->request.caller);
    *state = g;
    return 0;
}

static int tear_down(void **state)
{
    struct ground *g = *state;

    awi_arena_deinit(&g->arena);
    test_free(g);
    return 0;
}

static void expect(struct ground *g, unsigned flags, const char *wanted)
{
    struct awi_policy_decision decision;
    struct awi_buf text = AWI_BUF_INIT(4096);

    awi_policy_evaluate(&g->layers, &g->request, &decision);
    assert_int_equal(awi_policy_message(&g->layers, &g->request, &decision, flags, &text), 0);
    t_equal(awi_buf_view(&text), wanted);
    awi_buf_deinit(&text);
}

#define SQS                                                                                        \
    "User: " ALICE " is not authorized to perform: sqs:SendMessage on resource: "                  \
    "arn:aws:sqs:us-east-1:111122223333:jobs"
#define LACK(type) SQS " because no " type " allows the sqs:SendMessage action"

static void test_message_implicit(void **state)
{
    struct ground *g = *state;

    expect(g, 0, "");
    g->layers.boundary = &g->none;
    expect(g, 0, LACK("permissions boundary"));
    g->layers.boundary = NULL;
    g->layers.session_passed = true;
    expect(g, 0, LACK("session policy"));
    g->layers.identity.n = 0;
    expect(g, 0, LACK("identity-based policy"));
    g->layers.owner = AWI_STR("444455556666");
    expect(g, 0, LACK("resource-based policy"));
    expect(g, AWI_MESSAGE_NO_REASON, SQS);
    g->level.policies = (struct awi_policy_set){&g->none, 1};
    g->layers.scp = &g->level;
    g->layers.n_scp = 1;
    expect(g, 0, LACK("service control policy"));
}

static void test_message_explicit(void **state)
{
    struct ground *g = *state;
    struct awi_policy_set deny = {&g->deny, 1};
    const char *arn = "arn:aws:iam::111122223333:policy/deny";

    g->layers.session = deny;
    g->layers.session_passed = true;
    expect(g, 0, SQS " with an explicit deny in a session policy");
    g->layers.boundary = &g->deny;
    expect(g, 0, SQS " with an explicit deny in a permissions boundary");
    g->layers.identity = deny;
    expect(g, 0, SQS " with an explicit deny in an identity-based policy");
    expect(g,
           AWI_MESSAGE_POLICY_ARN,
           SQS " with an explicit deny in an identity-based policy: "
               "arn:aws:iam::111122223333:policy/deny");
    g->layers.resource = &g->deny;
    expect(g, AWI_MESSAGE_POLICY_ARN, SQS " with an explicit deny in a resource-based policy");
    g->level.policies = deny;
    g->layers.scp = &g->level;
    g->layers.n_scp = 1;
    expect(g, 0, SQS " with an explicit deny in a service control policy");
    g->layers.rcp = &g->level;
    g->layers.n_rcp = 1;
    expect(g, 0, SQS " with an explicit deny in a resource control policy");
    t_equal(g->deny.arn, arn);
}

static void test_message_trust_and_resources(void **state)
{
    struct ground *g = *state;

    g->layers.identity.n = 0;
    g->request.action = AWI_STR("s3:GetObject");
    g->request.resource = AWI_STR(OBJECT);
    expect(g,
           0,
           "User: " ALICE " is not authorized to perform: s3:GetObject on resource: \"" OBJECT
           "\" because no identity-based policy allows the s3:GetObject action");
    g->request.action = AWI_STR("s3:ListAllMyBuckets");
    g->request.resource = AWI_STR("*");
    expect(g,
           0,
           "User: " ALICE " is not authorized to perform: s3:ListAllMyBuckets because no "
           "identity-based policy allows the s3:ListAllMyBuckets action");
    g->request.action = AWI_STR("sts:AssumeRole");
    g->request.resource = AWI_STR("arn:aws:iam::111122223333:role/dev");
    g->layers.kind = awi_policy_kind_of(g->request.action, g->request.resource);
    expect(g,
           0,
           "User: " ALICE " is not authorized to perform: sts:AssumeRole on resource: "
           "arn:aws:iam::111122223333:role/dev because no role trust policy allows the "
           "sts:AssumeRole action");
    g->layers.resource = &g->deny;
    expect(g,
           0,
           "User: " ALICE " is not authorized to perform: sts:AssumeRole on resource: "
           "arn:aws:iam::111122223333:role/dev with an explicit deny in the role trust policy");
}

static void test_matches_name_the_denying_statement(void **state)
{
    struct ground *g = *state;
    struct awi_policy_ref both[] = {g->all, g->deny};
    struct awi_policy_decision decision;
    struct awi_policy_match matches[4];

    g->layers.identity = (struct awi_policy_set){both, 2};
    awi_policy_evaluate(&g->layers, &g->request, &decision);
    assert_int_equal(decision.verdict, AWI_EXPLICIT_DENY);
    assert_int_equal(awi_policy_matches(&g->layers, &g->request, &decision, matches, 4), 1);
    assert_ptr_equal(matches[0].policy, &both[1]);
    assert_int_equal(matches[0].statement, 1);
    assert_int_equal(matches[0].layer, AWI_LAYER_IDENTITY);
    /* Room for none: still counted. */
    assert_int_equal(awi_policy_matches(&g->layers, &g->request, &decision, NULL, 0), 1);
}

static void test_missing_names_absent_keys_once(void **state)
{
    struct ground *g = *state;
    struct awi_policy_ref ref = t_policy(
        &g->arena,
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sqs:*\","
        "\"Resource\":[\"*\",\"arn:aws:sqs:*:*:${ex:Queue}\"],\"Condition\":{\"StringEquals\":{"
        "\"ex:Team\":\"${ex:Own}\",\"EX:queue\":\"x\",\"ex:Here\":\"1\"}}},{\"Effect\":\"Allow\","
        "\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":{\"Bool\":{\"ex:Other\":true}}}]}");
    struct awi_str value = AWI_STR("1");
    struct awi_policy_key here = {AWI_STR_INIT("ex:here"), &value, 1, false};
    struct awi_str keys[8];
    size_t n;

    g->layers.identity = (struct awi_policy_set){&ref, 1};
    g->request.context = &here;
    g->request.n_context = 1;
    assert_int_equal(awi_policy_missing(&g->layers, &g->request, keys, 8), 3);
    t_equal(keys[0], "ex:Queue");
    t_equal(keys[1], "ex:Team");
    t_equal(keys[2], "ex:Own");
    /* All that the document names, whatever is asked. */
    const struct awi_str *all = awi_policy_keys(ref.policy, &n);
    assert_int_equal(n, 5);
    t_equal(all[4], "ex:Other");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_message_implicit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_message_explicit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_message_trust_and_resources, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_matches_name_the_denying_statement, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_names_absent_keys_once, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("policy/explain", tests, NULL, NULL);
}

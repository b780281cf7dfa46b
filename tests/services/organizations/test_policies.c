/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies of an organization: documents, where they are attached, types, tags (identity.md
 * 7.2-7.5).
 */
#include "tests/support/world.h"

#include "gen/organizations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define SCP "SERVICE_CONTROL_POLICY"
#define RCP "RESOURCE_CONTROL_POLICY"
#define DENY                                                                                       \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"s3:*\","         \
    "\"Resource\":\"*\"}]}"

static struct t_world world;
static const struct t_keys boss = {.id = "test"};
static struct awi_str root_id;
static struct awi_str account;

static struct t_error call(const char *operation, const void *in, void *out)
{
    return t_call(&world, &boss, "organizations", operation, in, out);
}

static void allow(const char *operation, const void *in, void *out)
{
    struct t_error error = call(operation, in, out);

    if (error.code.ptr) {
        fail_msg("%s: %.*s: %.*s", operation, AWI_STR_FMT(error.code), AWI_STR_FMT(error.message));
    }
}

static void refuse(const char *operation, const void *in, const char *code)
{
    char out[512];
    struct t_error error = call(operation, in, out);

    if (!awi_str_is(error.code, code)) {
        fail_msg("%s: %s, not %.*s %.*s",
                 operation,
                 code,
                 AWI_STR_FMT(error.code),
                 AWI_STR_FMT(error.message));
    }
}

static int setup(void **state)
{
    struct organizations_CreateOrganizationRequest in = {.FeatureSet = AWI_STR("ALL")};
    struct organizations_CreateOrganizationResponse out;
    struct organizations_ListRootsRequest roots_in = {.NextToken = AWI_STR_NULL};
    struct organizations_ListRootsResponse roots;
    struct organizations_CreateAccountRequest account_in = {.AccountName = AWI_STR("Team"),
                                                            .Email = AWI_STR("team@example.com")};
    struct organizations_CreateAccountResponse made;

    t_open(&world, NULL);
    allow("CreateOrganization", &in, &out);
    allow("ListRoots", &roots_in, &roots);
    allow("CreateAccount", &account_in, &made);
    root_id = roots.Roots.items[0].Id;
    account = made.CreateAccountStatus->AccountId;
    return 0;
}

static int teardown(void **state)
{
    t_close(&world);
    return 0;
}

static struct organizations_CreatePolicyRequest policy_named(const char *name)
{
    return (struct organizations_CreatePolicyRequest){
        .Name = awi_str_from(name),
        .Description = AWI_STR("no S3"),
        .Type = AWI_STR(SCP),
        .Content = AWI_STR(DENY),
    };
}

static struct awi_str make_policy(const char *name)
{
    struct organizations_CreatePolicyRequest in = policy_named(name);
    struct organizations_CreatePolicyResponse out;

    allow("CreatePolicy", &in, &out);
    return out.Policy->PolicySummary->Id;
}

static size_t attached_to(struct awi_str target, const char *type)
{
    struct organizations_ListPoliciesForTargetRequest in = {.TargetId = target,
                                                            .Filter = awi_str_from(type)};
    struct organizations_ListPoliciesForTargetResponse out;

    allow("ListPoliciesForTarget", &in, &out);
    return out.Policies.n;
}

static void test_documents(void **state)
{
    struct organizations_CreatePolicyRequest in = policy_named("NoS3");
    struct organizations_CreatePolicyResponse out;
    struct organizations_UpdatePolicyResponse updated;
    struct organizations_ListPoliciesRequest list_in = {.Filter = AWI_STR(SCP)};
    struct organizations_ListPoliciesResponse list;

    allow("CreatePolicy", &in, &out);
    assert_string_equal(out.Policy->Content.ptr, DENY);
    assert_false(out.Policy->PolicySummary->AwsManaged.v);
    struct awi_str id = out.Policy->PolicySummary->Id;
    assert_true(awi_str_search(out.Policy->PolicySummary->Arn, AWI_STR(":policy/o-")) > 0);
    refuse("CreatePolicy", &in, "DuplicatePolicyException");
    in = policy_named("Broken");
    in.Content = AWI_STR("{\"Version\":\"2012-10-17\"}");
    refuse("CreatePolicy", &in, "MalformedPolicyDocumentException");

    struct organizations_UpdatePolicyRequest update = {.PolicyId = id, .Name = AWI_STR("Renamed")};
    allow("UpdatePolicy", &update, &updated);
    assert_string_equal(updated.Policy->PolicySummary->Name.ptr, "Renamed");
    assert_string_equal(updated.Policy->Content.ptr, DENY);
    update.PolicyId = AWI_STR("p-FullAWSAccess");
    refuse("UpdatePolicy", &update, "InvalidInputException");

    allow("ListPolicies", &list_in, &list);
    assert_int_equal(list.Policies.n, 2);
    assert_string_equal(list.Policies.items[0].Id.ptr, "p-FullAWSAccess");
    assert_true(list.Policies.items[0].AwsManaged.v);
    assert_string_equal(list.Policies.items[0].Arn.ptr,
                        "arn:aws:organizations::aws:policy/service_control_policy/"
                        "p-FullAWSAccess");
    list_in.MaxResults = AWI_SOME_I32(1);
    allow("ListPolicies", &list_in, &list);
    assert_int_equal(list.Policies.n, 1);
    assert_non_null(list.NextToken.ptr);
    list_in.NextToken = list.NextToken;
    allow("ListPolicies", &list_in, &list);
    assert_int_equal(list.Policies.n, 1);
    assert_true(awi_str_eq(list.Policies.items[0].Id, id));
    assert_null(list.NextToken.ptr);
}

static void test_size_of_documents(void **state)
{
    static char text[10300];
    struct organizations_CreatePolicyRequest in = policy_named("Long");
    struct organizations_CreatePolicyResponse out;

    memset(text, ' ', sizeof(text));
    memcpy(text, DENY, strlen(DENY));
    in.Content = awi_str_of(text, 10240);
    allow("CreatePolicy", &in, &out);
    in.Name = AWI_STR("TooLong");
    in.Content = awi_str_of(text, 10241);
    refuse("CreatePolicy", &in, "ConstraintViolationException");
}

static void test_attachment(void **state)
{
    struct awi_str id = make_policy("NoS3");
    struct organizations_AttachPolicyRequest in = {.PolicyId = id, .TargetId = account};
    struct organizations_DetachPolicyRequest out = {.PolicyId = AWI_STR("p-FullAWSAccess"),
                                                    .TargetId = account};
    struct organizations_DeletePolicyRequest gone = {.PolicyId = id};
    struct organizations_ListTargetsForPolicyRequest targets_in = {.PolicyId = id};
    struct organizations_ListTargetsForPolicyResponse targets;

    /* Root and account have the AWS managed one from the start; it may not be the last to go. */
    assert_int_equal(attached_to(root_id, SCP), 1);
    assert_int_equal(attached_to(account, SCP), 1);
    refuse("DetachPolicy", &out, "ConstraintViolationException");
    allow("AttachPolicy", &in, NULL);
    assert_int_equal(attached_to(account, SCP), 2);
    assert_int_equal(attached_to(AWI_STR("123456789012"), SCP), 1);
    refuse("AttachPolicy", &in, "DuplicatePolicyAttachmentException");
    allow("DetachPolicy", &out, NULL);
    refuse("DetachPolicy", &out, "PolicyNotAttachedException");
    refuse("DeletePolicy", &gone, "PolicyInUseException");
    in.TargetId = root_id;
    allow("AttachPolicy", &in, NULL);
    allow("ListTargetsForPolicy", &targets_in, &targets);
    assert_int_equal(targets.Targets.n, 2);
    assert_string_equal(targets.Targets.items[0].Type.ptr, "ACCOUNT");
    assert_string_equal(targets.Targets.items[1].Type.ptr, "ROOT");
    in.TargetId = AWI_STR("999999999999");
    refuse("AttachPolicy", &in, "TargetNotFoundException");
    in.PolicyId = AWI_STR("p-00000000");
    refuse("AttachPolicy", &in, "PolicyNotFoundException");

    in = (struct organizations_AttachPolicyRequest){.PolicyId = AWI_STR("p-FullAWSAccess"),
                                                    .TargetId = account};
    allow("AttachPolicy", &in, NULL);
    out = (struct organizations_DetachPolicyRequest){.PolicyId = id, .TargetId = account};
    allow("DetachPolicy", &out, NULL);
    out.TargetId = root_id;
    allow("DetachPolicy", &out, NULL);
    allow("DeletePolicy", &gone, NULL);
    refuse("DeletePolicy", &gone, "PolicyNotFoundException");
}

static void test_at_most_ten(void **state)
{
    for (int i = 0; i < 10; i++) {
        char name[16];
        snprintf(name, sizeof(name), "P%d", i);
        struct organizations_AttachPolicyRequest in = {.PolicyId = make_policy(name),
                                                       .TargetId = account};
        if (i < 9) {
            allow("AttachPolicy", &in, NULL);
        } else {
            refuse("AttachPolicy", &in, "ConstraintViolationException");
        }
    }
}

/* Until 2025: five of 5,120 characters. */
static void test_old_limits(void **state)
{
    static char text[5200];
    struct organizations_CreatePolicyRequest in = policy_named("Long");
    struct organizations_CreatePolicyResponse out;

    world.core.config->scp_limits = AWI_LIMITS_OLD;
    memset(text, ' ', sizeof(text));
    memcpy(text, DENY, strlen(DENY));
    in.Content = awi_str_of(text, 5120);
    allow("CreatePolicy", &in, &out);
    in.Name = AWI_STR("TooLong");
    in.Content = awi_str_of(text, 5121);
    refuse("CreatePolicy", &in, "ConstraintViolationException");
    for (int i = 0; i < 5; i++) {
        char name[16];
        snprintf(name, sizeof(name), "P%d", i);
        struct organizations_AttachPolicyRequest at = {.PolicyId = make_policy(name),
                                                       .TargetId = account};
        if (i < 4) {
            allow("AttachPolicy", &at, NULL);
        } else {
            refuse("AttachPolicy", &at, "ConstraintViolationException");
        }
    }
}

static void test_types(void **state)
{
    struct organizations_EnablePolicyTypeRequest in = {.RootId = root_id,
                                                       .PolicyType = AWI_STR(RCP)};
    struct organizations_EnablePolicyTypeResponse out;
    struct organizations_DisablePolicyTypeRequest off = {.RootId = root_id,
                                                         .PolicyType = AWI_STR(SCP)};
    struct organizations_DisablePolicyTypeResponse after;
    struct awi_str id = make_policy("NoS3");
    struct organizations_AttachPolicyRequest attach = {.PolicyId = id, .TargetId = account};

    assert_int_equal(attached_to(account, RCP), 0);
    allow("EnablePolicyType", &in, &out);
    assert_int_equal(out.Root->PolicyTypes.n, 2);
    assert_int_equal(attached_to(account, RCP), 1);
    assert_int_equal(attached_to(root_id, RCP), 1);
    refuse("EnablePolicyType", &in, "PolicyTypeAlreadyEnabledException");
    struct organizations_DetachPolicyRequest full = {.PolicyId = AWI_STR("p-RCPFullAWSAccess"),
                                                     .TargetId = account};
    refuse("DetachPolicy", &full, "InvalidInputException");

    allow("AttachPolicy", &attach, NULL);
    allow("DisablePolicyType", &off, &after);
    assert_int_equal(after.Root->PolicyTypes.n, 1);
    assert_int_equal(attached_to(account, SCP), 0);
    refuse("DisablePolicyType", &off, "PolicyTypeNotEnabledException");
    refuse("AttachPolicy", &attach, "PolicyTypeNotEnabledException");
    /* Enabled again, only the AWS managed one is back. */
    in.PolicyType = AWI_STR(SCP);
    allow("EnablePolicyType", &in, &out);
    assert_int_equal(attached_to(account, SCP), 1);
    in.RootId = AWI_STR("r-zzzz");
    refuse("EnablePolicyType", &in, "RootNotFoundException");
}

static void test_tags(void **state)
{
    struct organizations_Tag tags[] = {
        {.Key = AWI_STR_INIT("team"), .Value = AWI_STR_INIT("a")},
        {.Key = AWI_STR_INIT("stage"), .Value = AWI_STR_INIT("dev")},
    };
    struct awi_str keys[] = {AWI_STR_INIT("team")};
    struct awi_str targets[] = {account, root_id, make_policy("NoS3")};

    for (size_t i = 0; i < 3; i++) {
        struct organizations_TagResourceRequest in = {.ResourceId = targets[i],
                                                      .Tags = {.items = tags, .n = 2, .set = true}};
        struct organizations_UntagResourceRequest out = {
            .ResourceId = targets[i], .TagKeys = {.items = keys, .n = 1, .set = true}};
        struct organizations_ListTagsForResourceRequest list_in = {.ResourceId = targets[i]};
        struct organizations_ListTagsForResourceResponse list;
        allow("TagResource", &in, NULL);
        allow("TagResource", &in, NULL);
        allow("ListTagsForResource", &list_in, &list);
        assert_int_equal(list.Tags.n, 2);
        allow("UntagResource", &out, NULL);
        allow("ListTagsForResource", &list_in, &list);
        assert_int_equal(list.Tags.n, 1);
        assert_string_equal(list.Tags.items[0].Key.ptr, "stage");
    }
    struct organizations_TagResourceRequest in = {.ResourceId = AWI_STR("999999999999"),
                                                  .Tags = {.items = tags, .n = 2, .set = true}};
    refuse("TagResource", &in, "TargetNotFoundException");
    in.ResourceId = account;
    tags[1].Key = AWI_STR("team");
    refuse("TagResource", &in, "InvalidInputException");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_documents, setup, teardown),
        cmocka_unit_test_setup_teardown(test_size_of_documents, setup, teardown),
        cmocka_unit_test_setup_teardown(test_attachment, setup, teardown),
        cmocka_unit_test_setup_teardown(test_at_most_ten, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_types, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tags, setup, teardown),
    };

    return cmocka_run_group_tests_name("organizations-policies", tests, NULL, NULL);
}

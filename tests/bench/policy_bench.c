/* SPDX-License-Identifier: Apache-2.0 */
/* What a decision costs: "what: nanoseconds" a line, the median of many runs of many decisions. */
#include "core/policy/policy.h"
#include "tests/bench/timing.h"

#define RUNS      101
#define DECISIONS 2000

#define V "{\"Version\":\"2012-10-17\",\"Statement\":["

static const char full_access[] = V "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}";
static const char developer[] = V
    "{\"Sid\":\"Buckets\",\"Effect\":\"Allow\",\"Action\":[\"s3:ListBucket\",\"s3:GetBucket*\"],"
    "\"Resource\":[\"arn:aws:s3:::app-*\",\"arn:aws:s3:::logs-*\"]},"
    "{\"Sid\":\"Own\",\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\","
    "\"s3:DeleteObject\"],\"Resource\":\"arn:aws:s3:::app-*/${aws:PrincipalTag/team}/*\","
    "\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-abcdefghij\"},"
    "\"Bool\":{\"aws:SecureTransport\":\"true\"}}},"
    "{\"Effect\":\"Allow\",\"Action\":[\"sqs:SendMessage\",\"sqs:ReceiveMessage\",\"sqs:Get*\"],"
    "\"Resource\":\"arn:aws:sqs:*:111122223333:app-*\"},"
    "{\"Effect\":\"Allow\",\"Action\":[\"dynamodb:GetItem\",\"dynamodb:Query\",\"dynamodb:"
    "PutItem\"],"
    "\"Resource\":\"arn:aws:dynamodb:*:111122223333:table/app-*\"},"
    "{\"Effect\":\"Allow\",\"Action\":[\"logs:*\",\"cloudwatch:*\",\"xray:*\"],\"Resource\":\"*\"},"
    "{\"Effect\":\"Deny\",\"Action\":\"iam:*\",\"Resource\":\"*\"}]}";
static const char boundary[] =
    V "{\"Effect\":\"Allow\",\"NotAction\":[\"iam:*\",\"organizations:*\",\"account:*\"],"
      "\"Resource\":\"*\"}]}";
static const char regions[] =
    V "{\"Sid\":\"Regions\",\"Effect\":\"Deny\",\"NotAction\":[\"iam:*\",\"organizations:*\","
      "\"route53:*\",\"cloudfront:*\",\"sts:*\",\"support:*\"],\"Resource\":\"*\",\"Condition\":{"
      "\"StringNotEquals\":{\"aws:RequestedRegion\":[\"eu-central-1\",\"eu-west-1\"]},"
      "\"ArnNotLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:role/"
      "OrganizationAccountAccessRole\"}}}]}";
static const char perimeter[] =
    V "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":[\"s3:*\",\"sqs:*\"],\"Resource\":\"*\","
      "\"Condition\":{\"StringNotEqualsIfExists\":{\"aws:PrincipalOrgID\":\"o-abcdefghij\"},"
      "\"BoolIfExists\":{\"aws:PrincipalIsAWSService\":\"false\"}}}]}";
static const char everyone[] =
    V "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}";
static const char bucket[] =
    V "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"444455556666\","
      "\"arn:aws:iam::777788889999:role/reader\"]},\"Action\":\"s3:GetObject\","
      "\"Resource\":\"arn:aws:s3:::app-data/*\"},{\"Effect\":\"Deny\",\"Principal\":\"*\","
      "\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":{\"Bool\":{"
      "\"aws:SecureTransport\":\"false\"}}}]}";

static const struct {
    const char *name;
    const char *value;
} keys[] = {
    {"aws:CurrentTime", "2026-01-01T00:00:00Z"},
    {"aws:EpochTime", "1767225600"},
    {"aws:PrincipalAccount", "111122223333"},
    {"aws:PrincipalArn", "arn:aws:iam::111122223333:role/developer"},
    {"aws:PrincipalIsAWSService", "false"},
    {"aws:PrincipalOrgID", "o-abcdefghij"},
    {"aws:PrincipalTag/team", "blue"},
    {"aws:PrincipalType", "AssumedRole"},
    {"aws:RequestedRegion", "eu-west-1"},
    {"aws:ResourceAccount", "111122223333"},
    {"aws:ResourceOrgID", "o-abcdefghij"},
    {"aws:SecureTransport", "true"},
    {"aws:SourceIp", "203.0.113.7"},
    {"aws:UserAgent", "aws-cli/2.9"},
    {"aws:ViaAWSService", "false"},
    {"aws:userid", "AROAEXAMPLEEXAMPLE123:session"},
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static struct awi_policy_ref compile(struct awi_arena *arena, const char *text)
{
    struct awi_policy_ref ref = {0};
    struct awi_policy_error error;

    if (awi_policy_compile(arena, awi_str_from(text), &ref.policy, &error) < 0) {
        fprintf(stderr, "%s at %zu: %s\n", error.reason, error.at, text);
        exit(1);
    }
    return ref;
}

static void measure(const char *what,
                    const struct awi_policy_layers *layers,
                    const struct awi_policy_request *request)
{
    static int64_t times[RUNS];
    struct awi_policy_decision decision;

    for (int i = 0; i < RUNS; i++) {
        int64_t from = now_ns();
        for (int j = 0; j < DECISIONS; j++) {
            awi_policy_evaluate(layers, request, &decision);
        }
        times[i] = now_ns() - from;
    }
    qsort(times, RUNS, sizeof(times[0]), by_value);
    printf("%s: %.0f (%s %s)\n",
           what,
           (double)times[RUNS / 2] / DECISIONS,
           awi_policy_verdict_name(decision.verdict),
           awi_policy_layer_name(decision.layer));
}

static void measure_compile(struct awi_arena *arena)
{
    static int64_t times[RUNS];

    for (int i = 0; i < RUNS; i++) {
        int64_t from = now_ns();
        compile(arena, developer);
        times[i] = now_ns() - from;
    }
    qsort(times, RUNS, sizeof(times[0]), by_value);
    printf("compiling a policy of %zu bytes: %lld\n",
           sizeof(developer) - 1,
           (long long)times[RUNS / 2]);
}

int main(void)
{
    struct awi_arena arena;
    struct awi_str values[KEYS];
    struct awi_policy_key context[KEYS];

    awi_arena_init(&arena, 1 << 28);
    for (size_t i = 0; i < KEYS; i++) {
        values[i] = awi_str_from(keys[i].value);
        context[i] = (struct awi_policy_key){awi_str_from(keys[i].name), &values[i], 1, false};
    }
    struct awi_policy_ref all = compile(&arena, full_access);
    struct awi_policy_ref identity[] = {compile(&arena, developer), compile(&arena, bucket)};
    struct awi_policy_ref limit = compile(&arena, boundary);
    struct awi_policy_ref scps[] = {all, compile(&arena, regions)};
    struct awi_policy_ref rcps[] = {compile(&arena, everyone), compile(&arena, perimeter)};
    struct awi_policy_level scp[] = {{AWI_STR_INIT("r"), {scps, 2}},
                                     {AWI_STR_INIT("ou"), {scps, 1}},
                                     {AWI_STR_INIT("a"), {scps, 2}}};
    struct awi_policy_level rcp[] = {{AWI_STR_INIT("r"), {rcps, 2}},
                                     {AWI_STR_INIT("ou"), {rcps, 1}},
                                     {AWI_STR_INIT("a"), {rcps, 1}}};
    struct awi_policy_request request = {
        .action = AWI_STR("s3:GetObject"),
        .resource = AWI_STR("arn:aws:s3:::app-data/blue/2026/01/report.csv"),
        .context = context,
        .n_context = awi_policy_context_sort(context, KEYS),
    };
    struct awi_policy_layers layers = {.owner = AWI_STR("111122223333")};

    awi_policy_caller_read(
        &arena, AWI_STR("arn:aws:iam::111122223333:root"), AWI_STR_NULL, &request.caller);
    measure("root user, nothing attached", &layers, &request);
    awi_policy_caller_read(&arena,
                           AWI_STR("arn:aws:sts::111122223333:assumed-role/developer/session"),
                           AWI_STR_NULL,
                           &request.caller);
    layers.identity = (struct awi_policy_set){&all, 1};
    measure("AdministratorAccess", &layers, &request);
    layers.identity = (struct awi_policy_set){identity, 1};
    measure("identity policy of six statements", &layers, &request);
    layers.resource = &identity[1];
    layers.boundary = &limit;
    measure("with boundary and bucket policy", &layers, &request);
    layers.scp = scp;
    layers.n_scp = 3;
    layers.rcp = rcp;
    layers.n_rcp = 3;
    measure("with SCPs and RCPs on three levels", &layers, &request);
    request.action = AWI_STR("iam:CreateUser");
    request.resource = AWI_STR("arn:aws:iam::111122223333:user/bob");
    measure("the same, denied", &layers, &request);
    measure_compile(&arena);
    awi_arena_deinit(&arena);
    return 0;
}

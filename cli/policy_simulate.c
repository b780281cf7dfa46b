/* SPDX-License-Identifier: Apache-2.0 */
/* `awsintercept policy simulate`: JSON lines, or the options of `aws iam simulate-custom-policy`.
 */
#include "cli/policy.h"
#include "core/policy/case.h"

#include <errno.h>
#include <stdio.h>

static const char help_text[] =
    "usage: awsintercept policy simulate OPTIONS\n"
    "       awsintercept policy simulate --jsonl [FILE ...]\n"
    "\n"
    "Decides requests by the policies given, as AWS would, and says why. Nothing stored is looked\n"
    "at and nothing is called. The evaluator is the one that decides real requests.\n"
    "\n"
    "With options it is `aws iam simulate-custom-policy`, and answers as that does:\n"
    "    --policy-input-list POLICY...       identity policies, as JSON or file://PATH\n"
    "    --permissions-boundary-policy-input-list POLICY\n"
    "    --action-names NAME...              s3:GetObject ...\n"
    "    --resource-arns ARN...              default: *\n"
    "    --resource-policy POLICY            the resource's own policy\n"
    "    --resource-owner ARN                arn:aws:iam::ACCOUNT:root\n"
    "    --caller-arn ARN                    who asks\n"
    "    --context-entries ENTRY...          "
    "ContextKeyName=aws:SourceIp,ContextKeyValues=203.0.113.7,\n"
    "                                        ContextKeyType=ip\n"
    "    --resource-handling-option NAME     accepted, changes nothing\n"
    "    --session-policy-input-list POLICY...   not in AWS: session policies\n"
    "    --cli-input-json JSON               all of it at once\n"
    "\n"
    "Try it:\n"
    "    awsintercept policy simulate --action-names s3:GetObject s3:PutObject \\\n"
    "        --resource-arns arn:aws:s3:::data/a.csv --policy-input-list '{\"Version\":\n"
    "        "
    "\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\"}}"
    "'\n"
    "\n"
    "With --jsonl every line of the files, or of standard input, is a question: an object with "
    "the\n"
    "members that SimulateCustomPolicy takes, and besides them CaseId, RoleArn, "
    "FederatingUserArn,\n"
    "SessionPolicyInputList, ServiceControlPolicyInputList and ResourceControlPolicyInputList "
    "(lists\n"
    "of {TargetId, PolicyInputList} from the organization's root down) and Organization {Id,\n"
    "MasterAccountId}. Every line is answered by one, in order, with the decision, the layer and "
    "the\n"
    "statements that made it, and AWS's wording of a refusal:\n"
    "    echo '{\"CaseId\":1,\"CallerArn\":\"arn:aws:iam::111122223333:user/alice\",\n"
    "        \"ActionNames\":\"s3:GetObject\",\"ResourceArns\":\"arn:aws:s3:::data/a.csv\"}' |\n"
    "        tr -d '\\n' | awsintercept policy simulate --jsonl\n"
    "\n"
    "docs/policy.md explains how decisions are made.\n";

static int simulate(struct awi_arena *arena, struct awi_str text)
{
    const struct awi_json *tree;
    struct awi_json_error error = {0};
    struct awi_policy_case the_case;
    struct awi_str reason = AWI_STR_NULL;
    struct awi_buf out = AWI_BUF_INIT(SIZE_MAX / 4);

    int r = awi_json_read(arena, text, &tree, &error);
    if (r == -EINVAL) {
        reason = awi_arena_printf(arena, "not JSON: %s, at byte %zu", error.reason, error.at);
    } else if (r == 0) {
        r = awi_policy_case_read(arena, text, tree, &the_case, &reason);
    }
    if (r == 0) {
        r = awi_policy_case_print(&the_case, &out);
    }
    if (r == 0) {
        fwrite(out.ptr, 1, out.len, stdout);
        r = fflush(stdout) == 0 ? 0 : -errno;
    }
    awi_buf_deinit(&out);
    if (r < 0) {
        fputs("awsintercept: ", stderr);
        if (awi_str_is_set(reason)) {
            fwrite(reason.ptr, 1, reason.len, stderr);
        } else {
            fputs(strerror(-r), stderr);
        }
        fputs("\n              `awsintercept policy simulate --help` shows examples\n", stderr);
    }
    return r < 0;
}

int awi_cli_policy_simulate(int argc, char **argv)
{
    struct awi_buf text = AWI_BUF_INIT((size_t)256 * 1024 * 1024);
    struct awi_arena arena;

    if (argc < 2) {
        fputs(help_text, stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        fputs(help_text, stdout);
        return 0;
    }
    if (strcmp(argv[1], "--jsonl") == 0) {
        return awi_cli_policy_lines(argc - 2, argv + 2);
    }
    int status = awi_cli_policy_options(argc - 1, argv + 1, &text);
    if (status == 0) {
        awi_arena_init(&arena, SIZE_MAX / 4);
        status = simulate(&arena, awi_buf_view(&text));
        awi_arena_deinit(&arena);
    }
    awi_buf_deinit(&text);
    return status;
}

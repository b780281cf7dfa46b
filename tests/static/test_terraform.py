# SPDX-License-Identifier: Apache-2.0
"""terraform and its AWS provider, both static, as they are: test_terraform.py
seed|landing|governance|backend."""
import glob
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "clients"))

import sandbox as box  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
LAUNCHER = os.path.join(box.BUILD, "cli", "awsintercept")
MIRRORS = ["/opt/tf-plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins",
           os.path.expanduser("~/.terraform.d/plugins")]
LIMIT = 900


def find_mirror():
    """A folder HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/ with the provider; None: not on this machine."""
    for place in [os.environ.get("AWSINTERCEPT_TF_MIRROR", "")] + MIRRORS:
        if place and glob.glob(os.path.join(place, "*/hashicorp/aws/*")):
            return place
    return None


class Terraform:
    """terraform under the launcher, in a copy of one of our folders."""

    def __init__(self, world, name, variables=()):
        self.world = world
        self.variables = ["-var=%s" % v for v in variables]
        folder = world.path("work")
        shutil.copytree(os.path.join(HERE, "terraform", name), folder, dirs_exist_ok=True)
        rc = world.write("home/terraformrc", 'disable_checkpoint = true\nprovider_installation {\n'
                         '  filesystem_mirror {\n    path = "%s"\n  }\n}\n' % find_mirror())
        self.env = {"TF_CLI_CONFIG_FILE": rc, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1",
                    "PATH": os.path.dirname(shutil.which("terraform")) + ":/usr/bin:/bin"}

    def __call__(self, *words):
        argv = [LAUNCHER, "run", "--", "terraform", *words, "-no-color"]
        if words[0] in ("plan", "apply", "destroy"):
            argv += ["-input=false", *self.variables]
        return self.world.run(argv, env=self.env, preload=False, limit=LIMIT)

    def outputs(self):
        result = self.world.run([LAUNCHER, "run", "--", "terraform", "output", "-json"], env=self.env,
                                preload=False)
        return {name: one["value"] for name, one in json.loads(result.stdout or "{}").items()}


def aws(world, *words, env=None):
    """The AWS CLI under the preload: looks at the same state."""
    result = world.run(["aws", *words, "--output", "json"], env=env)
    return json.loads(result.stdout or "{}") if result.returncode == 0 else {"error": result.stderr}


def seed(world, tap):
    """As the book has it; the child account is made by Organizations before."""
    aws(world, "organizations", "create-organization")
    made = aws(world, "organizations", "create-account", "--account-name", "sandbox", "--email",
               "sandbox-root@example.com")
    child = made.get("CreateAccountStatus", {}).get("AccountId")
    if not child:
        asked = aws(world, "organizations", "list-accounts")
        child = [one["Id"] for one in asked.get("Accounts", []) if one["Name"] == "sandbox"][:1]
        child = child[0] if child else "none"
    terraform = Terraform(world, "seed", ["child=" + child])
    if tap.ran(terraform("init"), "init") and tap.ran(terraform("apply", "-auto-approve"), "apply"):
        outputs = terraform.outputs()
        tap.equal(outputs.get("parent_account_id"), box.FIRST, "the parent's account")
        tap.equal(outputs.get("child_account_id"), child, "the child's account")
        tap.check(child not in (box.FIRST, "none"), "they differ", child)


def landing(world, tap):
    terraform = Terraform(world, "landing")
    if not tap.ran(terraform("init"), "init"):
        return
    if tap.ran(terraform("apply", "-auto-approve"), "apply"):
        accounts = terraform.outputs().get("accounts", [])
        tap.equal(len(set(accounts)), 3, "three accounts act for themselves")
        result = terraform("plan", "-detailed-exitcode")
        tap.check(result.returncode == 0, "a plan after it is empty", result.stdout + result.stderr)
        for account in accounts:
            env = {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "secret"}
            buckets = aws(world, "s3api", "list-buckets", env=env)
            tap.equal(len(buckets.get("Buckets", [])), 1, "a bucket in " + account)
        buckets = aws(world, "s3api", "list-buckets")
        tap.equal(buckets.get("Buckets"), [], "no bucket in the management account")
    tap.ran(terraform("destroy", "-auto-approve"), "destroy")
    result = terraform("state", "list")
    tap.equal(result.stdout.strip(), "", "nothing is left in the state")
    gone = aws(world, "organizations", "describe-organization")
    tap.check("AWSOrganizationsNotInUse" in gone.get("error", ""), "the organization is gone", gone)


def governance(world, tap):
    """A policy of every type, delegation, and what the data sources see."""
    terraform = Terraform(world, "governance")
    if not tap.ran(terraform("init"), "init"):
        return
    if tap.ran(terraform("apply", "-auto-approve"), "apply"):
        seen = terraform.outputs()
        audit = seen.get("audit")
        tap.equal(len(seen.get("types", [])), 7, "types of policy")
        tap.equal(sorted(seen.get("principals", [])), ["config.amazonaws.com", "sso.amazonaws.com"],
                  "services with access")
        tap.equal((seen.get("units"), seen.get("below")), (["teams"], ["audit"]), "the tree")
        tap.equal((seen.get("administrators"), seen.get("services")),
                  ([audit], ["config.amazonaws.com"]), "the delegated administrator")
        tap.equal(seen.get("tag_policies"), [seen.get("tag_policy")], "the unit's tag policy")
        tap.equal(seen.get("content"), {"tags": {"stage": {"tag_key": {"@@assign": "Stage"}}}},
                  "its document")
        tap.equal(seen.get("tags"), {"stage": "audit"}, "the account's tags")
        result = terraform("plan", "-detailed-exitcode")
        tap.check(result.returncode == 0, "a plan after it is empty", result.stdout + result.stderr)
        member = {"AWS_ACCESS_KEY_ID": audit, "AWS_SECRET_ACCESS_KEY": "secret"}
        effective = aws(world, "organizations", "describe-effective-policy", "--policy-type",
                        "AISERVICES_OPT_OUT_POLICY", env=member)
        tap.equal(json.loads(effective.get("EffectivePolicy", {}).get("PolicyContent", "{}")),
                  {"services": {"default": {"opt_out_policy": "optOut"}}}, "in effect for the account")
        tap.equal(len(aws(world, "organizations", "list-policies", "--filter", "BACKUP_POLICY",
                          env=member).get("Policies", [])), 1, "and it may list policies")
    tap.ran(terraform("destroy", "-auto-approve"), "destroy")
    tap.equal(terraform("state", "list").stdout.strip(), "", "nothing is left in the state")


def backend(world, tap):
    """The state of one account's terraform in S3, what it makes in another account."""
    aws(world, "s3api", "create-bucket", "--bucket", "terraform-state")
    aws(world, "s3api", "put-bucket-versioning", "--bucket", "terraform-state",
        "--versioning-configuration", "Status=Enabled")
    aws(world, "dynamodb", "create-table", "--table-name", "terraform-locks", "--billing-mode",
        "PAY_PER_REQUEST", "--key-schema", "AttributeName=LockID,KeyType=HASH",
        "--attribute-definitions", "AttributeName=LockID,AttributeType=S")
    terraform = Terraform(world, "backend")
    if not tap.ran(terraform("init"), "init"):
        return
    tap.ran(terraform("apply", "-auto-approve"), "apply")
    tap.equal(terraform.outputs().get("account"), box.SECOND, "it acts in the other account")
    member = {"AWS_ACCESS_KEY_ID": box.SECOND, "AWS_SECRET_ACCESS_KEY": "secret"}
    names = [b["Name"] for b in aws(world, "s3api", "list-buckets", env=member).get("Buckets", [])]
    tap.equal(names, ["made-in-the-member"], "where the bucket is")
    tap.ran(terraform("destroy", "-auto-approve"), "destroy")
    kept = aws(world, "s3api", "list-object-versions", "--bucket", "terraform-state")
    states = [v for v in kept.get("Versions", []) if v["Key"].endswith(".tfstate")]
    tap.check(len(states) >= 2, "each state is a version", kept)
    tap.equal([m["Key"].split(".")[-1] for m in kept.get("DeleteMarkers", []) if m["IsLatest"]],
              ["tflock"], "the lock file is released")
    locks = aws(world, "dynamodb", "scan", "--table-name", "terraform-locks")
    tap.equal([i["LockID"]["S"].split("/")[-1] for i in locks.get("Items", [])],
              ["terraform.tfstate-md5"], "so is the table's lock; the digest stays")


def main():
    if not shutil.which("terraform") or not find_mirror():
        box.skip("terraform or a mirror with the AWS provider is not here (AWSINTERCEPT_TF_MIRROR)")
    box.need("aws", "the AWS CLI")
    tap = box.Tap()
    with box.Sandbox() as world:
        globals()[sys.argv[1]](world, tap)
    tap.end()


if __name__ == "__main__":
    main()

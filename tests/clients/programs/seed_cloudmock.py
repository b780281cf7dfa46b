# SPDX-License-Identifier: Apache-2.0
# The steps of CloudMock's page on several accounts, against http://localhost:4566: a role in a listed
# account, isolation of that account, an organization, an account made in it.
import json

import boto3
from botocore.exceptions import ClientError, ParamValidationError

ENDPOINT = "http://localhost:4566"


def session_for(account, role):
    keys = sts.assume_role(RoleArn="arn:aws:iam::%s:role/%s" % (account, role),
                           RoleSessionName="cross-account-session")["Credentials"]
    return boto3.Session(aws_access_key_id=keys["AccessKeyId"],
                         aws_secret_access_key=keys["SecretAccessKey"],
                         aws_session_token=keys["SessionToken"], region_name="us-east-1")


def buckets(session):
    found = session.client("s3", endpoint_url=ENDPOINT).list_buckets()["Buckets"]
    return [b["Name"] for b in found]


def tables(session):
    return session.client("dynamodb", endpoint_url=ENDPOINT).list_tables()["TableNames"]


seen = {}
sts = boto3.client("sts", endpoint_url=ENDPOINT)
seen["management"] = sts.get_caller_identity()["Account"]

dev = session_for("222222222222", "DevAdmin")
dev.client("s3", endpoint_url=ENDPOINT).create_bucket(Bucket="dev-data")
dev.client("dynamodb", endpoint_url=ENDPOINT).create_table(
    TableName="dev-table", BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
staging = session_for("333333333333", "StagingAdmin")
seen["dev"] = [buckets(dev), tables(dev)]
seen["staging"] = [buckets(staging), tables(staging)]
own = boto3.Session(region_name="us-east-1")
seen["own"] = [buckets(own), tables(own)]

orgs = boto3.client("organizations", endpoint_url=ENDPOINT, region_name="us-east-1")
orgs.create_organization(FeatureSet="ALL")
try:
    # The page gives no Email here. boto3's own model requires one, in every version since 2017.
    orgs.create_account(AccountName="New Team Account")
    seen["without e-mail"] = "sent"
except ParamValidationError:
    seen["without e-mail"] = "boto3 refuses"
response = orgs.create_account(AccountName="New Team Account", Email="team@example.com")
new_account_id = response["CreateAccountStatus"]["AccountId"]
team = session_for(new_account_id, "OrganizationAccountAccessRole")
who = team.client("sts", endpoint_url=ENDPOINT).get_caller_identity()
seen["team is the new account"] = who["Account"] == new_account_id
team.client("s3", endpoint_url=ENDPOINT).create_bucket(Bucket="team-data")
seen["team"] = buckets(team)
seen["dev still"] = buckets(dev)
seen["listed"] = sorted(a["Name"] for a in orgs.list_accounts()["Accounts"]
                        if a["Id"] in (new_account_id, "222222222222"))
try:
    session_for("999999999999", "Anyone")
    seen["unknown account"] = "assumed"
except ClientError as error:
    seen["unknown account"] = error.response["Error"]["Code"]
print(json.dumps(seen))

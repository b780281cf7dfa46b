#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Settings of buckets and tags of objects: what is put comes back, defaults, what is missing."""
from sandbox import Tap
from twoaccounts import A, B, client, code, start


def object_lists(tap, a):
    """In a bucket whose owner is not enforced, without Block Public Access."""
    key = {"Bucket": "alpha", "Key": "listed"}
    other = "0123456789abcdef" * 4
    everybody = "http://acs.amazonaws.com/groups/global/AllUsers"

    def grants():
        return [(g["Permission"], g["Grantee"].get("ID") or g["Grantee"]["URI"])
                for g in a.get_object_acl(**key)["Grants"]]

    a.put_object(ACL="public-read", **key)
    owner = a.get_object_acl(**key)["Owner"]["ID"]
    tap.equal(grants(), [("FULL_CONTROL", owner), ("READ", everybody)], "a new object's list")
    a.put_object_acl(GrantRead='id="%s", uri=%s' % (other, everybody), GrantWriteACP="id=" + other,
                     **key)
    tap.equal(grants(), [("READ", other), ("READ", everybody), ("WRITE_ACP", other)], "grants")
    wanted = a.get_object_acl(**key)
    wanted = {"Owner": wanted["Owner"], "Grants": wanted["Grants"][:1]}
    a.put_object_acl(AccessControlPolicy=wanted, **key)
    tap.equal(grants(), [("READ", other)], "a document")
    a.copy_object(Bucket="alpha", Key="copied", CopySource=key)
    tap.equal(len(a.get_object_acl(Bucket="alpha", Key="copied")["Grants"]), 1, "not copied")
    tap.equal([code(a.put_object_acl, **dict(key, **more)) for more in (
        {"GrantRead": "id=me"}, {"GrantRead": "uri=http://x"}, {"GrantRead": "emailAddress=a@b"},
        {"ACL": "log-delivery-write"}, {"ACL": "private", "GrantRead": "id=" + other},
        {"AccessControlPolicy": dict(wanted, Owner={"ID": other})}, {})],
        ["InvalidArgument", "InvalidArgument", "NotImplemented", "InvalidArgument", "InvalidRequest",
         "AccessDenied", "MalformedXML"], "lists that cannot be")
    a.put_public_access_block(Bucket="alpha", PublicAccessBlockConfiguration={
        "BlockPublicAcls": True})
    tap.equal([code(a.put_object_acl, ACL="authenticated-read", **key),
               code(a.put_object, GrantRead="uri=" + everybody, **key)], ["AccessDenied"] * 2,
              "public ones are blocked")
    a.delete_public_access_block(Bucket="alpha")


def old_names(tap, a):
    """Operations that have new names, and are sent as ever."""
    rule = {"ID": "r", "Prefix": "old/", "Status": "Enabled", "Expiration": {"Days": 3}}
    a.put_bucket_lifecycle(Bucket="alpha", LifecycleConfiguration={"Rules": [rule]})
    tap.equal((a.get_bucket_lifecycle(Bucket="alpha")["Rules"],
               a.get_bucket_lifecycle_configuration(Bucket="alpha")["Rules"]), ([rule], [rule]),
              "a lifecycle by its old name")
    a.delete_bucket_lifecycle(Bucket="alpha")
    topic = {"TopicConfiguration": {"Topic": "arn:aws:sns:us-east-1:%s:t" % A,
                                    "Event": "s3:ObjectCreated:*"}}
    tap.equal([code(a.put_bucket_notification, Bucket="alpha", NotificationConfiguration=n)
               for n in (topic, {})], ["InvalidArgument", "done"], "notifications by theirs")


def main():
    tap = Tap()
    a, b = client("s3", A), client("s3", B)
    a.create_bucket(Bucket="alpha")

    for call, missing in ((a.get_bucket_cors, "NoSuchCORSConfiguration"),
                          (a.get_bucket_website, "NoSuchWebsiteConfiguration"),
                          (a.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration"),
                          (a.get_bucket_replication, "ReplicationConfigurationNotFoundError"),
                          (a.get_bucket_tagging, "NoSuchTagSet"),
                          (a.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError")):
        tap.equal(code(call, Bucket="alpha"), missing, missing)
    tap.equal(a.get_bucket_request_payment(Bucket="alpha")["Payer"], "BucketOwner", "payer")
    tap.equal(a.get_public_access_block(Bucket="alpha")["PublicAccessBlockConfiguration"],
              {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True,
               "RestrictPublicBuckets": True}, "public access is blocked at first")
    tap.equal(a.get_bucket_ownership_controls(Bucket="alpha")["OwnershipControls"],
              {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, "owner enforced at first")
    rule = a.get_bucket_encryption(Bucket="alpha")["ServerSideEncryptionConfiguration"]["Rules"]
    tap.equal(rule, [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                      "BucketKeyEnabled": False}], "AES256 at first")
    acl = a.get_bucket_acl(Bucket="alpha")
    tap.equal([g["Permission"] for g in acl["Grants"]], ["FULL_CONTROL"], "the owner's list")
    for call in (a.get_bucket_versioning, a.get_bucket_logging,
                 a.get_bucket_accelerate_configuration, a.get_bucket_notification_configuration):
        got = call(Bucket="alpha")
        tap.equal(set(got) - {"ResponseMetadata"}, set(), "empty at first")

    for n in range(101):
        a.put_bucket_metrics_configuration(Bucket="alpha", Id="m%03d" % n,
                                           MetricsConfiguration={"Id": "m%03d" % n})
    first = a.list_bucket_metrics_configurations(Bucket="alpha")
    tap.check(first["IsTruncated"] and len(first["MetricsConfigurationList"]) == 100,
              "a hundred of many", first)
    rest = a.list_bucket_metrics_configurations(
        Bucket="alpha", ContinuationToken=first["NextContinuationToken"])
    tap.equal((rest["IsTruncated"], rest["MetricsConfigurationList"]), (False, [{"Id": "m100"}]),
              "and the rest")
    tier = {"Id": "t", "Status": "Enabled",
            "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}
    a.put_bucket_intelligent_tiering_configuration(Bucket="alpha", Id="t",
                                                   IntelligentTieringConfiguration=tier)
    tap.equal(a.get_bucket_intelligent_tiering_configuration(Bucket="alpha", Id="t")
              ["IntelligentTieringConfiguration"], tier, "one by its id")
    a.delete_bucket_intelligent_tiering_configuration(Bucket="alpha", Id="t")
    tap.equal(code(a.get_bucket_intelligent_tiering_configuration, Bucket="alpha", Id="t"),
              "NoSuchConfiguration", "deleted")
    tap.equal(code(a.put_bucket_metrics_configuration, Bucket="alpha", Id="x",
                   MetricsConfiguration={"Id": "y"}), "MalformedXML", "two ids")
    tap.equal(code(b.list_bucket_metrics_configurations, Bucket="alpha"), "AccessDenied", "B")

    cors = {"CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"],
                           "MaxAgeSeconds": 3}]}
    a.put_bucket_cors(Bucket="alpha", CORSConfiguration=cors)
    tap.equal(a.get_bucket_cors(Bucket="alpha")["CORSRules"], cors["CORSRules"], "CORS")
    site = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}}
    a.put_bucket_website(Bucket="alpha", WebsiteConfiguration=site)
    got = a.get_bucket_website(Bucket="alpha")
    tap.equal({k: got.get(k) for k in site}, site, "website")
    rules = [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "tmp/"},
              "Expiration": {"Days": 3}},
             {"Status": "Disabled", "Filter": {"Prefix": "x/"},
              "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]
    a.put_bucket_lifecycle_configuration(Bucket="alpha", LifecycleConfiguration={"Rules": rules})
    got = a.get_bucket_lifecycle_configuration(Bucket="alpha")["Rules"]
    tap.check(got[0] == rules[0] and got[1]["ID"], "lifecycle rules, an id for each", got)
    tags = [{"Key": "team", "Value": "data"}, {"Key": "e", "Value": ""}]
    a.put_bucket_tagging(Bucket="alpha", Tagging={"TagSet": tags})
    tap.equal(a.get_bucket_tagging(Bucket="alpha")["TagSet"], tags, "tags")
    tap.equal(code(a.put_bucket_tagging, Bucket="alpha", Tagging={"TagSet": tags + tags[:1]}),
              "InvalidTag", "a tag twice")
    a.put_bucket_versioning(Bucket="alpha", VersioningConfiguration={"Status": "Enabled"})
    tap.equal(a.get_bucket_versioning(Bucket="alpha").get("Status"), "Enabled", "versioning")
    tap.equal(code(a.put_bucket_accelerate_configuration, Bucket="alpha",
                   AccelerateConfiguration={"Status": "Perhaps"}), "MalformedXML", "an enum")
    a.put_bucket_encryption(Bucket="alpha", ServerSideEncryptionConfiguration={"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"},
         "BucketKeyEnabled": True}]})
    a.put_object(Bucket="alpha", Key="k", Body=b"x")
    tap.equal(a.head_object(Bucket="alpha", Key="k")["ServerSideEncryption"], "aws:kms",
              "the bucket's encryption is the default")
    a.delete_bucket_encryption(Bucket="alpha")
    a.put_object(Bucket="alpha", Key="k", Body=b"x")
    tap.equal(a.head_object(Bucket="alpha", Key="k")["ServerSideEncryption"], "AES256",
              "without it AES256")
    tap.equal(code(a.put_bucket_acl, Bucket="alpha", ACL="public-read"),
              "AccessControlListNotSupported", "no lists where the owner is enforced")
    a.put_bucket_ownership_controls(Bucket="alpha", OwnershipControls={
        "Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]})
    tap.equal(code(a.put_bucket_acl, Bucket="alpha", ACL="public-read"), "AccessDenied",
              "public lists are blocked")
    a.delete_public_access_block(Bucket="alpha")
    tap.equal(code(a.get_public_access_block, Bucket="alpha"),
              "NoSuchPublicAccessBlockConfiguration", "no block any more")
    a.put_bucket_acl(Bucket="alpha", ACL="public-read")
    tap.equal([(g["Permission"], g["Grantee"]["Type"])
               for g in a.get_bucket_acl(Bucket="alpha")["Grants"]],
              [("FULL_CONTROL", "CanonicalUser"), ("READ", "Group")], "a public list")

    object_lists(tap, a)
    old_names(tap, a)
    a.put_object_tagging(Bucket="alpha", Key="k", Tagging={"TagSet": tags})
    tap.equal(a.get_object_tagging(Bucket="alpha", Key="k")["TagSet"],
              tags, "tags of an object")
    tap.equal(a.head_object(Bucket="alpha", Key="k").get("TagCount"), 2, "counted")
    a.delete_object_tagging(Bucket="alpha", Key="k")
    tap.equal(a.get_object_tagging(Bucket="alpha", Key="k")["TagSet"], [], "and gone")
    tap.equal(code(a.get_object_tagging, Bucket="alpha", Key="none"), "NoSuchKey", "no such key")

    for call in (b.get_bucket_cors, b.get_bucket_versioning, b.get_bucket_acl, b.get_bucket_tagging,
                 b.delete_bucket_website, b.delete_bucket_policy):
        tap.equal(code(call, Bucket="alpha"), "AccessDenied", "B may not")
    for call in (a.delete_bucket_cors, a.delete_bucket_website, a.delete_bucket_lifecycle,
                 a.delete_bucket_tagging, a.delete_bucket_ownership_controls):
        call(Bucket="alpha")
    tap.equal([code(call, Bucket="alpha") for call in
               (a.get_bucket_cors, a.get_bucket_website, a.get_bucket_lifecycle_configuration,
                a.get_bucket_tagging, a.get_bucket_ownership_controls)],
              ["NoSuchCORSConfiguration", "NoSuchWebsiteConfiguration",
               "NoSuchLifecycleConfiguration", "NoSuchTagSet", "OwnershipControlsNotFoundError"],
              "deleted")
    tap.end()


if __name__ == "__main__":
    start(__file__, main)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PartiQL: statements, batches, transactions; who may."""
import json
import os
import subprocess

from sandbox import Tap
from twoaccounts import A, B, client, code, message, start

TABLE = "arn:aws:dynamodb:us-east-1:%s:table/Music" % A


def rows(d, statement, *parameters, **more):
    if parameters:
        more["Parameters"] = list(parameters)
    return d.execute_statement(Statement=statement, **more)["Items"]


def titles(items):
    return [i["title"]["S"] for i in items]


def failed(d, statement, *parameters, **more):
    if parameters:
        more["Parameters"] = list(parameters)
    return code(d.execute_statement, Statement=statement, **more)


def writes(tap, d):
    tap.equal(rows(d, "INSERT INTO Music VALUE {'artist': 'Acme', 'title': 'One', 'year': 1999, 'tags': <<'a', 'b'>>, "
                      "'more': {'list': [1, 'it''s', NULL, TRUE]}}"), [], "INSERT")
    got = d.get_item(TableName="Music", Key={"artist": {"S": "Acme"}, "title": {"S": "One"}})["Item"]
    tap.equal((got["year"], sorted(got["tags"]["SS"]), got["more"]),
              ({"N": "1999"}, ["a", "b"], {"M": {"list": {"L": [{"N": "1"}, {"S": "it's"}, {"NULL": True}, {"BOOL": True}]}}}),
              "literals of every kind")
    tap.equal(failed(d, "INSERT INTO Music VALUE {'artist': 'Acme', 'title': 'One'}"), "DuplicateItemException",
              "an item that is there")
    for n, title in enumerate(("Two", "Three", "Four")):
        rows(d, 'insert into "Music" value {\'artist\': ?, \'title\': ?, \'year\': ?, \'g\': ?};', {"S": "Acme"},
             {"S": title}, {"N": str(2000 + n)}, {"S": "rock"})
    rows(d, "INSERT INTO Music VALUE {'artist': 'Other', 'title': 'Solo', 'year': 7}")
    got = rows(d, "UPDATE Music SET year = year + 1 SET more.list[1] = ?, more.\"new\" = [2] REMOVE more.list[0] "
                  "WHERE artist = 'Acme' AND title = 'One' RETURNING ALL NEW *", {"S": "x"})
    tap.equal((got[0]["year"], got[0]["more"]["M"]["new"]), ({"N": "2000"}, {"L": [{"N": "2"}]}), "UPDATE")
    got = rows(d, "UPDATE Music SET tags = set_add(tags, <<'c'>>) WHERE artist='Acme' AND title='One' "
                  "RETURNING MODIFIED NEW *")
    tap.equal(sorted(got[0]["tags"]["SS"]), ["a", "b", "c"], "set_add")
    got = rows(d, "UPDATE Music SET n = if_not_exists(n, 5) SET year = year - 1 "
                  "WHERE artist='Acme' AND title='One' RETURNING MODIFIED NEW *")
    tap.equal((got[0]["n"], got[0]["year"]), ({"N": "5"}, {"N": "1999"}), "if_not_exists, and a difference")
    tap.equal(failed(d, "UPDATE Music SET a = 1 WHERE artist = 'No' AND title = 'One'"),
              "ConditionalCheckFailedException", "an item that is not there")
    tap.equal(failed(d, "UPDATE Music SET a = 1 WHERE artist='Acme' AND title='One' AND year > 3000"),
              "ConditionalCheckFailedException", "a condition")
    tap.equal(failed(d, "UPDATE Music SET a = 1 WHERE artist = 'Acme'"), "ValidationException", "half a key")
    tap.equal(failed(d, "UPDATE Music SET title = 'x' WHERE artist = 'Acme' AND title = 'One'"), "ValidationException",
              "a key is not changed")


def reads(tap, d):
    tap.equal(titles(rows(d, "SELECT * FROM Music WHERE artist = 'Acme'")), ["Four", "One", "Three", "Two"], "a hash key")
    tap.equal(titles(rows(d, "SELECT title FROM \"Music\" WHERE artist = ? ORDER BY title DESC", {"S": "Acme"})),
              ["Two", "Three", "One", "Four"], "in order, backwards")
    tap.equal(rows(d, "SELECT year, more.\"new\"[0] FROM Music WHERE artist='Acme' AND title='One'"),
              [{"year": {"N": "1999"}, "more": {"M": {"new": {"L": [{"N": "2"}]}}}}], "some attributes")
    tap.equal(titles(rows(d, "SELECT * FROM Music.\"by-g\" WHERE g = 'rock' AND year BETWEEN 2001 AND 2002")),
              ["Three", "Four"], "an index")
    for where, want in (("year > 2000", ["Four", "Three"]), ("year IN [7, 1999]", ["One", "Solo"]),
                        ("NOT (year < 2001 OR artist = 'Other')", ["Four", "Three"]),
                        ("contains(title, 'o') AND begins_with(title, 'T')", ["Two"]),
                        ("tags IS NOT MISSING", ["One"]), ("tags IS MISSING AND artist <> 'Acme'", ["Solo"]),
                        ("attribute_type(year, 'N') AND size(title) = 4", ["Four", "Solo"]),
                        ("artist IN ('Other', 'Nobody')", ["Solo"]), ("g IS NULL", [])):
        tap.equal(sorted(titles(rows(d, "SELECT * FROM Music WHERE " + where))), want, where)
    found, token = [], None
    while True:
        got = d.execute_statement(Statement="SELECT * FROM Music WHERE artist = 'Acme'", Limit=3,
                                  **({"NextToken": token} if token else {}))
        found += titles(got["Items"])
        token = got.get("NextToken")
        if not token:
            break
    tap.equal(found, ["Four", "One", "Three", "Two"], "page by page")
    got = d.execute_statement(Statement="SELECT * FROM Music", ReturnConsumedCapacity="TOTAL")
    tap.equal(got["ConsumedCapacity"]["TableName"], "Music", "consumed capacity")
    for wrong in ("SELECT", "SELECT * FROM Music WHERE", "SELECT * FROM Music WHERE a = 'x", "DROP TABLE Music",
                  "SELECT * FROM Music WHERE a = 1 b", "INSERT INTO Music VALUE ['a']", "SELECT * FROM Music WHERE a ~ 1",
                  "SELECT * FROM Music WHERE " + "(" * 100 + "a = 1" + ")" * 100, "UPDATE Music WHERE a = 1",
                  "SELECT * FROM Music ORDER BY title", "SELECT * FROM Music WHERE artist = 1",
                  "EXISTS(SELECT * FROM Music WHERE artist = 'Acme' AND title = 'One')"):
        tap.equal(failed(d, wrong), "ValidationException", "refused: " + wrong[:60])
    tap.equal(failed(d, "SELECT * FROM Music WHERE a = ?"), "ValidationException", "too few parameters")
    tap.equal(failed(d, "SELECT * FROM Music", {"S": "x"}), "ValidationException", "too many")
    tap.equal(failed(d, "SELECT * FROM Nothing"), "ResourceNotFoundException", "no such table")
    tap.equal(failed(d, "SELECT * FROM Music", NextToken="!"), "ValidationException", "no such token")


def several(tap, d):
    key = "WHERE artist = 'Acme' AND title = '%s'"
    got = d.batch_execute_statement(Statements=[
        {"Statement": "SELECT year FROM Music " + key % "Two"}, {"Statement": "SELECT year FROM Music " + key % "None"},
        {"Statement": "SELECT year FROM Music WHERE artist = 'Acme'"}, {"Statement": "SELECT nonsense"},
        {"Statement": "SELECT * FROM Nothing " + key % "x"}])["Responses"]
    tap.equal([(r.get("Item"), r.get("Error", {}).get("Code")) for r in got],
              [({"year": {"N": "2000"}}, None), (None, None), (None, "ValidationError"), (None, "ValidationError"),
               (None, "ResourceNotFound")], "a batch, each on its own")
    got = d.batch_execute_statement(Statements=[
        {"Statement": "INSERT INTO Music VALUE {'artist': 'Acme', 'title': 'Two'}"},
        {"Statement": "INSERT INTO Music VALUE {'artist': 'Acme', 'title': 'Five'}"},
        {"Statement": "UPDATE Music SET a = 1 " + key % "None"},
        {"Statement": "DELETE FROM Music " + key % "Three"}])["Responses"]
    tap.equal([r.get("Error", {}).get("Code") for r in got], ["DuplicateItem", None, "ConditionalCheckFailed", None],
              "a batch of writes")
    tap.equal(titles(rows(d, "SELECT * FROM Music WHERE artist = 'Acme'")), ["Five", "Four", "One", "Two"], "what it did")
    tap.equal(code(d.batch_execute_statement, Statements=[
        {"Statement": "SELECT * FROM Music " + key % "One"}, {"Statement": "DELETE FROM Music " + key % "One"}]),
              "ValidationException", "reads and writes")

    def transaction(*statements, **more):
        return d.execute_transaction(TransactStatements=[{"Statement": s} for s in statements], **more)
    got = transaction("SELECT title FROM Music " + key % "One", "SELECT title FROM Music " + key % "Two")["Responses"]
    tap.equal([r["Item"]["title"]["S"] for r in got], ["One", "Two"], "a transaction that reads")
    before = rows(d, "SELECT * FROM Music")
    try:
        transaction("DELETE FROM Music " + key % "One", "INSERT INTO Music VALUE {'artist': 'Acme', 'title': 'Two'}",
                    "EXISTS(SELECT * FROM Music %s AND year = 1)" % (key % "Five"))
        tap.check(False, "a transaction that fails")
    except d.exceptions.TransactionCanceledException as error:
        tap.equal([r["Code"] for r in error.response["CancellationReasons"]],
                  ["None", "DuplicateItem", "ConditionalCheckFailed"], "a transaction that fails")
    tap.equal(rows(d, "SELECT * FROM Music"), before, "does nothing")
    token = {"ClientRequestToken": "once"}
    change = ["UPDATE Music SET year = year + 1 " + key % "Two", "EXISTS(SELECT * FROM Music %s)" % (key % "One")]
    transaction(*change, **token)
    transaction(*change, **token)
    tap.equal(rows(d, "SELECT year FROM Music " + key % "Two"), [{"year": {"N": "2001"}}], "once, whatever is asked again")
    tap.equal(code(d.execute_transaction, TransactStatements=[{"Statement": change[0]}], **token),
              "IdempotentParameterMismatchException", "another one under its token")
    tap.equal(rows(d, "DELETE FROM Music %s RETURNING ALL OLD *" % (key % "Five")),
              [{"artist": {"S": "Acme"}, "title": {"S": "Five"}}], "DELETE")
    tap.equal(rows(d, "DELETE FROM Music " + key % "Five"), [], "again")
    tap.equal(failed(d, "DELETE FROM Music %s AND year = 1" % (key % "Five")), "ConditionalCheckFailedException",
              "with a condition")


def limited(statements):
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    keys = client("sts", A).get_federation_token(Name="limited", Policy=policy)["Credentials"]
    return client("dynamodb", keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"]), keys


def permissions(tap):
    d, keys = limited([{"Effect": "Allow", "Action": ["dynamodb:PartiQLSelect", "dynamodb:PartiQLInsert"],
                        "Resource": TABLE, "Condition": {
                            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["Mine"]}}},
                       {"Effect": "Deny", "Action": "dynamodb:PartiQLSelect", "Resource": "*",
                        "Condition": {"Bool": {"dynamodb:FullTableScan": "true"}}}])
    refused = "AccessDeniedException"
    tap.equal(failed(d, "INSERT INTO Music VALUE {'artist': 'Mine', 'title': 'a'}"), "done", "a leading key that is allowed")
    tap.equal(failed(d, "INSERT INTO Music VALUE {'artist': 'Theirs', 'title': 'a'}"), refused, "another one")
    tap.equal(titles(rows(d, "SELECT * FROM Music WHERE artist = 'Mine'")), ["a"], "reading it")
    tap.equal(failed(d, "SELECT * FROM Music"), refused, "no full scan")
    tap.equal(failed(d, "SELECT * FROM Music.\"by-g\" WHERE g = 'Mine'"), refused, "an index is its own resource")
    tap.check("dynamodb:PartiQLDelete on resource: " + TABLE in message(
        d.execute_statement, Statement="DELETE FROM Music WHERE artist='Mine' AND title='a'"), "the action is named")
    got = d.batch_execute_statement(Statements=[
        {"Statement": "INSERT INTO Music VALUE {'artist': 'Mine', 'title': 'b'}"},
        {"Statement": "UPDATE Music SET a = 1 WHERE artist = 'Mine' AND title = 'a'"}])["Responses"]
    tap.equal([r.get("Error", {}).get("Code") for r in got], [None, "AccessDenied"], "a batch, each on its own")
    tap.equal(code(d.execute_transaction, TransactStatements=[
        {"Statement": "INSERT INTO Music VALUE {'artist': 'Mine', 'title': 'c'}"},
        {"Statement": "DELETE FROM Music WHERE artist = 'Mine' AND title = 'a'"}]), refused, "a transaction as a whole")
    env = dict(os.environ, AWS_ACCESS_KEY_ID=keys["AccessKeyId"], AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"],
               AWS_SESSION_TOKEN=keys["SessionToken"])
    env.pop("PYTHONPATH")
    for statement, status in (("SELECT * FROM Music WHERE artist='Mine'", 0), ("SELECT * FROM Music", 254)):
        done = subprocess.run(["/usr/bin/aws", "dynamodb", "execute-statement", "--statement", statement], env=env,
                              capture_output=True, text=True, check=False)
        tap.equal(done.returncode, status, "AWS CLI: " + statement)


def main():
    tap = Tap()
    d = client("dynamodb", A)
    d.create_table(TableName="Music", BillingMode="PAY_PER_REQUEST",
                   KeySchema=[{"AttributeName": "artist", "KeyType": "HASH"},
                              {"AttributeName": "title", "KeyType": "RANGE"}],
                   AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in (
                       ("artist", "S"), ("title", "S"), ("g", "S"), ("year", "N"))],
                   GlobalSecondaryIndexes=[{"IndexName": "by-g", "Projection": {"ProjectionType": "ALL"}, "KeySchema": [
                       {"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "RANGE"}]}])
    writes(tap, d)
    reads(tap, d)
    several(tap, d)
    tap.equal(failed(client("dynamodb", B), "SELECT * FROM Music"), "ResourceNotFoundException", "another account has no such table")
    permissions(tap)
    tap.end()


if __name__ == "__main__":
    start(__file__, main, {"AWSINTERCEPT_IAM": "enforce"})

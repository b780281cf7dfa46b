# SPDX-License-Identifier: Apache-2.0
"""For gunicorn with --preload: a connection to AWS is open before the workers are forked."""
import http.client

PATH = "/?Action=GetCallerIdentity&Version=2011-06-15"


def opened(kind):
    return kind("sts.us-east-1.amazonaws.com", timeout=120)


def ask(connection):
    connection.request("GET", PATH)
    answer = connection.getresponse()
    answer.read()
    return str(answer.status)


BEFORE = opened(http.client.HTTPConnection)
ask(BEFORE)


def app(_environ, start_response):
    """The statuses of a new connection in TLS and one in plain text."""
    said = " ".join(ask(opened(kind)) for kind in (http.client.HTTPSConnection, http.client.HTTPConnection))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [said.encode()]

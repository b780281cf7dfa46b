# SPDX-License-Identifier: Apache-2.0
"""Clients from PyPI: fetch_wheel.py MODULE REQUESTS OUTDIR.

pycurl and curl_cffi bring a libcurl and a TLS library of their own; pyopenssl is requests over the
OpenSSL of the cryptography wheel. Carries out the requests of a file one after another on one
session; output as fetch.c's; they come signed.
"""
import io
import os
import sys


def by_urllib3():
    import urllib3

    pool = urllib3.PoolManager(retries=False)

    def send(method, url, body, headers):
        answer = pool.request(method, url, body=body, headers=headers, timeout=60)
        return answer.status, answer.data
    return send


def by_requests():
    import requests

    session = requests.Session()

    def send(method, url, body, headers):
        answer = session.request(method, url, data=body, headers=headers, timeout=60)
        return answer.status_code, answer.content
    return send


def by_pyopenssl():
    import urllib3.contrib.pyopenssl

    urllib3.contrib.pyopenssl.inject_into_urllib3()
    return by_requests()


def by_curl_cffi():
    from curl_cffi import requests

    session = requests.Session()

    def send(method, url, body, headers):
        answer = session.request(method, url, data=body, headers=headers, timeout=60)
        return answer.status_code, answer.content
    return send


def by_pycurl():
    import pycurl

    curl = pycurl.Curl()

    def send(method, url, body, headers):
        answer = io.BytesIO()
        curl.reset()
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.HTTPHEADER, ["%s: %s" % item for item in headers.items()])
        if body is not None:
            curl.setopt(pycurl.POSTFIELDS, body)
            curl.setopt(pycurl.CUSTOMREQUEST, method)
        curl.setopt(pycurl.WRITEFUNCTION, answer.write)
        curl.perform()
        return curl.getinfo(pycurl.RESPONSE_CODE), answer.getvalue()
    return send


def parse(line):
    method, url, body, _, _, *fields = line.rstrip("\n").split("\t")
    headers = dict(f.split(": ", 1) for f in fields if f)
    sends = body or method in ("PUT", "POST")
    return method, url, body.encode() if sends else None, headers


def main(name, path, out):
    with open(path, encoding="utf-8") as f:
        requests = [parse(line) for line in f]
    send = globals()["by_" + name]()
    for number, request in enumerate(requests):
        try:
            status, body = send(*request)
        except Exception as error:  # each library has its own; the test looks at the status
            status, body = 0, repr(error).encode()
            print(body.decode(), file=sys.stderr)
        with open(os.path.join(out, str(number)), "wb") as f:
            f.write(body)
        print(number, status)


main(*sys.argv[1:])

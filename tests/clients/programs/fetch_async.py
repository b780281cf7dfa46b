# SPDX-License-Identifier: Apache-2.0
"""aiohttp or httpx in one asyncio loop: fetch_async.py MODULE REQUESTS OUTDIR.

Carries out the requests of a file one after another; output as fetch.c's; they come signed.
"""
import asyncio
import importlib
import os
import sys


async def with_aiohttp(aiohttp, requests):
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for method, url, body, headers in requests:
            try:
                async with session.request(method, url, data=body, headers=headers) as answer:
                    yield answer.status, await answer.read()
            except (aiohttp.ClientError, OSError) as error:
                yield 0, repr(error).encode()


async def with_httpx(httpx, requests):
    async with httpx.AsyncClient(timeout=60) as session:
        for method, url, body, headers in requests:
            try:
                answer = await session.request(method, url, content=body, headers=headers)
                yield answer.status_code, answer.content
            except (httpx.HTTPError, OSError) as error:
                yield 0, repr(error).encode()


def parse(line):
    method, url, body, _, _, *fields = line.rstrip("\n").split("\t")
    headers = dict(f.split(": ", 1) for f in fields if f)
    sends = body or method in ("PUT", "POST")
    return method, url, body.encode() if sends else None, headers


async def main(name, path, out):
    with open(path, encoding="utf-8") as f:
        requests = [parse(line) for line in f]
    run = {"aiohttp": with_aiohttp, "httpx": with_httpx}[name]
    number = 0
    async for status, body in run(importlib.import_module(name), requests):
        with open(os.path.join(out, str(number)), "wb") as f:
            f.write(body)
        if not status:
            print(body.decode(), file=sys.stderr)
        print(number, status)
        number += 1


asyncio.run(main(*sys.argv[1:]))

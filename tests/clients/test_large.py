# SPDX-License-Identifier: Apache-2.0
"""A body far larger than the memory the process may have: 1 GiB up and down through curl limited to
200 MiB of heap, over TLS, whole and unchanged."""
import hashlib
import os

import sandbox as box

SIZE = 1 << 30
HEAP = 200 << 20
HOST = "https://s3.us-east-1.amazonaws.com"


def curl(world, *arguments):
    return world.run(["prlimit", "--data=%d" % HEAP, "curl", "-sS", "--aws-sigv4",
                      "aws:amz:us-east-1:s3", "--user", box.SECOND + ":x",
                      "-w", "%{http_code} %{size_download}", *arguments])


def sparse_file(path):
    """A GiB that takes little room: 64 KiB of text at every 64 MiB. Its SHA-256."""
    digest = hashlib.sha256()
    with open(path, "wb") as out:
        for at in range(0, SIZE, 64 << 20):
            block = (b"%016d" % at) * 4096
            out.seek(at)
            out.write(block)
            digest.update(block + bytes((64 << 20) - len(block)))
        out.truncate(SIZE)
    return digest.hexdigest()


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as data:
        while block := data.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def main():
    tap = box.Tap()
    with box.Sandbox() as world:
        there, back = world.path("there"), world.path("back")
        want = sparse_file(there)
        made = curl(world, "-X", "PUT", HOST + "/large-bucket", "-o", os.devnull)
        tap.equal(made.stdout, "200 0", "a bucket")
        put = curl(world, "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", "-T", there,
                   HOST + "/large-bucket/object")
        tap.equal(put.stdout, "200 0", "1 GiB goes up")
        os.unlink(there)
        got = curl(world, HOST + "/large-bucket/object", "-o", back)
        tap.equal(got.stdout, "200 %d" % SIZE, "1 GiB comes down")
        tap.equal(digest_of(back), want, "the same bytes")
    tap.end()


main()

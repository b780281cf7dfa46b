# SPDX-License-Identifier: Apache-2.0
# s3_wheel.py LIBRARY STEP [FILE]: one step with a library that speaks S3, as its users write it. The libraries
# come as wheels, most of them with an HTTP and TLS stack of their own. Keys are where the environment has them;
# visit takes a role in the second account from keys of the metadata service.
import os
import sys

BUCKET = "second-tool"
KEY = "folder/hello.txt"
PATH = BUCKET + "/" + KEY
ROLE = "arn:aws:iam::222222222222:role/Visitor"


class S3fs:
    """aiobotocore behind fsspec: Python's OpenSSL"""

    def __init__(self):
        import s3fs
        self.files = s3fs.S3FileSystem()

    def make(self):
        self.files.mkdir(BUCKET)

    def put(self, path):
        self.files.put(path, PATH)

    def get(self):
        return self.files.cat(PATH).decode()

    def buckets(self):
        return " ".join(self.files.ls(""))


class Pyarrow:
    """the AWS SDK for C++ on a libcurl and an OpenSSL of its own"""

    def __init__(self):
        from pyarrow import fs
        self.fs = fs
        self.files = fs.S3FileSystem(allow_bucket_creation=True)

    def make(self):
        self.files.create_dir(BUCKET)

    def put(self, path):
        self.fs.copy_files(path, PATH, destination_filesystem=self.files)

    def get(self):
        return self.files.open_input_stream(PATH).read().decode()

    def buckets(self):
        return " ".join(found.path for found in self.files.get_file_info(self.fs.FileSelector("")))

    def visit(self):
        self.files = self.fs.S3FileSystem(role_arn=ROLE, session_name="visit")
        return self.get()


class Obstore:
    """Rust's object_store, which polars and deltalake use as well: rustls"""

    def __init__(self):
        import obstore
        self.obstore = obstore
        self.store = obstore.store.S3Store(BUCKET)

    def put(self, path):
        with open(path, "rb") as file:
            self.obstore.put(self.store, KEY, file)

    def get(self):
        return bytes(self.obstore.get(self.store, KEY).bytes()).decode()


class Duckdb:
    """its extension httpfs: a libcurl and an OpenSSL of its own"""

    def __init__(self):
        import duckdb
        from duckdb_extensions import import_extension
        import_extension("httpfs")
        self.db = duckdb.connect()
        self.db.execute("LOAD httpfs")
        keys = [os.environ.get(name, "") for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                                      "AWS_SESSION_TOKEN")]
        self.db.execute("CREATE SECRET (TYPE s3, REGION 'us-east-1', KEY_ID '%s', SECRET '%s', "
                        "SESSION_TOKEN '%s')" % tuple(keys))

    def put(self, path):
        self.db.execute("COPY (SELECT content FROM read_text('%s')) TO 's3://%s' (FORMAT csv, HEADER false)"
                        % (path, PATH))

    def get(self):
        return self.db.execute("SELECT content FROM read_text('s3://%s')" % PATH).fetchone()[0].rstrip("\n")


class Awscrt:
    """the common runtime of AWS's SDKs: s2n-tls"""

    def __init__(self):
        from awscrt import auth, http, io, s3
        self.http = http
        group = io.EventLoopGroup(1)
        bootstrap = io.ClientBootstrap(group, io.DefaultHostResolver(group))
        signing = s3.create_default_s3_signing_config(
            region="us-east-1", credential_provider=auth.AwsCredentialsProvider.new_default_chain(bootstrap))
        self.client = s3.S3Client(bootstrap=bootstrap, region="us-east-1", signing_config=signing)
        self.kinds = s3.S3RequestType

    def ask(self, kind, method, headers=(), body=None):
        got = []
        headers = self.http.HttpHeaders([("Host", BUCKET + ".s3.us-east-1.amazonaws.com"), *headers])
        self.client.make_request(
            type=kind, request=self.http.HttpRequest(method, "/" + KEY, headers, body),
            on_body=lambda chunk, offset, **_: got.append(chunk)).finished_future.result(120)
        return b"".join(got).decode()

    def put(self, path):
        with open(path, "rb") as file:
            self.ask(self.kinds.PUT_OBJECT, "PUT", [("Content-Length", str(os.path.getsize(path)))], file)

    def get(self):
        return self.ask(self.kinds.GET_OBJECT, "GET")


LIBRARIES = {"s3fs-python": S3fs, "pyarrow": Pyarrow, "obstore": Obstore, "duckdb": Duckdb, "awscrt": Awscrt}

if __name__ == "__main__":
    print(getattr(LIBRARIES[sys.argv[1]](), sys.argv[2])(*sys.argv[3:]) or "", end="")

# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates for the tests of IAM, made by the openssl command in a private folder."""
import base64
import os
import shutil
import struct
import subprocess
import tempfile


class Maker:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="awi-keys-")

    def close(self):
        shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *words):
        env = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
        done = subprocess.run(["openssl"] + list(words), cwd=self.folder, capture_output=True,
                              text=True, timeout=120, env=env)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def read(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def certificate(self, name, issuer=None, days=30):
        """Makes name.pem and name.key, by itself or by another that was made; the two texts."""
        self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name + ".key")
        self.openssl("req", "-new", "-key", name + ".key", "-subj", "/CN=" + name, "-out",
                     name + ".csr")
        by = (["-CA", issuer + ".pem", "-CAkey", issuer + ".key", "-CAcreateserial"] if issuer
              else ["-signkey", name + ".key"])
        self.openssl("x509", "-req", "-in", name + ".csr", "-days", str(days), "-out",
                     name + ".pem", *by)
        return self.read(name + ".pem"), self.read(name + ".key")

    def expired(self, name):
        """One whose time was over yesterday."""
        self.certificate(name)
        with open(self.path("ca.cnf"), "w") as file:
            file.write("[ca]\ndefault_ca=d\n[d]\ndatabase=%s\nserial=%s\nnew_certs_dir=%s\n"
                       "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n"
                       % (self.path("db"), self.path("serial"), self.folder))
        open(self.path("db"), "w").close()
        with open(self.path("serial"), "w") as file:
            file.write("01\n")
        self.openssl("ca", "-batch", "-config", "ca.cnf", "-selfsign", "-keyfile", name + ".key",
                     "-in", name + ".csr", "-notext", "-startdate", "20200101000000Z", "-enddate",
                     "20200201000000Z", "-out", name + ".pem")
        return self.read(name + ".pem"), self.read(name + ".key")

    def ssh(self, name, bits=2048):
        """An RSA public key: in OpenSSH's form, and in PEM."""
        self.openssl("genrsa", "-out", name + ".key", str(bits))
        pem = self.openssl("rsa", "-in", name + ".key", "-pubout")
        text = self.openssl("rsa", "-in", name + ".key", "-noout", "-modulus")
        modulus = bytes.fromhex(text.strip().split("=")[1])
        parts = [b"ssh-rsa", b"\x01\x00\x01", b"\0" + modulus]
        blob = b"".join(struct.pack(">I", len(part)) + part for part in parts)
        return "ssh-rsa " + base64.b64encode(blob).decode(), pem

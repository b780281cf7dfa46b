# SPDX-License-Identifier: Apache-2.0
"""A TLS server on localhost whose certificate nobody vouches for: it signs itself."""
import http.server
import os
import ssl
import subprocess
import threading

ANSWER = b"from the local server\n"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.answered = getattr(self.server, "answered", 0) + 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that refuses the certificate breaks the handshake off: that is the test."""


class LocalTls:
    """with LocalTls(folder) as server: server.url, server.cert (a PEM file), server.answered()."""

    def __init__(self, folder):
        self.cert = os.path.join(folder, "local.pem")
        key = os.path.join(folder, "local.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-keyout", key, "-out", self.cert, "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-addext", "keyUsage=digitalSignature,keyCertSign"],
            check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, key)
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)
        self.url = "https://localhost:%d/" % self.server.server_address[1]

    def answered(self):
        """How many requests got through the handshake."""
        return getattr(self.server, "answered", 0)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()

# SPDX-License-Identifier: Apache-2.0
"""Ways in which processes live, each with connections to AWS: prints one JSON object, step -> good?"""
import ctypes
import errno
import http.client
import json
import multiprocessing
import os
import resource
import select
import signal
import socket
import ssl
import subprocess
import sys
import threading

HOST = "sts.us-east-1.amazonaws.com"
PATH = "/?Action=GetCallerIdentity&Version=2011-06-15"
GOOD = 403  # nobody signed it


def ask(connection):
    connection.request("GET", PATH)
    answer = connection.getresponse()
    answer.read()
    return answer.status == GOOD


def opened(tls=True):
    kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
    connection = kind(HOST, timeout=120)
    ask(connection)
    return connection


def ask_once(tls):
    return ask(opened(tls))


def inherited():
    """Children use what the parent opened, one after the other, and open their own."""
    live = opened(False)
    good = []
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            os._exit(0 if ask(live) and ask_once(True) else 1)
        good.append(os.waitpid(pid, 0)[1] == 0)
    return all(good) and ask(live)


def pool(method):
    live = opened()
    with multiprocessing.get_context(method).Pool(3) as workers:
        return all(workers.map(ask_once, [True, False] * 4)) and ask(live)


def prefork():
    """Workers of a server: each serves a request of ours by asking AWS."""
    live = opened()
    with socket.create_server(("127.0.0.1", 0)) as server:
        workers = []
        for _ in range(3):
            pid = os.fork()
            if pid == 0:
                with server.accept()[0] as client:
                    client.sendall(b"y" if ask_once(True) else b"n")
                os._exit(0)
            workers.append(pid)
        said = []
        for _ in workers:
            with socket.create_connection(server.getsockname()) as client:
                said.append(client.recv(1))
        for pid in workers:
            os.waitpid(pid, 0)
    return said == [b"y"] * 3 and ask(live)


def threads(size):
    good = []
    start = threading.Barrier(64)

    def one(number):
        start.wait()
        good.append(ask_once(number % 8 == 0))
    before = threading.stack_size(size)
    them = [threading.Thread(target=one, args=(n,)) for n in range(64)]
    for thread in them:
        thread.start()
    for thread in them:
        thread.join()
    threading.stack_size(before)
    return good == [True] * 64


def from_a_handler():
    seen = []
    signal.signal(signal.SIGUSR1, lambda *_: seen.append(ask_once(True)))
    live = opened()
    for _ in range(5):
        os.kill(os.getpid(), signal.SIGUSR1)
        if not ask(live):
            return False
    return seen == [True] * 5


def high_numbers():
    """poll() above what select() can name; select() below it."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    held = [os.open("/dev/null", os.O_RDONLY) for _ in range(min(limit[1], 2000) - 100)]
    try:
        live = opened(False)
        live.request("GET", PATH)
        watch = select.poll()
        watch.register(live.sock, select.POLLIN)
        ready = watch.poll(60000)
        return live.getresponse().status == GOOD and len(ready) == 1
    finally:
        for fd in held:
            os.close(fd)


def closes_all():
    """As daemons do; then a new connection."""
    pid = os.fork()
    if pid == 0:
        live = opened()
        os.closerange(3, 4096)
        live.sock = None
        os.setsid()
        os._exit(0 if ask_once(True) and ask_once(False) else 1)
    return os.waitpid(pid, 0)[1] == 0


def socket_calls():
    with socket.create_connection((HOST, 80)) as sock:
        sock.sendall(("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (PATH, HOST)).encode())
        sock.shutdown(socket.SHUT_WR)
        peeked = sock.recv(12, socket.MSG_PEEK)
        whole = sock.recv(12, socket.MSG_WAITALL)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        return peeked == whole == b"HTTP/1.1 403" and len(
            sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)) > 0


# A request on a descriptor that it was given: what becomes of it.
READER = """
import os, sys
fd = int(sys.argv[1])
try:
    os.write(fd, sys.argv[2].encode())
    said = os.read(fd, 12)
except OSError as error:
    said = str(error.errno).encode()
os.write(2, said or b"end")
"""
REQUEST = "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (PATH, HOST)


def handed_over():
    """To another program: by posix_spawn() this process answers, else it is at its end there; never does anyone wait
    for ever, and this process's connection goes on."""
    ended, said = ("end", str(errno.EPIPE), str(errno.ECONNRESET)), {}
    with opened(False).sock as sock:
        live = http.client.HTTPConnection(HOST, timeout=120)
        live.sock = sock
        sock.settimeout(None)
        fd = sock.fileno()
        os.set_inheritable(fd, True)
        argv = [sys.executable, "-c", READER, str(fd), REQUEST]
        for way, how in (("fork", {"close_fds": False, "preexec_fn": os.getpid}), ("vfork", {"pass_fds": [fd]}),
                         ("exec again", {"close_fds": False, "preexec_fn": os.getpid, "argv": ["/nonexistent/program"]}),
                         ("input", {"stdin": sock, "preexec_fn": os.getpid, "argv": [*argv[:3], "0", REQUEST]}),
                         ("posix_spawn", {"close_fds": False})):
            try:
                said[way] = subprocess.run(how.pop("argv", argv), stderr=subprocess.PIPE, check=False, timeout=60,
                                           text=True, **how).stderr
            except OSError:
                said[way] = "end"
            # The rest of the answer that was read there would come here.
            if way != "posix_spawn" and not ask(live):
                return "after " + way
    spawned = said.pop("posix_spawn")
    return spawned == "HTTP/1.1 403" and all(one in ended for one in said.values()) or (spawned, said)


def confined():
    """No new privileges, half a gigabyte of addresses, no more processes."""
    pid = os.fork()
    if pid == 0:
        ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
        resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        os._exit(0 if ask_once(True) and ask_once(False) else 1)
    return os.waitpid(pid, 0)[1] == 0


def main():
    steps = {"confined": confined, "closes all": closes_all, "inherited": inherited,
             "fork pool": lambda: pool("fork"), "forkserver": lambda: pool("forkserver"),
             "spawn": lambda: pool("spawn"), "prefork": prefork,
             "64 threads": lambda: threads(0), "64 small threads": lambda: threads(256 << 10),
             "signal handler": from_a_handler, "high numbers": high_numbers,
             "socket calls": socket_calls, "handed over": handed_over}
    seen = {}
    for name, step in steps.items():
        try:
            seen[name] = step()
        except (OSError, ssl.SSLError, http.client.HTTPException) as error:
            seen[name] = repr(error)
    print(json.dumps(seen))


if __name__ == "__main__":
    main()

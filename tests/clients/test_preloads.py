# SPDX-License-Identifier: Apache-2.0
"""Other libraries that are preloaded with ours, in front of it and behind."""
import glob
import os
import subprocess

import sandbox as box
import socks_proxy

PLAIN = [os.path.join(box.BUILD, "tests", "clients", "confined"), "plainly"]
WITH_ASAN = [os.path.join(box.BUILD, "tests", "clients", "confined-asan"), "plainly"]
CURL = ["curl", "-sS", "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity"]

LAUNCHER = os.path.join(box.BUILD, "cli", "awsintercept")
# A server and its client on the loopback that socket_wrapper makes.
LOCAL = """
import socket
server = socket.create_server(('127.0.0.1', 7000))
client = socket.create_connection(('127.0.0.1', 7000))
server.accept()[0].sendall(b'hello')
print(client.recv(5).decode())
"""

# Those that change nothing for us, wherever they stand.
HARMLESS = {"eatmydata": "/usr/lib/*/libeatmydata.so", "jemalloc": "/usr/lib/*/libjemalloc.so.2",
            "faketime": "/usr/lib/*/faketime/libfaketime.so.1"}
SOCKET_WRAPPER = "/usr/lib/*/libsocket_wrapper.so"
PROXYCHAINS = "/usr/lib/*/libproxychains.so.4"


def library(name, pattern):
    found = glob.glob(pattern)
    if not found:
        print("# %s is not here" % name)
    return found[0] if found else None


def orders(other):
    return {"in front": other + ":" + box.LIBRARY, "behind": box.LIBRARY + ":" + other}


def harmless(tap, world):
    for name, pattern in HARMLESS.items():
        other = library(name, pattern)
        for where, preload in orders(other).items() if other else ():
            tap.ran(world.run(PLAIN, env={"LD_PRELOAD": preload}), "%s %s" % (name, where))


def sanitizer(tap, world):
    """Its runtime must come first; it is in front of us as a preload, or part of the program."""
    runtime = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True,
                             check=False).stdout.strip()
    runtime = os.path.realpath(runtime) if os.path.isabs(runtime) else None
    if not runtime:
        print("# no runtime of the address sanitizer")
        return
    env = {"LD_PRELOAD": runtime + ":" + box.LIBRARY}
    tap.ran(world.run(PLAIN, env=dict(env, ASAN_OPTIONS="detect_leaks=0")), "libasan in front")
    if os.access(WITH_ASAN[0], os.X_OK):
        tap.ran(world.run(WITH_ASAN, env=env), "a program with the address sanitizer in it")


def socket_wrapper(tap, world):
    """It makes sockets of its own of all Internet sockets. In front of us it knows no way to AWS, and
    none to the network."""
    other = library("socket_wrapper", SOCKET_WRAPPER)
    if not other:
        return
    os.mkdir(world.path("swrap"))
    order = orders(other)
    env = {"LD_PRELOAD": order["in front"], "SOCKET_WRAPPER_DIR": world.path("swrap")}
    tap.refused(world.run(PLAIN, env=env), "unreachable", "socket_wrapper in front: refused")
    env["LD_PRELOAD"] = order["behind"]
    tap.ran(world.run(PLAIN, env=env), "socket_wrapper behind")
    result = world.run(CURL, env=env)
    tap.check("MissingAuthenticationToken" in result.stdout, "socket_wrapper behind, curl", result)
    result = world.run(["python3", "-c", LOCAL], env=dict(env, SOCKET_WRAPPER_DEFAULT_IFACE="1"))
    tap.equal(result.stdout.strip(), "hello", "socket_wrapper behind: its own sockets go on to work")
    tap.ran(world.run([LAUNCHER, "run", "--", *PLAIN], env=dict(env, LD_PRELOAD=other)),
            "socket_wrapper under the launcher, which puts us in front")


def proxychains(tap, world):
    """It leads every connection through a proxy, which must not hear of AWS."""
    other = library("proxychains", PROXYCHAINS)
    if not other:
        return
    with socks_proxy.Server(socks_proxy.Other) as host, socks_proxy.Server(socks_proxy.Socks) as proxy:
        proxy.other = host.port
        for kind in ("socks4", "socks5"):
            config = world.write("%s.conf" % kind, "strict_chain\nproxy_dns\n[ProxyList]\n%s 127.0.0.1 %d\n"
                                 % (kind, proxy.port))
            for where, preload in orders(other).items():
                env = {"LD_PRELOAD": preload, "PROXYCHAINS_CONF_FILE": config,
                       "PROXYCHAINS_QUIET_MODE": "1"}
                what = "proxychains %s, %s: " % (where, kind)
                tap.ran(world.run(PLAIN, env=env), what + "plain")
                result = world.run(CURL, env=env)
                tap.check("MissingAuthenticationToken" in result.stdout, what + "curl",
                          result.stdout + result.stderr)
                result = world.run(["curl", "-sS", "http://other.example/"], env=env)
                tap.check(socks_proxy.TEXT in result.stdout, what + "another host",
                          result.stdout + result.stderr)
        tap.equal(set(proxy.heard), {"other.example"}, "proxychains: the proxy hears nothing of AWS")


def main():
    tap = box.Tap()
    box.need(PLAIN[0], "the program of this test")
    with box.Sandbox() as world:
        for part in (harmless, sanitizer, socket_wrapper, proxychains):
            part(tap, world)
    tap.end()


main()

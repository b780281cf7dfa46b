# SPDX-License-Identifier: Apache-2.0
"""Ways past connect(), and programs that are easily forgotten: test_past.py GROUP. What is not answered must
not get through either; test_sealed.py counts the packets."""
import http.server
import os
import shutil
import subprocess
import threading

import supervised

import local_tls
import sandbox as box
import test_static as base

AWS = "sts.us-east-1.amazonaws.com"
METADATA = ("169.254.169.254", "80", "/latest/meta-data/")
NARROW = ["narrow-sendto", "narrow-sendmsg", "narrow-sendmmsg", "narrow-socketcall"]
DROP = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


class Group(supervised.Group):
    def below(self):
        """Static C below a Go program: its resolver works on sockets that are not connected."""
        go = [self.fetch, "run"]
        for compiler in ("gcc", "musl-gcc"):
            program = base.build_c(self.world, "resolve", compiler)
            if not program:
                continue
            self.said(self.launch(*go, program, AWS, "80", base.IDENTITY), "HTTP/1.1 403 Forbidden",
                      compiler + ": below Go")
            self.said(self.launch(*go, *go, "sh", "-c", "%s %s 80 '%s'" % (program, AWS, base.IDENTITY)),
                      "HTTP/1.1 403 Forbidden", compiler + ": below Go, Go and a shell")
        program = base.build_c(self.world, "query", "gcc")
        for way in ("sendto", "sendmsg", "sendmmsg", "udp"):
            result = self.launch(*go, program, way, "198.51.100.1", AWS)
            self.tap.check(result.stdout.startswith("127.97."), "below Go: " + way, result)
        answered = self.launch("bash", "-c", "%s run %s narrow %s" % (self.fetch, self.past(), " ".join(METADATA)))
        self.narrow_said(answered, "below a preloaded shell and Go: a call of 32-bit programs")

    def past(self):
        return base.build_c(self.world, "past", "gcc")

    def narrow_said(self, result, name):
        """Where the kernel knows no 32-bit programs their calls kill, supervised or not."""
        if "supported" not in self.__dict__:
            probe = subprocess.run([self.past(), "narrow", "127.0.0.1", "1", "/"], check=False, capture_output=True,
                                   text=True)
            self.supported = "refused" in probe.stdout
        if self.supported:
            self.said(result, "HTTP/1.1 200 OK", name)

    def narrow(self):
        """32-bit programs, and 64-bit ones that make their calls."""
        plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), local_tls.Handler)
        threading.Thread(target=plain.serve_forever, daemon=True).start()
        for way in ("narrow", "packed"):
            self.narrow_said(self.launch(self.past(), way, *METADATA), way + ": answered")
            result = self.launch(self.past(), way, "127.0.0.1", str(plain.server_address[1]), "/")
            self.tap.check(not self.supported or " 200 " in result.stdout, way + ": others are reached", result)
        plain.shutdown()
        plain.server_close()
        if not self.supported:
            print("# no 32-bit programs here")
            return
        program = base.build_c(self.world, "query", "gcc")
        for way in NARROW:
            result = self.launch(program, way, "198.51.100.1", AWS)
            self.tap.check(result.stdout.startswith("127.97."), way + ": answered", result)
        program, why = base.build_go(self.world, "dial", "narrow")
        if not self.tap.check(program, "a program of 32 bits: built", why):
            return
        call = [program, AWS, "80", base.IDENTITY]
        self.said(self.launch(*call), "HTTP/1.1 403 Forbidden", "a program of 32 bits: launcher")
        self.said(self.launch(self.fetch, "run", *call), "HTTP/1.1 403 Forbidden", "a program of 32 bits: below Go")
        for way in ("execv", "posix_spawn"):
            self.said(self.world.run([base.EXEC_FAMILY, way, *call]), "HTTP/1.1 403 Forbidden",
                      "a program of 32 bits: " + way)
        result = self.world.run([base.LAUNCHER, "doctor", program], preload=False)
        self.tap.check(result.returncode == 0 and "word size" in result.stdout, "doctor knows it", result)

    def rings(self):
        """io_uring, and a write that connects: not there, as in a container; programs then do without."""
        plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), local_tls.Handler)
        threading.Thread(target=plain.serve_forever, daemon=True).start()
        there = ["127.0.0.1", str(plain.server_address[1]), "/"]
        bare = self.world.run([self.past(), "ring", *there], preload=False)
        if "200" not in bare.stdout:
            print("# no io_uring here: " + bare.stdout)
        for where in (METADATA, there):
            for before in ([], [self.fetch, "run"]):
                result = self.launch(*before, self.past(), "ring", *where)
                self.tap.equal(result.stdout.strip(), "ring: Function not implemented",
                               "a ring to %s %s" % (where[0], "below Go" if before else ""))
        result = self.launch(self.past(), "open", *METADATA)
        self.tap.equal(result.stdout.strip(), "open: Operation not supported", "a first write does not connect to us")
        result = self.launch(self.past(), "open", *there)
        self.tap.check(" 200 " in result.stdout, "but to others", result)
        plain.shutdown()
        plain.server_close()

    def privileged(self):
        """A set-user-ID helper in Go keeps its privilege and is not intercepted, as a dynamic one is not; but
        below a supervised program of an ordinary user the kernel gives it none."""
        if os.geteuid() != 0 or subprocess.run([*DROP, "test", "-x", base.LAUNCHER], check=False).returncode:
            print("# not as an ordinary user")
            return
        env = self.nobody()
        helper = self.world.path("helper")
        shutil.copy(self.fetch, helper)
        os.chmod(helper, 0o4755)
        who = [helper, "who"]
        if subprocess.run([*DROP, *who], capture_output=True, text=True, check=False).stdout.strip() != "0":
            print("# no set-user-ID programs on this file system")
            return
        self.said(self.launch(*who, env=env, before=DROP), "0", "launcher: the helper has its privilege")
        self.said(self.world.run([*DROP, base.EXEC_FAMILY, "execv", *who], env=env), "0",
                  "from a preloaded program: the helper has its privilege")
        self.said(self.launch(self.fetch, "run", *who, env=env, before=DROP), str(base.NOBODY),
                  "below a supervised program: none")
        self.said(self.launch(*who), "0", "root's helper")
        for program, status, word in ((helper, 1, "set-user-ID"), (self.fetch, 0, "no_new_privs")):
            result = self.world.run([*DROP, base.LAUNCHER, "doctor", program], env=env, preload=False)
            self.tap.check(result.returncode == status and word in result.stdout, "doctor says so: " + word, result)
        caller = [helper, "caller", box.SECOND]
        self.said(self.launch(*caller), box.SECOND, "as root it is supervised")


supervised.main(Group)

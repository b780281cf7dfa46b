# SPDX-License-Identifier: Apache-2.0
"""The tests of static programs on Debian's own kernel, which has Yama, in a virtual machine.

    scripts/test-yama [--build DIR] [--kernel FILE] [--kvm] [--only WORD]

Needs qemu-system-x86, go and gcc; nothing is installed. The kernel is Debian's package, fetched by
apt-get, or FILE (a vmlinuz; one that is too old for us must be refused). The machine has no disk:
its files are an archive in memory, of the build, the tests and those of this system's programs that
they use. What runs there is inside.sh; its results come over a serial line, as TAP. The exit
status is 1 when one of them failed or is missing.
"""
import argparse
import glob
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGE = "linux-image-cloud-amd64"
TOOLS = ("basename", "bash", "cat", "chmod", "curl", "env", "grep", "kill", "ln", "mkdir", "mount", "python3",
         "sed", "seq", "setpriv", "sh", "sleep", "test", "true", "uname", "unshare")
FILES = ("/etc/ssl/certs/ca-certificates.crt",)
TEXTS = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/sh\n",
    "/etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/nsswitch.conf": "hosts: files dns\n",
    "/etc/resolv.conf": "nameserver 127.0.0.1\n",
}
FOLDERS = ("/dev", "/proc", "/root", "/run", "/sys", "/tmp", "/var/tmp")
# Where the tree lies in the machine; an ordinary user may read it there.
PLACE = "/awsintercept"
PARTS = ("cli/awsintercept", "cli/awsintercept-tools", "preload/libawsintercept.so",
         "services/libawsintercept-core.so", "tests/static/exec_family")
STATIC_C = ("connects", "resolve", "sockets")
MEMORY = "1024"
# Seconds: a machine that is emulated on a busy one takes most of an hour.
LIMIT = 5400


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default=os.environ.get("AWI_BUILD", os.path.join(ROOT, "build")))
    parser.add_argument("--kernel", metavar="FILE", help="a vmlinuz; without it, Debian's is fetched")
    parser.add_argument("--kvm", action="store_true", help="by hardware virtualization, where it works")
    parser.add_argument("--only", metavar="WORD", default="", help="only the tests whose name has this word")
    return parser.parse_args()


def output(argv, **how):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True, **how).stdout


def fetch_kernel(folder):
    """The kernel of Debian's package, which is unpacked and not installed."""
    name = re.search(r"Depends: (linux-image-\S+)", output(["apt-cache", "depends", PACKAGE])).group(1)
    subprocess.run(["apt-get", "-q", "download", name], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    for package in glob.glob(os.path.join(folder, "*.deb")):
        subprocess.run(["dpkg-deb", "-x", package, os.path.join(folder, "kernel")], check=True)
    return glob.glob(os.path.join(folder, "kernel", "boot", "vmlinuz-*"))[0]


def build_programs(folder):
    """The static programs that the tests build themselves where there are compilers."""
    static = os.path.join(ROOT, "tests", "static", "programs")
    subprocess.run(["go", "build", "-buildvcs=false", "-o", os.path.join(folder, "fetch"), "."], check=True,
                   cwd=os.path.join(static, "fetch"), env=dict(os.environ, CGO_ENABLED="0", GOTOOLCHAIN="local"))
    for name in STATIC_C:
        subprocess.run(["gcc", "-static", "-w", "-D_GNU_SOURCE", "-o", os.path.join(folder, name + "-gcc"),
                        os.path.join(static, name + ".c")], check=True, stderr=subprocess.DEVNULL)


# --- the machine's files ---

class Archive:
    """Files in memory for the kernel to begin with: a cpio archive of the form newc."""

    def __init__(self, file):
        self.file = file
        self.names = set()
        self.number = 0

    def entry(self, name, mode, data=b""):
        self.number += 1
        raw = name.encode() + b"\0"
        fields = (self.number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + raw
        for part in (head, data):
            self.file.write(part + b"\0" * (-len(part) % 4))

    def folder(self, name):
        if name not in self.names and name != "/":
            self.folder(os.path.dirname(name))
            self.names.add(name)
            self.entry(name[1:], stat.S_IFDIR | (0o1777 if "tmp" in name else 0o755))

    def data(self, name, mode, data):
        if name not in self.names:
            self.folder(os.path.dirname(name))
            self.names.add(name)
            self.entry(name[1:], stat.S_IFREG | mode, data)

    def copy(self, name, source):
        with open(source, "rb") as file:
            self.data(name, 0o755 if os.access(source, os.X_OK) else 0o644, file.read())

    def program(self, name, source):
        """With the libraries that it needs, by the names under which it looks for them."""
        self.copy(name, source)
        listed = subprocess.run(["ldd", source], capture_output=True, text=True, check=False).stdout
        for library in re.findall(r"(/\S+) \(0x", listed):
            self.copy(library, library)

    def tree(self, place, source, skip=()):
        for path, folders, names in os.walk(source):
            folders[:] = [f for f in folders if f not in skip]
            for name in names:
                full = os.path.join(path, name)
                to = os.path.join(place, os.path.relpath(full, source))
                if name.endswith(".so"):
                    self.program(to, full)
                elif os.path.isfile(full):
                    self.copy(to, full)

    def end(self):
        self.entry("TRAILER!!!", 0)


def pack(path, build, programs):
    with open(path, "wb") as file:
        archive = Archive(file)
        for folder in FOLDERS:
            archive.folder(folder)
        for name, text in TEXTS.items():
            archive.data(name, 0o644, text.encode())
        for name in FILES:
            archive.copy(name, name)
        for tool in TOOLS:
            found = shutil.which(tool, path="/usr/bin:/bin:/usr/sbin:/sbin")
            archive.program("/usr/bin/" + tool, os.path.realpath(found))
        archive.program("/bin/sh", os.path.realpath("/bin/sh"))
        library = output(["/usr/bin/python3", "-c", "import os; print(os.path.dirname(os.__file__))"]).strip()
        archive.tree(library, library, skip=("__pycache__", "test", "dist-packages", "idlelib", "ensurepip"))
        for part in PARTS:
            archive.program(os.path.join(PLACE, "build", part), os.path.join(build, part))
        for part in ("clients", "static", "yama"):
            for source in glob.glob(os.path.join(ROOT, "tests", part, "*.*")):
                archive.copy(os.path.join(PLACE, "tests", part, os.path.basename(source)), source)
        archive.tree(os.path.join(PLACE, "programs"), programs)
        archive.copy("/init", os.path.join(ROOT, "tests", "yama", "inside.sh"))
        archive.end()


# --- the machine ---

class Results:
    """What the groups of tests print, each with numbers of its own, as one."""

    def __init__(self):
        self.passed = self.failed = 0
        self.before = 0
        self.group = None
        self.ended = False

    def take(self, line):
        """The line as it is printed."""
        result = re.match(r"(not )?ok \d+(.*)", line)
        if result:
            self.failed += bool(result.group(1))
            self.passed += not result.group(1)
            return "%sok %d%s" % (result.group(1) or "", self.passed + self.failed, result.group(2))
        if line == "1..%d" % (self.passed + self.failed - self.before):
            self.group = None
            return "#"
        if line.startswith("# group ") or line == "# end":
            if self.group:
                self.failed += 1
                line = "not ok %d - %s ended early\n%s" % (self.passed + self.failed, self.group, line)
            self.before = self.passed + self.failed
            self.group = line[len("# group "):]
            self.ended = line.endswith("# end")
        return line


def boot(args, kernel, files, console):
    """Runs the machine to its end; prints what it says on its second serial line."""
    accelerator = ["-accel", "kvm"] if args.kvm else ["-accel", "tcg,thread=multi", "-cpu", "max"]
    machine = subprocess.Popen(
        ["timeout", str(LIMIT), "qemu-system-x86_64", "-nodefaults", "-no-reboot", "-display", "none", *accelerator,
         "-m", MEMORY, "-smp", "2", "-kernel", kernel, "-initrd", files, "-serial", "file:" + console,
         "-serial", "stdio", "-append", "console=ttyS0 panic=-1 only=" + args.only],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    results = Results()
    try:
        for raw in machine.stdout:
            print(results.take(raw.decode(errors="replace").rstrip()), flush=True)
    finally:
        machine.terminate()
        machine.wait()
    return results


def main():
    args = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for tool in ("qemu-system-x86_64", "go", "gcc"):
        if not shutil.which(tool):
            sys.exit("test-yama: %s is not here" % tool)
    with tempfile.TemporaryDirectory(prefix="awi-yama-", dir="/var/tmp") as folder:
        programs, files, console = (os.path.join(folder, name) for name in ("programs", "files", "console"))
        os.mkdir(programs)
        kernel = args.kernel or fetch_kernel(folder)
        build_programs(programs)
        pack(files, args.build, programs)
        results = boot(args, kernel, files, console)
        if not results.ended:
            with open(console, encoding="utf-8", errors="replace") as file:
                print("".join("# " + line for line in file.readlines()[-30:]))
            print("# the machine did not get to the end")
    print("1..%d" % (results.passed + results.failed))
    print("# %d passed, %d failed" % (results.passed, results.failed))
    sys.exit(not results.ended or results.failed > 0 or results.passed == 0)


main()

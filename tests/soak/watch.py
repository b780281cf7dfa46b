# SPDX-License-Identifier: Apache-2.0
"""What is measured during a soak, and the rules about it."""
import glob
import os
import statistics
import subprocess
import time

# The first word of every violation.
RULES = ("clock", "descriptors", "ends", "files", "memory", "processes", "resets", "state", "writes")
EVERY = 0.5
MIB = 1 << 20
# How much more the last third of the time may show than the second one.
MORE_MEMORY = 4 * MIB
MORE_DESCRIPTORS = 8
MORE = 1.5


def private_memory(pid):
    with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) << 10
    return 0


def size_of(folder):
    """Bytes of all files below, as the disk counts them."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_blocks * 512
            except OSError:
                pass
    return total


class Watch:
    def __init__(self, soak):
        self.soak = soak
        self.due = 0
        self.samples = {}
        self.state = []
        self.before = set()

    def begin(self):
        self.before = set(glob.glob("/tmp/awsintercept-*"))

    def steady(self):
        """(name, pid) of what lives as long as the soak, supervisors included."""
        people = self.soak.people
        found = [("auditor", people.auditor.pid)]
        for person in people.everybody:
            if person.steady:
                pids = [person.process.pid] if person.kind != "static" else people.marked(person.name)
                found += [("%s %s" % (person.name, self.command(pid)), pid) for pid in pids]
        return found

    @staticmethod
    def command(pid):
        try:
            with open("/proc/%d/comm" % pid, encoding="ascii", errors="replace") as file:
                return file.read().strip()
        except OSError:
            return "gone"

    def tick(self):
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + EVERY
        self.state.append(size_of(self.soak.state))
        for name, pid in self.steady():
            try:
                fds, memory = len(os.listdir("/proc/%d/fd" % pid)), private_memory(pid)
            except OSError:
                continue
            self.samples.setdefault((name, pid), []).append((fds, memory))

    @staticmethod
    def thirds(values):
        """The median of the middle third and of the last one."""
        third = len(values) // 3
        return statistics.median(values[third:2 * third]), statistics.median(values[2 * third:])

    def end(self):
        for (name, _), samples in sorted(self.samples.items()):
            if len(samples) < max(9, len(self.state) // 2):
                continue
            fds, memory = [s[0] for s in samples], [s[1] for s in samples]
            before, after = self.thirds(fds)
            self.soak.numbers["descriptors of %s, most" % name] = max(fds)
            if after > before * MORE + MORE_DESCRIPTORS:
                self.soak.violation("descriptors: %s had %d, then %d" % (name, before, after))
            before, after = self.thirds(memory)
            self.soak.numbers["memory of %s, MiB" % name] = after / MIB
            self.soak.numbers["memory of %s, MiB more than before" % name] = (after - before) / MIB
            if after > before + MORE_MEMORY:
                self.soak.violation("memory: %s had %d KiB, then %d" % (name, before // 1024, after // 1024))
        before, after = self.thirds(self.state)
        self.soak.numbers["state, MiB, most"] = max(self.state) / MIB
        if after > before * MORE + 16 * MIB:
            self.soak.violation("state: %d KiB, then %d" % (before // 1024, after // 1024))

    def leftovers(self):
        """Everybody has ended: what is there now stays for ever."""
        people = self.soak.people
        big = people.big_objects()
        people.end_auditor()
        people.quiet("")
        listed = subprocess.run(people.tool("cli", "awsintercept") + ["accounts"], env=people.env(False),
                                capture_output=True, text=True, check=False)
        if listed.returncode:
            self.soak.violation("state: awsintercept accounts: %d %s" % (listed.returncode, listed.stderr))
        names = {os.path.relpath(p, self.soak.state).split(os.sep)[0]
                 for p in glob.glob(self.soak.state + "/*")}
        pending = os.listdir(os.path.join(self.soak.state, "pending"))
        blobs = sum(len(files) for _, _, files in os.walk(os.path.join(self.soak.state, "blobs")))
        self.soak.numbers["object files at the end"] = blobs
        if pending:
            self.soak.violation("files: in pending there are %s" % pending[:5])
        if blobs != big:
            self.soak.violation("files: %d objects need a file, there are %d files" % (big, blobs))
        strange = names - {"format", "data.mdb", "lock.mdb", "calls.ring", "blobs", "pending", "ca.pem"}
        if strange:
            self.soak.violation("files: the state has %s" % sorted(strange))
        left = os.listdir(os.path.join(self.soak.directory, "tmp"))
        if left:
            self.soak.violation("files: temporary ones are %s" % left)
        ours = [p for p in set(glob.glob("/tmp/awsintercept-*")) - self.before if self.is_ours(p)]
        if ours:
            self.soak.violation("files: %s" % ours)

    def is_ours(self, folder):
        """Was it made for this state? Other programs of the machine have such folders too."""
        try:
            with open(os.path.join(folder, "ca.pem"), encoding="ascii", errors="replace") as file:
                theirs = file.read()
            with open(os.path.join(self.soak.state, "ca.pem"), encoding="ascii", errors="replace") as file:
                mine = file.read()
        except OSError:
            return False
        at = mine.find("-----BEGIN CERTIFICATE-----")
        return at >= 0 and mine[at:].strip() in theirs

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The generator against goldens: small.json with its patch and records becomes small.h and small.c,
and each bad model is refused with the words of bad/expected.txt. --update writes the goldens anew.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GENERATOR = os.path.join(HERE, "..", "..", "scripts", "gen-model.py")
count = 0


def report(good, name, why=""):
    global count
    count += 1
    print("%s %d - %s" % ("ok" if good else "not ok", count, name))
    for line in why.splitlines() if not good else []:
        print("# " + line)


def generate(out, *options):
    return subprocess.run([sys.executable, GENERATOR, "--outdir", out, *options],
                          capture_output=True, text=True, timeout=60)


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def small(out):
    return generate(out, "--prefix", "small", "--model", os.path.join(HERE, "small.json"),
                    "--patch", os.path.join(HERE, "small.patch.json"),
                    "--records", os.path.join(HERE, "small.records.json"))


def main():
    with tempfile.TemporaryDirectory() as out:
        made = small(out)
        if "--update" in sys.argv:
            for name in ("small.h", "small.c"):
                shutil.move(os.path.join(out, name), os.path.join(HERE, name + ".golden"))
            return
        report(made.returncode == 0, "small is generated", made.stderr)
        for name in ("small.h", "small.c"):
            report(read(out, name) == read(HERE, name + ".golden"), name + " is the golden one",
                   "look at the difference, then run " + sys.argv[0] + " --update")
        for line in read(HERE, "bad", "expected.txt").splitlines():
            name, words = line.split(": ", 1)
            made = generate(out, "--prefix", "x", "--model",
                            os.path.join(HERE, "bad", name + ".json"))
            report(made.returncode == 1 and made.stderr.strip() == "gen-model: x: " + words,
                   "refused: " + name, made.stderr)
        for what, rows in (("without a reason", [{"path": ["shapes"], "value": 1}]),
                           ("of nothing", [{"path": ["shapes", "No", "min"], "value": 1,
                                            "reason": "r"}])):
            patch = os.path.join(out, "patch.json")
            with open(patch, "w", encoding="utf-8") as file:
                json.dump(rows, file)
            made = generate(out, "--prefix", "small", "--model", os.path.join(HERE, "small.json"),
                            "--patch", patch)
            report(made.returncode == 1 and "patch row 0" in made.stderr, "patch " + what,
                   made.stderr)
        only = os.path.join(out, "only.txt")
        for text, words in (("Get\n", None), ("Fly # no such\n", "no operation 'Fly'"),
                            ("Put Wings\n", "Put does not have all of Wings")):
            with open(only, "w", encoding="utf-8") as file:
                file.write("# a comment\n" + text)
            made = generate(out, "--prefix", "small", "--model", os.path.join(HERE, "small.json"),
                            "--only", only)
            good = (".other_names =" in read(out, "small.c") and "call_Get" in read(out, "small.c")
                    if words is None else made.returncode == 1 and words in made.stderr)
            report(good, "only " + text.strip(), made.stderr)
        clash = os.path.join(out, "records.json")
        with open(clash, "w", encoding="utf-8") as file:
            json.dump({"shapes": {"Tree": {"type": "string"}}}, file)
        made = generate(out, "--prefix", "small", "--model", os.path.join(HERE, "small.json"),
                        "--records", clash)
        report(made.returncode == 1 and "'Tree'" in made.stderr, "record with a taken name",
               made.stderr)
    print("1..%d" % count)


main()

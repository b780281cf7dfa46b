# SPDX-License-Identifier: Apache-2.0
"""The project's own files, for the checks in this folder; works in a checkout and in a tarball."""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCE_FOLDERS = ("include", "preload", "core", "services", "cli", "tests", "scripts", "docs", ".ci")
SKIPPED_FOLDERS = {"node_modules", "__pycache__", "corpus"}


def files(*suffixes, folders=SOURCE_FOLDERS, top=False):
    """Paths relative to the root, sorted, that end in one of the suffixes (all when none is given);
    top: the files that lie in the root too."""
    found = []
    if top:
        found += [n for n in os.listdir(ROOT) if os.path.isfile(os.path.join(ROOT, n))]
    for folder in folders:
        for where, below, names in os.walk(os.path.join(ROOT, folder)):
            below[:] = [b for b in below if b not in SKIPPED_FOLDERS]
            found += [os.path.relpath(os.path.join(where, n), ROOT) for n in names]
    return sorted(f for f in found if not suffixes or f.endswith(suffixes))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as source:
        return source.read()


def finish(name, problems, checked):
    """Prints the problems and ends with the status of a test."""
    for problem in problems:
        print(problem)
    if not checked:
        problems = ["nothing was checked"]
        print(problems[0])
    print("%s: %d files, %d problems" % (name, checked, len(problems)))
    sys.exit(1 if problems else 0)

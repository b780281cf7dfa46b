#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the shim's linker version script from hooks.def: exactly its rows are exported.

usage: gen-exports.py HOOKS.DEF OUTPUT.MAP
"""
import re
import sys

ROW = re.compile(r"^AWI_HOOK\w*\((?:[^,]+),\s*(\w+),", re.M)


def main():
    source, output = sys.argv[1:]
    with open(source, encoding="utf-8") as f:
        names = ROW.findall(f.read())
    if not names or len(names) != len(set(names)):
        sys.exit(f"{source}: no rows, or a name twice")
    with open(output, "w", encoding="utf-8") as f:
        f.write("{\nglobal:\n")
        f.writelines(f"    {name};\n" for name in names)
        f.write("local:\n    *;\n};\n")


if __name__ == "__main__":
    main()

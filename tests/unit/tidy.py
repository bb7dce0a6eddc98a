#!/usr/bin/python3
"""tidy: clang-tidy has nothing to say against any C file. The .clang-tidy nearest to it names the checks.

    tidy.py path/to/source path/to/build [FILE.c...]

With files, only these. Takes about a minute of CPU for all. Skipped where there is no clang-tidy.
"""
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap

SOURCE, BUILD, *CHOSEN = sys.argv[1:]
CLANG_TIDY = shutil.which("clang-tidy")
AT_ONCE = 20    # files of one run
WORKERS = os.cpu_count() or 1


def compiled_files():
    """Every C file of ours that the build compiles."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as f:
        files = {os.path.normpath(os.path.join(c["directory"], c["file"])) for c in json.load(f)}
    return sorted(file for file in files if file.endswith(".c") and
                  file.startswith(SOURCE + os.sep) and not file.startswith(BUILD + os.sep))


def complaints(files, *options):
    """Lines FILE:LINE: … [check] of clang-tidy."""
    told = subprocess.run(
        [CLANG_TIDY, "--quiet", *options, "-p", BUILD, *files],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    found = re.findall(r"^.*: (?:error|warning): .* \[[\w.,-]+\]$", told.stdout, re.M)
    assert found or told.returncode == 0, told.stdout[-2000:]
    return found


def nothing_is_said_against_any_file():
    if not CLANG_TIDY:
        raise tap.Skip("there is no clang-tidy")
    files = [os.path.abspath(name) for name in CHOSEN] or compiled_files()
    parts = [files[i:i + AT_ONCE] for i in range(0, len(files), AT_ONCE)]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        found = sorted({line for part in pool.map(complaints, parts) for line in part})
    print("# %d files" % len(files))
    assert not found, "\n" + "\n".join(found)


def what_it_is_there_for_is_found():
    if not CLANG_TIDY:
        raise tap.Skip("there is no clang-tidy")
    with tempfile.NamedTemporaryFile("w", suffix=".c") as file:
        file.write("int half(int a);\nint half(int a)\n{\n"
                   "    for (unsigned char i = 0; i < a; i++)\n        a--;\n"
                   "    if (a)\n        return a;\n    else\n        return 0;\n}\n")
        file.flush()
        found = " ".join(complaints([file.name], "--config-file=" + os.path.join(SOURCE, ".clang-tidy")))
    for check in ("bugprone-too-small-loop-variable", "readability-else-after-return"):
        assert check in found, (check, found)


if __name__ == "__main__":
    tap.play([nothing_is_said_against_any_file, what_it_is_there_for_is_found])

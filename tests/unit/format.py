#!/usr/bin/python3
"""format: every C file is laid out as clang-format would lay it out.

    format.py path/to/source

`clang-format -i FILE` mends a file. Skipped where there is no clang-format.
"""
import os
import shutil
import subprocess
import sys
import tempfile

import tap

SOURCE = sys.argv[1]
FOLDERS = ("include", "lib", "daemon", "tools", "tests")
CLANG_FORMAT = shutil.which("clang-format")


def c_files():
    return sorted(os.path.join(parent, name) for folder in FOLDERS
                  for parent, _, names in os.walk(os.path.join(SOURCE, folder))
                  for name in names if name.endswith((".c", ".h")))


def badly_laid_out(files):
    """What clang-format says against these files: a line each, or nothing."""
    if not CLANG_FORMAT:
        raise tap.Skip("there is no clang-format")
    style = "--style=file:" + os.path.join(SOURCE, ".clang-format")
    told = subprocess.run([CLANG_FORMAT, style, "--dry-run", "--Werror", *files],
                          stderr=subprocess.PIPE, text=True, check=False)
    assert told.returncode in (0, 1), told.stderr
    return [line for line in told.stderr.splitlines() if ": error: " in line]


def every_c_file_is_laid_out_as_clang_format_would():
    files = c_files()
    assert len(files) > 500, "only %d C files were found" % len(files)
    wrong = badly_laid_out(files)
    assert not wrong, "run clang-format -i on these:\n" + "\n".join(wrong[:20])


def a_file_in_another_layout_is_found():
    with tempfile.NamedTemporaryFile("w", suffix=".c") as file:
        file.write("int  sum( int a, int b ){ return a+b; }\n")
        file.flush()
        assert badly_laid_out([file.name])


if __name__ == "__main__":
    tap.play([every_c_file_is_laid_out_as_clang_format_would, a_file_in_another_layout_is_found])

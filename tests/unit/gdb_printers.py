#!/usr/bin/python3
"""gdb_printers: what tools/lib/gdb.py makes of evenhand's values, in a program of its own.

    gdb_printers.py path/to/source COMPILER...

The program is not run: gdb reads its constants out of the file. Skipped where there is no gdb.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap

SOURCE, *COMPILER = sys.argv[1:]

PROGRAM = """
#include <evenhand/base/base.h>
struct eh_stream_id { uint64_t ms, no; } id = {1772366400000, 7};
struct eh_str text = {"ana \\xc3\\xa5", 6}, empty, nowhere = {(const char *)8, 5};
char long_text[300] = {[0 ... 299] = 'x'};
struct eh_str longer = {long_text, 300};
uint8_t data[] = {1, 2, 255};
struct eh_bytes bytes = {data, 3, 3, false}, torn = {data, 1, 3, true};
struct eh_key key = {0x0123456789abcdef, 0x1};
struct eh_period week = {0, 2930}, month = {1, 24314}, quarter = {2, 8104};
struct eh_error error = {EH_EFULL, "", "the desk is full"}, none;
int64_t minor = 12995, debt = -5, share = 375000, whole = 1000000, at_us = 1772366400000001;
int32_t date = 20513;
int main(void) { return 0; }
"""

EXPECTED = {
    "text": '"ana å"', "empty": '""', "nowhere": "(points nowhere)",
    "longer": '"%s"... (300 bytes)' % ("x" * 200),
    "bytes": "3 bytes: 0102ff", "torn": "1 bytes, memory ran out: 01",
    "key": "01234567-89ab-cdef-0000-000000000001",
    "week": "2026-W09", "month": "2026-03", "quarter": "2026-Q1",
    "error": "3: the desk is full", "none": "no error", "id": "1772366400000-7",
    "$eh_money(minor)": '"129.95"', "$eh_money(minor, 0)": '"12995"', "$eh_money(debt)": '"-0.05"',
    "$eh_ppm(share)": '"37.5%"', "$eh_ppm(whole)": '"100%"', "$eh_date(date)": '"2026-03-01"',
    "$eh_time(at_us)": '"2026-03-01T12:00:00.000001Z"',
}


def printed(program):
    """{expression: what gdb prints of it}"""
    commands = [word for what in EXPECTED for word in ("-ex", "print " + what)]
    told = subprocess.run(
        ["gdb", "-nx", "-batch", "-x", os.path.join(SOURCE, "tools", "lib", "gdb.py"), *commands, program],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout
    found = re.findall(r"^\$\d+ = (.*)$", told, re.M)
    assert len(found) == len(EXPECTED), told
    return dict(zip(EXPECTED, found))


def each_value_is_printed_as_people_read_it():
    if not shutil.which("gdb"):
        raise tap.Skip("there is no gdb")
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "program")
        subprocess.run([*COMPILER, "-std=gnu17", "-g", "-no-pie", "-I" + os.path.join(SOURCE, "include"),
                        "-x", "c", "-", "-o", program], input=PROGRAM, text=True, check=True)
        found = printed(program)
    for what, text in EXPECTED.items():
        assert found[what] == text, "print %s: %s, not %s" % (what, found[what], text)


if __name__ == "__main__":
    tap.play([each_value_is_printed_as_people_read_it])

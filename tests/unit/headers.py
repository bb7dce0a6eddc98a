#!/usr/bin/python3
"""headers: each header compiles alone, whatever was included before it or not.

    headers.py path/to/source path/to/build COMPILER...

A public header (include/evenhand) is compiled as those who use libevenhand do: as C17 and as C++17,
with nothing else to find than what is installed. Any other header gets the flags of its neighbours.
"""
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

import tap

SOURCE, BUILD, *COMPILER = sys.argv[1:]
WORKERS = os.cpu_count() or 1
PUBLIC = os.path.join("include", "evenhand")


def headers(folder):
    return sorted(os.path.relpath(os.path.join(parent, name), SOURCE)
                  for parent, _, names in os.walk(os.path.join(SOURCE, folder))
                  for name in names if name.endswith(".h"))


def flags_by_folder():
    """{folder of C files: all -I, -D and -std that any of them is compiled with}"""
    found = {}
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as f:
        for command in json.load(f):
            path = os.path.normpath(os.path.join(command["directory"], command["file"]))
            flags = found.setdefault(os.path.dirname(os.path.relpath(path, SOURCE)), {})
            for word in shlex.split(command["command"]):
                if word.startswith(("-I", "-D", "-std=")):
                    flags.setdefault(word.split("=")[0] if word.startswith("-D") else word, word)
    return {folder: list(flags.values()) for folder, flags in found.items()}


FLAGS = flags_by_folder()


def flags_of(header):
    if header.startswith(PUBLIC + os.sep):
        return ["-std=c17", "-I" + os.path.join(SOURCE, "include")]
    folder = os.path.dirname(header)
    while folder not in FLAGS and folder:
        folder = os.path.dirname(folder)
    return FLAGS.get(folder, ["-std=gnu17", "-I" + os.path.join(SOURCE, "include")])


def compiled(text, flags, language="c"):
    """What the compiler says against this text; empty when nothing."""
    done = subprocess.run([*COMPILER, *flags, "-fsyntax-only", "-x", language, "-"], input=text, cwd=BUILD,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout if done.returncode != 0 else ""


def compile_alone(path, flags, language="c"):
    return compiled('#include "%s"\n' % path, [*flags, "-Wall", "-Wextra", "-Werror"], language)


def expect_alone(names, flags=None, language="c"):
    def try_one(name):
        return compile_alone(os.path.join(SOURCE, name), flags or flags_of(name), language)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        wrong = [text for text in pool.map(try_one, names) if text]
    print("# %d headers" % len(names))
    assert not wrong, "\n".join(wrong)


def each_public_header_compiles_alone():
    names = headers(PUBLIC)
    assert len(names) > 20, names
    expect_alone(names)


CPP = ["-std=c++17", "-I" + os.path.join(SOURCE, "include")]


def each_public_header_compiles_alone_as_cpp():
    if compiled("#include <cstddef>\n", CPP, "c++"):
        raise tap.Skip("there is no compiler of C++")
    expect_alone(headers(PUBLIC), CPP, "c++")


def cpp_calls_functions_of_c():
    """Each declaration of a public header that is no macro's, no type's and no inline one's."""
    begins = re.compile(r"^EH_C_BEGIN$(.*)^EH_C_END$", re.MULTILINE | re.DOTALL)
    declared = re.compile(r"^(?!static|typedef|#|EH_AUTO)[\w *]*?\b(eh_\w+)\([^{}]*?\)[^{};]*;", re.MULTILINE)
    outside = {}
    for name in headers(PUBLIC):
        with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/|//[^\n]*", "", file.read(), flags=re.DOTALL)
            outside[name] = declared.findall(begins.sub("", text))
    assert not any(outside.values()), {name: found for name, found in outside.items() if found}


def each_other_header_compiles_alone():
    names = [name for folder in ("lib", "daemon", "tools", "tests") for name in headers(folder)]
    assert len(names) > 100, names
    expect_alone(names)


def a_header_that_needs_another_one_first_is_found():
    with tempfile.NamedTemporaryFile("w", suffix=".h") as file:
        file.write("/* needs stdint.h */\nuint32_t number(void);\n")
        file.flush()
        assert "uint32_t" in compile_alone(file.name, flags_of(PUBLIC + "/x.h"))


TESTS = [each_public_header_compiles_alone, each_public_header_compiles_alone_as_cpp,
         cpp_calls_functions_of_c, each_other_header_compiles_alone,
         a_header_that_needs_another_one_first_is_found]

if __name__ == "__main__":
    tap.play(TESTS)

"""The kernel is compiled by one hand, loaded only where it is what it says, and never needed."""

import os
import subprocess
import sys

import pytest
from needs import need

from stormtracks.science import kernel
from stormtracks.science.kernel import build


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder in place of the package's own, and what has been loaded forgotten."""
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    monkeypatch.setattr(build, "sources", lambda: sorted(tmp_path.glob("*.[ch]")))
    monkeypatch.delenv(kernel.SWITCH, raising=False)
    build.built_from.cache_clear()
    kernel._loaded.cache_clear()
    (tmp_path / "kernel.h").write_text("#define EXPORTED\n")
    (tmp_path / "one.c").write_text('#include "kernel.h"\nconst char *built_from(void) { return BUILT_FROM; }\n')
    yield tmp_path
    build.built_from.cache_clear()
    kernel._loaded.cache_clear()


@pytest.fixture
def compiler():
    need("cc or gcc or clang")


HIDDEN = '__attribute__((visibility("default")))'


@pytest.fixture
def built(folder, compiler):
    """The library of a small kernel."""
    (folder / "kernel.h").write_text(f"#define EXPORTED {HIDDEN}\n")
    (folder / "one.c").write_text('#include "kernel.h"\nEXPORTED const char *built_from(void) { return BUILT_FROM; }\n')
    return build.build(folder)


def test_it_is_loaded_where_it_was_built(built):
    assert kernel.in_use() == "compiled" and kernel.library() is not None


def test_it_can_be_turned_off(built, monkeypatch):
    monkeypatch.setenv(kernel.SWITCH, "off")
    assert kernel.in_use() == "numpy" and kernel.library() is None


def test_of_other_sources_it_is_not_taken(built, folder):
    (folder / "one.c").write_text((folder / "one.c").read_text() + "\n")
    build.built_from.cache_clear()
    assert kernel.library() is None


def test_under_a_name_that_lies_it_is_not_taken(built, folder):
    (folder / "one.c").write_text((folder / "one.c").read_text() + "\n")
    build.built_from.cache_clear()
    built.rename(folder / build.name())
    assert kernel.library() is None


@pytest.mark.parametrize("content", [b"", b"\x7fELF and no more", b"text\n"])
def test_what_is_no_library_is_not_taken(folder, content):
    (folder / build.name()).write_bytes(content)
    assert kernel.library() is None


def test_it_is_compiled_once_and_older_ones_are_removed(built, folder):
    when = built.stat().st_mtime_ns
    assert build.build(folder) == built and built.stat().st_mtime_ns == when
    (folder / "one.c").write_text((folder / "one.c").read_text() + "\n")
    build.built_from.cache_clear()
    assert [path.name for path in folder.glob("*.so")] == [built.name]
    build.build(folder)
    assert [path.name for path in folder.glob("*.so")] == [build.name()]


def test_a_compiler_that_fails_says_why_and_leaves_nothing(folder, compiler):
    (folder / "one.c").write_text("int built_from(void) { return nothing; }\n")
    with pytest.raises(build.NotBuilt, match=r"cannot compile the kernel \(.*error.*nothing.*\); stormtracks"):
        build.build(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["kernel.h", "one.c"]


def in_place_of_a_compiler(folder, monkeypatch, script):
    """A program that is $CC, with its first arguments; "$place" is what it is to write."""
    program = folder / "no-compiler"
    program.write_text('#!/bin/sh\nuntil [ "$1" = -o ]; do shift; done\nplace=$2\n' + script)
    program.chmod(0o755)
    monkeypatch.setenv("CC", f"{program} with 'an argument'")


@pytest.mark.parametrize(
    "script", ['echo rubbish >"$place"', ': >"$place"', 'cp "$0" "$place"', "exit 0", "kill -9 $$"]
)
def test_what_is_not_a_library_is_not_put_in_place(folder, tmp_path_factory, monkeypatch, script):
    in_place_of_a_compiler(tmp_path_factory.mktemp("bin"), monkeypatch, script)
    with pytest.raises(build.NotBuilt, match="stormtracks runs on NumPy"):
        build.build(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["kernel.h", "one.c"]


@pytest.mark.parametrize("left", [0, 100, 5000, -33])
@pytest.mark.parametrize("padded", [False, True], ids=["cut", "the rest lost"])
def test_one_that_is_damaged_is_not_loaded_and_is_compiled_anew(built, left, padded):
    content = built.read_bytes()  # cut after 5000 bytes, the loader would end this process
    built.write_bytes(content[:left] + bytes(len(content) - len(content[:left])) * padded)
    assert kernel.library() is None
    assert build.build(built.parent).read_bytes() == content
    kernel._loaded.cache_clear()
    assert kernel.library() is not None


@pytest.mark.parametrize("how", ["by another user", "writable by others"])
def test_what_others_may_have_put_there_is_not_loaded_and_is_compiled_anew(built, monkeypatch, how):
    with monkeypatch.context() as patch:
        if how == "writable by others":
            built.chmod(0o777)
        else:
            patch.setattr(build.os, "fstat", lambda _: os.stat_result((0o100644, 0, 0, 1, 12345, 0, 0, 0, 0, 0)))
        assert kernel.library() is None
    build.build(built.parent)
    kernel._loaded.cache_clear()
    assert built.stat().st_mode & 0o022 == 0 and kernel.library() is not None


def test_a_sound_one_of_other_sources_under_its_name_is_compiled_anew(built, folder):
    (folder / "one.c").write_text((folder / "one.c").read_text() + "\n")
    build.built_from.cache_clear()
    built.rename(folder / build.name())
    build.build(folder)
    assert kernel.library() is not None


def test_an_older_one_that_cannot_be_removed_stays(built, folder):
    (folder / built.name.replace(build.built_from(), "0" * 16)).mkdir()
    built.unlink()
    assert build.build(folder) == built


def test_others_may_not_write_to_it(built):
    built.unlink()
    before = os.umask(0)
    try:
        assert build.build(built.parent).stat().st_mode & 0o022 == 0
    finally:
        os.umask(before)


def test_a_compiler_that_is_misquoted_is_named(folder, monkeypatch):
    monkeypatch.setenv("CC", 'gcc "-O2')
    with pytest.raises(build.NotBuilt, match=r'^CC=gcc "-O2 is not a command \(No closing quotation\): correct it; '):
        build.build(folder)


@pytest.mark.parametrize("flag", ["-ffast-math", "-funsafe-math-optimizations"])
def test_flags_of_the_compiler_leave_the_smallest_numbers_alone(built, monkeypatch, flag):
    built.unlink()
    monkeypatch.setenv("CC", f"{build._compiler()[0]} {flag}")
    tiny = "import ctypes, sys, numpy as np; ctypes.CDLL(sys.argv[1]); print((np.full(4, 2e-40, 'f4') / 2 > 0).all())"
    done = subprocess.run([sys.executable, "-c", tiny, str(build.build(built.parent))], capture_output=True)
    assert done.stdout == b"True\n"


@pytest.mark.parametrize(
    ("variable", "advice"),
    [
        ({"CC": "no-such-compiler"}, r"^no C compiler: CC=no-such-compiler is not found; .*; correct CC, or unset it$"),
        ({"PATH": "/nowhere"}, r"^no C compiler: stormtracks runs on NumPy, .*; to have one .*\S$"),
    ],
)
def test_without_a_compiler_it_is_one_line_and_no_failure(folder, variable, advice, monkeypatch):
    monkeypatch.delenv("CC", raising=False)
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(build.NotBuilt, match=advice):
        build.build(folder)


def test_from_a_shell_too(tmp_path):
    program = (
        "from pathlib import Path; from stormtracks.science.kernel import __main__, build\n"
        "build.FOLDER = build.build.__defaults__[0]; build.name = lambda: 'none'; __main__.main()"
    )
    alone = {"CC": "no-such", "PYTHONPATH": str(build.FOLDER.parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=alone, cwd=tmp_path, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (0, b"", 1)
    assert done.stderr.startswith(b"no C compiler: ")


def test_the_sources_compile_without_a_warning(tmp_path, compiler):
    assert build.build(tmp_path, ["-Werror"]).parent == tmp_path

"""The kernel is compiled by one hand, loaded only where it is what it says, and never needed."""

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


@pytest.mark.parametrize("variable", [{"CC": "no-such-compiler"}, {"PATH": "/nowhere"}])
def test_without_a_compiler_it_is_one_line_and_no_failure(folder, variable, monkeypatch):
    monkeypatch.delenv("CC", raising=False)
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(build.NotBuilt, match=r"^no C compiler: stormtracks runs on NumPy, .*\S$"):
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

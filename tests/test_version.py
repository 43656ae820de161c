"""The version of the code is a hash of what is brought to hosts."""

import shutil
import subprocess

import pytest
from needs import need

from stormtracks import version


@pytest.fixture
def package(tmp_path):
    """A package of two modules and a C source, not in git."""
    folder = tmp_path / "package"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.py").write_text("a = 1\n")
    (folder / "sub" / "b.py").write_text("b = 2\n")
    (folder / "sub" / "c.c").write_text("int c = 3;\n")
    return folder


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "a.py").write_text("a = 2\n"),
        lambda folder: (folder / "a.py").rename(folder / "c.py"),
        lambda folder: (folder / "sub" / "b.py").rename(folder / "b.py"),
        lambda folder: (folder / "new.py").touch(),
        lambda folder: (folder / "sub" / "c.c").write_text("int c = 4;\n"),
        lambda folder: (folder / "sub" / "c.h").touch(),
    ],
)
def test_every_change_of_a_module_changes_it(package, change):
    before = version.content_hash(package)
    change(package)
    assert version.content_hash(package) != before


def test_a_checkout_and_its_tracked_files_elsewhere_are_the_same(package, tmp_path):
    need("git")
    copy = shutil.copytree(package, tmp_path / "copy")
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], cwd=package, check=True)
    (package / "mine.py").touch()
    (package / "sub" / "kernel-here.so").touch()
    (copy / "__pycache__").mkdir()
    assert version.content_hash(package) == version.content_hash(copy)


def test_it_names_the_release_too():
    assert version.code_version().startswith("1.0.0+")

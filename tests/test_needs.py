"""A test that cannot run here says why, and never in CI, where nobody would read it."""

import re
from pathlib import Path

import pytest
from needs import missing, need, need_library, need_module

TESTS = Path(__file__).parent
Skipped, Failed = pytest.skip.Exception, pytest.fail.Exception


def test_what_is_here_is_given_by_its_path():
    (shell, either) = need("sh", "no-such-program or sh")
    assert Path(shell).name == Path(either).name == "sh"
    assert need_module("needs").need is need


def test_programs_for_administrators_are_found_too(monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert missing("useradd or adduser") == []


@pytest.mark.parametrize(
    ("ask", "named"),
    [
        (lambda: need("sh", "tcsh-9", "git-9"), "tcsh-9, git-9"),
        (lambda: need("ip-9 or ifconfig-9"), "ip-9 or ifconfig-9"),
        (lambda: need("sh", root=True), "root"),
        (lambda: need_module("no_such_module"), "the module no_such_module"),
        (lambda: need_library("echo", "libnone.so"), "libnone.so"),
    ],
)
def test_what_is_not_here_skips_by_name_and_fails_in_ci(ask, named, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(Skipped, match=f"^needs {named}$"):
        ask()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Failed, match=f"^CI must have {named}, which"):
        ask()


def test_no_test_skips_otherwise():
    """Or CI would not fail where a program is not there."""
    silent = re.compile(r"pytest\.skip|importorskip|mark\.skip|mark\.xfail|shutil\.which")
    found = {path.name for path in TESTS.rglob("*.py") if silent.search(path.read_text())}
    assert found == {"needs.py", "test_needs.py"}

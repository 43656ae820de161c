"""Paths of hosts.yaml mean the host's home and variables, as in the shell lines, and nothing in them runs."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks import commands
from stormtracks.on_host.worker_files import expand


@pytest.fixture
def host(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me $(touch x)")
    monkeypatch.setenv("DATA", "/data/$HOME/~")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("~", "/home/me $(touch x)"),
        ("~/a b", "/home/me $(touch x)/a b"),
        ("x/~/y", "/base/x/~/y"),
        ("~me", "/base/~me"),
        ("$DATA/d", "/data/$HOME/~/d"),
        ("${DATA}d", "/data/$HOME/~d"),
        ("a$", "/base/a$"),
        ("$1", "/base/$1"),
        ("/x", "/x"),
    ],
)
def test_home_and_variables_are_replaced_once(host, text, path):
    assert expand(text, "/base") == Path(path)


def test_a_variable_that_is_not_set_is_refused(host):
    with pytest.raises(ValueError, match=r"\$NONE/x: the variable \$NONE is not set on this host"):
        expand("$NONE/x", "/base")


@given(text=st.text(st.sampled_from("~/$ {}ADT'\" ab"), min_size=1, max_size=12))
def test_the_shell_lines_mean_the_same(text):
    environment = {"HOME": "/home/it's", "A": "a b", "D": "$A", "AD": "~", "PATH": "/usr/bin:/bin"}
    shell = subprocess.run(
        ["sh", "-c", f"printf %s {commands.path(text)}"], env=environment, capture_output=True, text=True
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in ("T", "DA", "TA"):
            patch.delenv(name, raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            expected = expand(text, "/base")
        except ValueError:
            assert shell.returncode != 0
        else:
            assert Path("/base") / shell.stdout == expected

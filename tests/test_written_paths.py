"""A path of hosts.yaml means the same here, in a shell line, and to the program that is sent to a host."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_paths import ENVIRONMENT, MEANINGS, REFUSALS

from stormtracks import commands, paths
from stormtracks.on_host import receive


@pytest.fixture
def host(monkeypatch):
    monkeypatch.delenv("NONE", raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def by_the_shell(text, environment=None):
    """The folder that a shell line goes to; None where it refuses."""
    words = ["sh", "-c", f"printf %s {commands.path(text)}"]
    done = subprocess.run(words, env=environment or os.environ, capture_output=True, text=True)
    return None if done.returncode else Path("/base") / done.stdout


@pytest.mark.parametrize(("text", "path"), MEANINGS)
def test_a_path_means_the_same_to_all(host, text, path, monkeypatch):
    monkeypatch.setattr(Path, "cwd", lambda: Path("/base"))
    assert paths.expand(text, "/base") == receive.expand(text) == by_the_shell(text) == Path(path)


@pytest.mark.parametrize(("text", "message"), REFUSALS)
def test_what_one_refuses_all_refuse(host, text, message):
    with pytest.raises(paths.PathRefused) as here:
        paths.expand(text, where="'code' in hosts.yaml")
    with pytest.raises(receive.Refused) as there:
        receive.expand(text)
    assert str(here.value).startswith(f"'code' in hosts.yaml: {message}")
    assert str(here.value).partition(";")[0] == str(there.value).partition(";")[0]
    assert by_the_shell(text) is None or "user" in message  # sh keeps such a name; no folder has it, and `cd` says so


@given(text=st.text(st.sampled_from("~/$ {}ADT'\" ab"), min_size=1, max_size=12))
def test_any_path_means_the_same_to_the_shell(text):
    environment = {"HOME": "/home/it's", "A": "a b", "D": "$A", "AD": "~", "PATH": "/usr/bin:/bin"}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("T", "DA", "TA"):
            patch.delenv(name, raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            expected = paths.expand(text, "/base")
        except paths.PathRefused as refused:
            expected = None if "variable" in str(refused) else by_the_shell(text, environment)
        assert by_the_shell(text, environment) == expected

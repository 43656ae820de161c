"""The shell lines, run through the real shells: what hosts.yaml says arrives as it is, and nothing of it runs."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from needs import need

from stormtracks import commands

AWKWARD = " '\"`$;|&<>(){}[]*?~#!\\\n\t%^=-éa7"
words = st.text(
    st.one_of(st.sampled_from(AWKWARD), st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    min_size=1,
    max_size=12,
)
REPORT = "import json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd()]))"


def run(shell, line, **options):
    """What sshd does with a command: the login shell gets it as one word after -c."""
    return subprocess.run([shell, "-c", line], capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)


def literal(word):
    """The same word with no dollar or tilde in it, which alone have a meaning."""
    return word.replace("$", "S").replace("~", "t")


@pytest.fixture(params=["sh", "bash", "dash", "tcsh", "zsh", "ksh"])
def shell(request):
    """The path of each login shell."""
    return need(request.param)[0]


@pytest.fixture
def canary(tmp_path, monkeypatch):
    """A folder to be in, in which nothing may appear."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=words)
@example("a b; touch x")
@example("$(touch x)`touch x`")
@example("'; touch x; '")
@example('"; touch x; "')
@example("a\n touch x\n")
@example("!!7 !touch")
@example("\\041\\0\\")
@pytest.mark.slow
def test_any_word_arrives_as_it_is(canary, shell, name):
    word = literal(name)
    line = commands.wrapped(f"exec {sys.executable} -c {commands.path(REPORT)} x{commands.path(word)}")
    done = run(shell, line)
    expected = f"./{word}" if word.startswith("-") else word
    assert json.loads(done.stdout)[0] == [f"x{expected}"], done.stderr
    assert list(canary.iterdir()) == []


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(folder=words, action=words)
@example("$(touch x)", "`touch x`")
@example("~/$HOME;touch x", "!7\n;touch x")
@example("-", "-c")
def test_a_host_without_our_code_says_so_and_runs_nothing(canary, shell, folder, action):
    done = run(shell, commands.on_host(action, f"none/{folder}", "python3"))
    assert done.returncode in (commands.NO_CODE, 1, 2, 127)  # the others: a $VARIABLE that is not set
    assert list(canary.iterdir()) == []


def test_code_and_python_are_found_under_awkward_names(tmp_path, shell):
    code = tmp_path / "a 'b' $(touch x); !7"
    package = code / "stormtracks" / "on_host"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text(REPORT)
    (code / "py !`").symlink_to(sys.executable)
    line = commands.on_host("it's; $(touch y)", str(code).replace("$(", "${D}("), "./py !`")
    done = run(shell, line, env={**os.environ, "D": "$"}, cwd=tmp_path)
    assert json.loads(done.stdout) == [["it's; $(touch y)"], str(code)], done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [code.name]


def test_home_and_variables_are_the_hosts_and_are_not_evaluated(canary, shell):
    home, value = "/home/a b$(touch x)", "`touch y`; *"
    env = {**os.environ, "HOME": home, "VALUE": value}
    words = " ".join(map(commands.path, ["~/d", "~", "p/$VALUE/q", "${VALUE}r", "a~/b", "$", "$1", "~user"]))
    done = run(shell, commands.wrapped(f"exec {sys.executable} -c {commands.path(REPORT)} {words}"), env=env)
    expected = [f"{home}/d", home, f"p/{value}/q", f"{value}r", "a~/b", "$", "$1", "~user"]
    assert json.loads(done.stdout)[0] == expected, done.stderr
    assert list(canary.iterdir()) == []


def test_a_variable_that_is_not_set_is_never_taken_for_empty(canary, shell):
    done = run(shell, commands.on_host("check", "$NO_SUCH_VARIABLE/code", "python3"))
    assert done.returncode != 0
    assert "NO_SUCH_VARIABLE" in done.stderr
    assert "is not set" in done.stderr


def test_a_missing_python_is_told_from_missing_code(tmp_path, shell):
    package = tmp_path / "stormtracks" / "on_host"
    package.mkdir(parents=True)
    (package / "__main__.py").touch()
    assert run(shell, commands.on_host("check", str(tmp_path), ".venv/bin/python")).returncode == commands.NO_PYTHON
    assert run(shell, commands.on_host("check", str(tmp_path / "no"), "python3")).returncode == commands.NO_CODE


def test_a_program_is_sent_on_standard_input(shell):
    program = b"import sys; print(sys.stdin.buffer.read().decode().upper())"
    line = commands.send_program(sys.executable)
    sent = b"%d\n%sand its input" % (len(program), program)
    done = subprocess.run([shell, "-c", line], input=sent, capture_output=True)
    assert done.stdout.decode().strip() == "AND ITS INPUT", done.stderr


def test_the_lines_are_these():
    assert commands.on_host("start", "~/stormtracks", ".venv/bin/python") == (
        'exec sh -c \'c="$HOME"/stormtracks; case $c in /*) ;; *) c=./$c;; esac; '
        'cd "$c" 2>/dev/null && test -f stormtracks/on_host/__main__.py || exit 81; '
        "command -v .venv/bin/python >/dev/null 2>&1 || exit 82; exec .venv/bin/python -m stormtracks.on_host start'"
    )

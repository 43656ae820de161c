"""Text from elsewhere, as it may go to a terminal."""

import re
import subprocess
import sys
import textwrap
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.checkout import CHECKOUT
from stormtracks.terminal_text import clean, clean_line

ANY = st.text(st.characters(codec=None, exclude_categories=()))
WRITERS = {
    "console/classify.py", "console/command_line.py", "console/inspect.py", "console/list_summary.py",
    "console/refusing.py", "console/shown_results.py", "console/status.py", "console/summary.py", "console/terminal.py",
    "console/tables/output.py", "console/track.py", "console/verify.py",
    "download/progress_display.py", "fabfile.py", "hosts/logs.py", "hosts/outcomes.py",
    "hosts/trust.py", "notebook/progress.py", "pyro_cluster/manager/display.py", "pyro_cluster/pyro_manager.py",
    "pyro_cluster/pyro_nameserver.py", "pyro_cluster/pyro_task.py", "tasks.py",
    "science/kernel/__main__.py",
    "pyro_cluster/worker/inventory_main.py",  # JSON, into a pipe to the worker
}  # fmt: skip
STEERS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of controls, formats (bidirectional and zero-width ones), surrogates and other line ends."""


@given(ANY)
def test_nothing_that_steers_a_terminal_is_left(text):
    assert not STEERS & {
        unicodedata.category(character) for character in clean(text).replace("\n", "").replace("\t", "")
    }
    assert not STEERS & {unicodedata.category(character) for character in clean_line(text)}


@given(ANY)
def test_what_is_clean_can_be_encoded_and_stays_as_it_is(text):
    assert clean(text).encode().decode() == clean(clean(text))
    assert clean_line(clean_line(text)) == clean_line(text)


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp"), include_characters="\n\t")))
def test_what_can_be_seen_is_not_altered(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;cm0K\x07", "\\x1b]52;c;cm0K\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("50 %\rdone", "50 %\\rdone"),
        ("\udcff", "\\udcff"),
        ("\u2066a\u2069 \ufeff\u200b\u2028", "\\u2066a\\u2069 \\ufeff\\u200b\\u2028"),
        ("Réunion 東京 \u00a0 ✓", "Réunion 東京 \u00a0 ✓"),
    ],
)
def test_controls_are_spelled_out(text, shown):
    assert clean(text) == shown


def test_only_these_write_to_a_terminal():
    """Each of them cleans what comes from elsewhere; a new one is added here once it does."""
    writes = re.compile(r"\bprint\(|sys\.std(?:out|err)\.(?:buffer\.)?write|\bConsole\(")
    files = [*(CHECKOUT / "stormtracks").rglob("*.py"), CHECKOUT / "fabfile.py", CHECKOUT / "tasks.py"]
    lines = {
        path.relative_to(CHECKOUT).as_posix().removeprefix("stormtracks/"): writes.findall(
            re.sub(r"^ *(>>>|\.\.\.) .*$|output\(\)\.print\(|\bout\.print\(", "", path.read_text(), flags=re.MULTILINE)
        )
        for path in files
    }
    assert {name for name, found in lines.items() if found and not name.startswith("on_host/")} <= WRITERS


def test_logs_and_warnings_of_a_process_without_a_log_are_clean():
    """Also their tracebacks, of what another host raised."""
    lines = """
        import logging, warnings
        from stormtracks.terminal_text import clean_warnings
        clean_warnings()
        warnings.warn("a\\x9b2J")
        try:
            raise ValueError("b\\x1b[2J")
        except ValueError:
            logging.getLogger("stormtracks.any").exception("c\\x07")
    """
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(lines)], stderr=subprocess.PIPE, cwd=CHECKOUT)
    assert b"a\\x9b2J" in ran.stderr and b"b\\x1b[2J" in ran.stderr and b"c\\x07" in ran.stderr
    assert not STEERS & set(map(unicodedata.category, ran.stderr.decode().replace("\n", "")))


def test_a_line_stays_one_line():
    assert clean_line("a\n\tb") == "a\\n\\tb"


def test_errors_are_taken_as_they_are_shown():
    assert clean(ValueError("no \x07")) == "no \\x07"

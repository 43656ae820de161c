"""The soak itself, for as long as a test may take: see `benchmarks.chaos`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.netns
@pytest.mark.timeout(400)
def test_a_short_soak_loses_nothing_and_leaves_nothing(tmp_path):
    command = [sys.executable, "-m", "benchmarks.chaos", "--minutes", "0.5", "--seed", "7", "--keep", tmp_path]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = {what: int(number) for what, number in re.findall(r"^  (\S.*?) {2,}(\d+)$", done.stdout, re.MULTILINE)}
    assert figures["results lost"] == figures["results wrong"] == 0
    assert figures["faults injected"] >= 4
    assert figures["tasks"] == 32 * (figures["rounds"] + 2 * figures["rounds of a chain"]) > 0
    assert not _running(tmp_path)


@pytest.mark.slow
@pytest.mark.netns
def test_a_soak_that_is_ended_leaves_nothing(tmp_path):
    command = [sys.executable, "-u", "-m", "benchmarks.chaos", "--minutes", "5", "--keep", tmp_path]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as soak:
        struck = next(line for line in soak.stdout if " for " in line or "killed" in line)
        soak.terminate()
        output = soak.communicate(timeout=60)[0]
    assert soak.returncode == 1, struck + output
    assert re.search(r"faults injected +[1-9]", output)
    assert not _running(tmp_path)


def _running(folder):
    """Command lines that still have the folder in them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command and "pytest" not in command.split(str(folder))[0]:
            found.append(command)
    return found

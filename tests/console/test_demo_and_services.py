"""What the commands that start processes here say where these do not start, or do not finish."""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from stormtracks.console import demo
from stormtracks.errors import BadValue

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("results", "again"),
    [(None, "run `inv demo` again"), ("my results", "run `inv demo --results 'my results'` again")],
)
def test_a_demo_that_fails_is_run_again_as_its_cluster_is_gone(monkeypatch, tmp_path, results, again):
    plans = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(demo, "_cluster", lambda *_: contextlib.nullcontext(9))
    monkeypatch.setattr(demo.pyro_manager, "run", lambda plan: plans.append(plan) or 1)
    with pytest.raises(SystemExit, match=r"^1$"):
        demo.demo(results)
    assert plans[0].again == again


def test_a_demo_of_a_sample_that_there_is_not_names_those_there_are():
    with pytest.raises(BadValue, match="unknown sample 'gfs'; known: 20crv2c_1987, gfs_2018"):
        demo.demo(sample="gfs")


@pytest.mark.parametrize("words", [[], ["--background"]], ids=["here", "background"])
@pytest.mark.slow
def test_a_taken_port_is_changed_in_the_hosts_file_that_was_given(tmp_path, words):
    with socket.create_server(("127.0.0.1", 0)) as other:
        file, port = tmp_path / "mine.yaml", other.getsockname()[1]
        file.write_text(f"nameserver: {{port: {port}}}\nworkers:\n  - {{name: w, launch: local}}\n")
        line = [sys.executable, "-m", "invoke", "nameserver", "--hosts", str(file), *words]
        state = {"STORMTRACKS_HOME": str(tmp_path), "STORMTRACKS_SECRET": str(tmp_path / "secret.pem")}
        done = subprocess.run(line, cwd=ROOT, env=os.environ | state, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"another program uses it; choose another port in {file} (nameserver: port)\n" in done.stderr
    assert not words or done.stderr.startswith("error: the nameserver did not start: ended with exit status 1;")

"""The folder of the state: another user's, read-only, full, without locks, without a home; real processes meet it."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from needs import need

from stormtracks import disk
from tests.faults.stage import CHECKOUT, Stage, fill, small_disk
from tests.sshd import free_port

NAMESERVER = ["-m", "stormtracks.pyro_cluster.pyro_nameserver", "--port", "0"]
WORKER = ["-m", "stormtracks.pyro_cluster.pyro_worker", "--name", "w"]
BACKGROUND = ["-m", "invoke", "nameserver", "--background"]
START = ["-m", "fabric", "start-workers"]
CHECK = ["-m", "fabric", "check"]
STATUS = ["-m", "invoke", "status"]
STOP = ["-m", "invoke", "stop-nameserver"]


def ends(arguments, *inside, **environment):
    """Exit status and output of a command that must end by itself."""
    done = subprocess.run(
        [*inside, sys.executable, *arguments],
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stdout
    return done.returncode, " ".join(done.stdout.split())


def hosts(folder, scratch=None):
    """A hosts.yaml with one worker, here."""
    data = CHECKOUT / "sample" / "20crv2c_1987"
    worker = {"name": "w", "launch": "local", "data": str(data), "results": str(folder / "results")}
    if scratch:
        worker["scratch"] = str(scratch)
    path = folder / "hosts.yaml"
    path.write_text(json.dumps({"nameserver": {"port": free_port("127.0.0.1")}, "workers": [worker]}))
    return path


@pytest.mark.parametrize("command", [NAMESERVER, WORKER, STATUS], ids=["nameserver", "worker", "status"])
def test_a_state_that_others_may_write_is_refused(state, command):
    state.chmod(0o777)
    status, said = ends(command)
    assert status in (1, 2)
    assert f"{state} can be written by others (mode 0777): run 'chmod 700 {state}', or choose another" in said


@pytest.mark.slow
@pytest.mark.parametrize("planted", ["by us", "in a state open to others", "and locked", "by another user, and locked"])
def test_a_planted_pid_file_ends_no_process(state, planted, give_away):
    innocent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    start = Path(f"/proc/{innocent.pid}/stat").read_text().rpartition(")")[2].split()[19]
    (state / "nameserver.pid").write_text(f"{innocent.pid} {start} {socket.gethostname()}\n")
    (state / "nameserver.pid").chmod(0o666)
    if planted == "in a state open to others":
        state.chmod(0o777)
    lock = disk.lock(state / "nameserver.pid") if "locked" in planted else contextlib.nullcontext()
    if planted.startswith("by another user"):
        need(root=True)  # to give a file away
        (state / "nameserver.pid").chmod(0o644)
        give_away(state / "nameserver.pid")
    with lock:
        said = ends(STOP)
    assert said == (0, "no nameserver is running on this machine")
    assert innocent.poll() is None
    innocent.communicate(b"\n", timeout=30)
    assert innocent.returncode == 0


@pytest.mark.netns
@pytest.mark.parametrize(
    ("command", "how"),
    [
        (NAMESERVER, "full"),
        (NAMESERVER, "read-only"),
        (BACKGROUND, "full"),
        (WORKER, "full"),
        (WORKER, "read-only"),
        (START, "full"),
        (CHECK, "read-only"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[2] if value[1] == "fabric" else value[1],
)
@pytest.mark.slow
def test_a_state_that_cannot_be_written_is_named(state, tmp_path, how, command):
    need("mount", "umount", root=True)
    with small_disk(tmp_path / "disk", "64k") as disk:
        disk.chmod(0o700)
        if how == "full":
            fill(disk)
        else:
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        here = {"HOME": disk, "SECRET": state / "secret.pem", "HOSTS": hosts(tmp_path)}
        status, said = ends(command, **{f"STORMTRACKS_{name}": str(path) for name, path in here.items()})
    assert status == 1
    reason = {"full": "No space left on device", "read-only": "Read-only file system"}[how]
    if command is CHECK:
        assert re.search(rf"worker: cannot write in {disk}\S* as \S+ \({reason}\): .*, or set STORMTRACKS_HOME", said)
    else:
        assert re.search(rf"state cannot be written in {disk}.*: {reason}; free .*, or .* STORMTRACKS_HOME", said)


@pytest.mark.slow
def test_fab_check_and_the_worker_refuse_the_same_scratch_folder(state, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    scratch.chmod(0o777)
    for command in (CHECK, [*WORKER, "--scratch", str(scratch)]):
        status, said = ends(command, STORMTRACKS_HOSTS=str(hosts(tmp_path, scratch)))
        assert status == 1
        assert re.search(rf"{scratch} can be written by others .* /tmp/stormtracks-\$USER", said)


@pytest.mark.parametrize("command", [NAMESERVER, WORKER, STATUS], ids=["nameserver", "worker", "status"])
def test_without_a_home_the_variable_to_set_is_named(command):
    [unshare] = need("unshare")
    environment = dict.fromkeys(("HOME", "STORMTRACKS_HOME", "STORMTRACKS_SECRET"), "")
    status, said = ends(command, unshare, "--user", "--map-user=54321", **environment)
    assert status in (1, 2)
    assert "HOME is not set and the user id 54321 has no account" in said and "; set STORMTRACKS_HOME" in said


@pytest.mark.slow
def test_a_run_on_a_file_system_without_locks(state, tmp_path):
    """Everything works, and one of each is still one."""
    here = {"PYTHONPATH": f"{CHECKOUT / 'tests' / 'without_flock'}{os.pathsep}{CHECKOUT}"}
    stage = Stage(tmp_path, environment=here)
    try:
        worker = stage.worker("w", seconds=0.2)
        assert "cannot lock files (No locks available)" in worker.output()
        assert "already running" in ends([*WORKER[:3], "w"], **here)[1]
        manager = stage.manage(members=500)
        manager.until(lambda counts: counts["complete"] >= 1)
        assert "is already managed" in stage.manage(members=500).ends(4)
        manager.send_signal(signal.SIGTERM)
        manager.ends(130)
        assert re.search(r"complete +8\n", stage.manage("work", "--run", "next", members=8).ends(0))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
    finally:
        stage.close()
    assert list(state.rglob("*.pid")) in ([], [state / "nameserver.pid"])

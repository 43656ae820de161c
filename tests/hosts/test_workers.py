"""`fab start-workers`, `workers`, `logs` and `stop-workers` over a real sshd."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from processes import alive, children, wait_for

pytestmark = [pytest.mark.sshd, pytest.mark.slow]


def pid_of(said, name="w1"):
    return int(re.search(rf"^{name} +ok +\w+: pid (\d+)", said, re.MULTILINE)[1])


@pytest.mark.parametrize("shell", ["bash", "dash", "tcsh"])
def test_a_worker_outlives_the_session_under_any_login_shell(operator, sshd, entry, nameserver, shell):
    server = sshd("w1", login_shell=shell)
    operator.configure({"nameserver": nameserver, "workers": [entry("w1", server)]})
    started = operator.fab("start-workers")
    assert started.returncode == 0, started.stdout
    pid = pid_of(started.stdout)
    assert re.search(r"started: pid \d+ at 127\.0\.0\.1:\d+, 1 slot\(s\)", started.stdout)
    assert alive(pid)
    assert os.getsid(pid) == pid
    key = server.home / ".stormtracks" / "secret.pem"
    assert key.read_bytes() == (operator.state / "secret.pem").read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    group = [pid, *children(pid)]
    assert operator.fab("stop-workers").returncode == 0
    assert not any(map(alive, group))


def test_start_and_stop_may_be_said_twice(operator, sshd, entry, nameserver):
    operator.configure({"nameserver": nameserver, "workers": [entry("w1", sshd("w1"))]})
    pid = pid_of(operator.fab("start-workers").stdout)
    again = operator.fab("start-workers")
    assert again.returncode == 0
    assert f"running: pid {pid} at" in again.stdout
    looked = operator.fab("workers").stdout.splitlines()[1].split()
    assert looked[:3] == ["w1", "pid", f"{pid},"]
    assert looked[-1] == "idle"
    assert f"worker w1 ready: pid {pid}" in operator.fab("logs").stdout
    assert f"stopped gracefully: pid {pid}" in operator.fab("stop-workers").stdout
    again = operator.fab("stop-workers")
    assert (again.returncode, again.stdout) == (0, "w1 ok     not running\n")


def test_a_worker_that_was_started_otherwise_is_told(operator, sshd, entry, nameserver, tmp_path):
    server = sshd("w1")
    operator.configure({"nameserver": nameserver, "workers": [entry("w1", server)]})
    operator.fab("start-workers")
    operator.configure({"nameserver": nameserver, "workers": [entry("w1", server, results=str(tmp_path / "new"))]})
    again = operator.fab("start-workers")
    assert again.returncode == 1 and "but it was started with another results: run fab stop-workers" in again.stdout
    assert "it was started with another results" in operator.fab("check").stdout
    assert operator.fab("stop-workers").returncode == 0


def test_a_start_that_fails_shows_its_log(operator, sshd, entry, nameserver):
    operator.configure(
        {
            "nameserver": nameserver,
            "workers": [entry("w1", sshd("w1"), data="/no/such"), entry("w2", sshd("w2"), tasks="no.such:TABLE")],
        }
    )
    done = operator.fab("start-workers")
    assert done.returncode == 1
    assert "the data folder /no/such does not exist" in done.stdout
    assert "cannot load the tasks of no.such:TABLE" in done.stdout


def test_a_start_without_a_nameserver_says_so_and_leaves_nothing(operator, sshd, entry):
    server = sshd("w1")
    operator.configure({"nameserver": {"host": "localhost", "port": 1}, "workers": [entry("w1", server)]})
    done = operator.fab("start-workers")
    assert done.returncode == 1
    assert "no nameserver at localhost:1" in done.stdout
    assert "w1 ok     not running" in operator.fab("stop-workers").stdout


def test_what_a_killed_worker_left_is_found_and_ended(operator, sshd, entry, nameserver):
    operator.configure({"nameserver": nameserver, "workers": [entry("w1", sshd("w1"))]})
    pid = pid_of(operator.fab("start-workers").stdout)
    orphan = subprocess.Popen(["sleep", "600"], env=_environment(pid), start_new_session=True)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not alive(pid))
    looked = operator.fab("workers")
    assert looked.returncode == 1
    assert f"left over from it: pid {orphan.pid}" in looked.stdout
    assert "(left over from a worker)" in operator.fab("stop-workers").stdout
    assert orphan.wait(5) == -signal.SIGKILL


@pytest.mark.slow
def test_a_frozen_worker_is_killed_and_nothing_else_is_touched(operator, sshd, entry, nameserver):
    server = sshd("w1")
    operator.configure({"nameserver": nameserver, "workers": [entry("w1", server)]})
    pid = pid_of(operator.fab("start-workers").stdout)
    stranger = subprocess.Popen(["sleep", "600"])
    os.kill(pid, signal.SIGSTOP)
    done = operator.fab("stop-workers", "--patience", 0.5)
    assert (done.returncode, "stopped by KILL" in done.stdout) == (0, True)
    assert not alive(pid)
    pid_file = next((server.home / ".stormtracks").glob("*/worker-w1.pid"))
    pid_file.write_text(f"{stranger.pid} 1 {os.uname().nodename}\n")  # a stale file may name anybody
    assert "not running" in operator.fab("stop-workers").stdout
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.slow
def test_stop_waits_for_a_task_and_now_does_not(operator, sshd, entry, nameserver):
    server = sshd("w1")
    operator.configure({"nameserver": nameserver, "workers": [entry("w1", server)]})
    for words, how in ((["--patience", "60"], "gracefully"), (["--now"], "at once")):
        operator.fab("start-workers")
        seconds = 3 if how == "gracefully" else 600
        caller = operator.run("-c", _CALL, ready_uri(server), str(seconds), stdout=subprocess.PIPE)
        wait_for(lambda: "2000/0 for" in operator.fab("workers").stdout, what="the task")
        assert f"stopped {how}" in operator.fab("stop-workers", *words).stdout
        answer = caller.communicate(timeout=20)[0]
        assert (b"complete" in answer) == (how == "gracefully")


def test_the_log_is_followed_until_it_is_enough(operator, sshd, entry, nameserver):
    server = sshd("w1")
    operator.configure({"nameserver": nameserver, "workers": [entry("w1", server)]})
    operator.fab("start-workers")
    log = next((server.home / ".stormtracks").glob("*/worker-w1.log"))
    follower = operator.run("-m", "fabric", "logs", "--follow", stdout=subprocess.PIPE, text=True)
    assert "worker w1 ready" in "".join(follower.stdout.readline() for _ in range(2))
    with log.open("a") as file:
        file.write("one more line\n")
    assert follower.stdout.readline() == "w1  one more line\n"
    os.kill(follower.pid, signal.SIGINT)
    follower.wait(10)
    wait_for(lambda: not _log_readers(log), what="the end of the process that follows the log")


_CALL = """
import sys
from stormtracks.pyro_cluster import wire
with wire.proxy(sys.argv[1]) as worker:
    print(worker.do_work(2000, 0, "sleep", {"settings": {"seconds": float(sys.argv[2])}}))
"""


def ready_uri(server):
    """Where the worker of a server answers, from its ready file."""
    return next((server.home / ".stormtracks").glob("*/worker-w1.ready")).read_text().split()[3]


def _environment(pid):
    words = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(word.split("=", 1) for word in words if "=" in word)


def _log_readers(log):
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    return [line for line in lines if b"stormtracks.on_host\0log" in line]

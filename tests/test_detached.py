"""Services that outlive their starter: ready, or ended with a reason and the last lines of their log."""

import os
import signal
import sys

import pytest
from processes import alive, wait_for

from stormtracks.detached import NotStarted, last_lines, start
from stormtracks.pyro_cluster import pidfile

SERVICE = """
import sys, time
from stormtracks.pyro_cluster.pidfile import PidFile
with PidFile(sys.argv[1]) as file:
    print("here I am", flush=True)
    if sys.argv[2] == "ready":
        file.ready()
    time.sleep(99)
"""


@pytest.fixture
def begin(tmp_path):
    """Start a program: begin("code", words..., seconds=20, hopeless=...)."""

    def run(code, *words, seconds=20.0, **more):
        path = tmp_path / "service.pid"
        command = [sys.executable, "-c", code, str(path), *words]
        log = tmp_path / "state" / "service.log"
        ready = path.with_suffix(".ready")
        more |= {"environment": {}, "seconds": seconds, "ready": lambda: pidfile.read(ready)}
        return start("service", command, log, **more)

    return run


def test_a_service_that_is_ready_has_a_session_of_its_own_and_a_log(begin, tmp_path):
    process = begin(SERVICE, "ready")
    assert process.runs()
    assert last_lines(tmp_path / "state" / "service.log", 3) == ["here I am"]
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert os.getsid(process.pid) == process.pid
    os.kill(process.pid, signal.SIGTERM)


def test_one_that_ends_says_what_it_wrote_last(begin, tmp_path):
    with pytest.raises(NotStarted) as first:
        begin("import sys; print('one\\ntwo'); sys.exit('no port is free')")
    assert first.value.reason == "ended with exit status 1"
    assert first.value.log == ["one", "two", "no port is free"]
    log = tmp_path / "state" / "service.log"
    message = (
        f"the service did not start: ended with exit status 1; the last lines of {log}:\none\ntwo\nno port is free"
    )
    assert str(first.value) == message
    with pytest.raises(NotStarted) as second:
        begin("import sys; sys.exit('again')")
    assert second.value.log == ["again"]


@pytest.mark.slow
def test_one_that_is_not_ready_in_time_is_ended(begin, tmp_path):
    with pytest.raises(NotStarted, match=r"not ready after 1\.5 s"):
        begin(SERVICE, "never", seconds=1.5)
    assert not alive(pidfile.read(tmp_path / "service.pid").pid)


@pytest.mark.slow
def test_one_that_cannot_become_ready_is_not_waited_for(begin):
    with pytest.raises(NotStarted, match="the service did not start: nobody to register at"):
        begin(SERVICE, "never", seconds=60, hopeless=lambda: "nobody to register at")


@pytest.mark.slow
def test_a_ready_file_of_an_earlier_start_does_not_count(begin, tmp_path):
    first = begin(SERVICE, "ready")
    with pytest.raises(NotStarted, match="ended with exit status 1"):
        begin(SERVICE, "ready")  # the first one holds the file
    assert first.runs()
    os.kill(first.pid, signal.SIGKILL)
    wait_for(lambda: not first.runs())
    assert (tmp_path / "service.ready").exists()
    with pytest.raises(NotStarted):
        begin("import time; time.sleep(9)", seconds=0.3)

"""`fab collect`: results of a host, here, once and whole."""

import io
import json
import os

import pytest

from stormtracks.config import Cluster, Nameserver, WorkerHost
from stormtracks.hosts import collect
from stormtracks.hosts.links import HostFault
from stormtracks.hosts.shell_process import Done
from stormtracks.on_host import outbox

pytestmark = pytest.mark.sshd


@pytest.fixture
def results(operator, sshd, entry):
    """The results folder of a host, with three results and things that are none."""
    server = sshd("w1")
    operator.configure({"results": "collected", "workers": [entry("w1", server)]})
    folder = server.folder / "results"
    for name in (
        "1987/member_000.nc",
        "1987/member_001.nc",
        "1988/member_000.nc",
        "1988/.member_001.nc.1.new",
        "x/y.nc",
    ):
        path = folder / "vort_track" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(100_000))
    return folder


@pytest.mark.slow
def test_only_what_is_missing_is_brought(operator, results):
    here = operator.folder / "collected"
    assert "3 collected, 0 already here" in operator.fab("collect").stdout
    names = sorted(path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file())
    assert names == [f"vort_track/{name}.nc" for name in ("1987/member_000", "1987/member_001", "1988/member_000")]
    assert all((here / name).read_bytes() == (results / name).read_bytes() for name in names)
    (here / names[0]).unlink()
    assert "1 collected, 2 already here" in operator.fab("collect").stdout


@pytest.mark.slow
def test_ours_is_kept_unless_told(operator, results):
    operator.fab("collect")
    mine = operator.folder / "collected" / "vort_track" / "1987" / "member_000.nc"
    mine.write_bytes(b"mine")
    done = operator.fab("collect")
    assert done.returncode == 1
    assert "1 differ from the files here, such as vort_track/1987/member_000.nc. The files here are kept" in done.stdout
    assert mine.read_bytes() == b"mine"
    assert operator.fab("collect", "--overwrite").returncode == 0
    assert mine.stat().st_size == 100_000


class Deceiver:
    """A host that answers what it likes."""

    def __init__(self, *answers):
        self._answers = list(answers)

    def run(self, line, chunks=(), seconds=0):
        return collect_done(self._answers.pop(0))


def collect_done(answer):
    return Done(0, b"\x1estormtracks " + json.dumps(answer).encode() + b"\n", "")


@pytest.mark.parametrize("name", ["../../.ssh/authorized_keys", "/etc/passwd", "a/1987/../../member_000.nc", "x.nc"])
def test_a_host_cannot_write_elsewhere(tmp_path, name):
    worker = WorkerHost("w1")
    link = Deceiver({"folder": "/x", "results": {name: 1}})
    with pytest.raises(HostFault, match=r"which is not a result\. Nothing was collected"):
        collect.errand(_cluster(tmp_path, worker), tmp_path / "here")(link, worker)
    assert list(tmp_path.iterdir()) == []


def _cluster(folder, worker):
    return Cluster(Nameserver(), (worker,), folder / "results", folder / "hosts.yaml")


class Stream:
    """What comes over a connection that may end at any byte, or bring a wrong one."""

    def __init__(self, content):
        self.stdout, self.stdin = io.BytesIO(content), io.BytesIO()

    def finish(self, output=b""):
        return Done(0, output, "")

    def end(self):
        pass


SENT = b"".join(
    [
        b'\x1estormtracks {"sending": 1}\n',
        b'{"name": "vort_track/1987/member_000.nc", "size": 5}\n',
        b"hello",
        b'{"sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}\n',
        b'{"end": true}\n',
    ]
)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (SENT.replace(b"hello", b"hullo"), "was damaged on the way"),
        (SENT[:120], "ended in the middle"),
        (SENT[:95], "ended in the middle"),
        (SENT[:60], "ended in the middle"),
        (SENT.replace(b"member_000", b"member_001"), "was not requested"),
    ],
)
def test_what_did_not_arrive_whole_is_not_there(tmp_path, content, fault):
    class Link(Deceiver):
        def open(self, line):
            return Stream(content)

    worker = WorkerHost("w1")
    link = Link({"folder": "/x", "results": {"vort_track/1987/member_000.nc": 5}})
    with pytest.raises(HostFault, match=fault):
        collect.errand(_cluster(tmp_path, worker), tmp_path / "here")(link, worker)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("year", ["1987", "2025-06-01T00", "2025-06-01T0030"])
def test_what_arrived_whole_is_there(tmp_path, year):
    class Link(Deceiver):
        def open(self, line):
            return Stream(SENT.replace(b"1987", year.encode()))

    worker = WorkerHost("w1")
    link = Link({"folder": "/x", "results": {f"vort_track/{year}/member_000.nc": 5}})
    assert collect.errand(_cluster(tmp_path, worker), tmp_path)(link, worker).text == "1 collected, 0 already here"
    assert (tmp_path / "vort_track" / year / "member_000.nc").read_bytes() == b"hello"


def test_results_of_years_and_of_forecasts_are_given_out_and_no_others(tmp_path):
    names = ("1987", "2025-06-01T00", "2025-06-01", "2025-06-01T00:00", "old")
    for name in names:
        (tmp_path / "vort_track" / name).mkdir(parents=True)
        (tmp_path / "vort_track" / name / "member_000.nc").touch()
    given = outbox.run({"results": str(tmp_path), "local": False, "base": str(tmp_path)})["results"]
    assert list(given) == [f"vort_track/{name}/member_000.nc" for name in names[:2]]


def test_one_that_cannot_be_read_does_not_stop_the_others(tmp_path):
    names = ["vort_track/1987/member_000.nc", "vort_track/1987/member_001.nc"]

    class Link(Deceiver):
        def open(self, line):
            error = b'{"name": "vort_track/1987/member_001.nc", "error": "Permission denied"}\n'
            return Stream(SENT.replace(b'{"end"', error + b'{"end"'))

    link = Link({"folder": "/x", "results": dict.fromkeys(names, 5)})
    with pytest.raises(HostFault, match=r"1 result\(s\) could not be read on the host: .*Permission denied"):
        collect.errand(_cluster(tmp_path, WorkerHost("w1")), tmp_path)(link, WorkerHost("w1"))
    assert (tmp_path / names[0]).exists()


@pytest.mark.slow
def test_the_results_of_a_run_with_a_folder_of_its_own(operator, results):
    (results / "motion").mkdir()
    (results / "vort_track").rename(results / "motion" / "vort_track")
    assert "0 collected" in operator.fab("collect").stdout
    assert "3 collected, 0 already here" in operator.fab("collect", "--results", "motion").stdout
    assert len(list((operator.folder / "collected" / "motion").rglob("*.nc"))) == 3
    refused = operator.fab("collect", "--results", "../elsewhere")
    assert refused.returncode and "does not lie below the results folder" in refused.stdout

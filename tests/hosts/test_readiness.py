"""`fab check`: what is right and wrong with a host, and what to do about it."""

import getpass
import re
import shutil
import sys

import netCDF4
import pytest
from fab import ROOT
from sshd import free_port, make_key

pytestmark = pytest.mark.sshd


@pytest.mark.slow
def test_a_host_with_everything_but_data(operator, sshd, entry):
    operator.configure({"workers": [entry("w1", sshd("w1"))]})
    done = operator.fab("check")
    assert done.returncode == 1
    first, second, last = done.stdout.splitlines()
    assert re.fullmatch(r"w1 FAILED \d+ things are right, 1 to do:", first)
    assert re.match(r" +data: no year can be read in .* 'data' in hosts.yaml", second)
    assert last == "what was found: fab check --wide"
    wide = operator.fab("check", "--wide")
    columns = wide.stdout.splitlines()[1].split()
    assert wide.returncode == 1 and columns[:3] == ["w1", "ok", ".".join(map(str, sys.version_info[:3]))]
    assert "127.0.0.1" in columns and "w1 FAILED data: no year can be read in" in wide.stdout


@pytest.mark.slow
def test_faults_are_told_with_what_to_do(operator, sshd, entry):
    server = sshd("w1")
    broken = {"data": "/no/such", "results": "/proc/no", "best_tracks": "/no/ibtracs.nc", "bind": "127.0.0.1"}
    operator.configure({"nameserver": {"host": "192.0.2.1"}, "workers": [entry("w1", server, **broken)]})
    said = operator.fab("check").stdout
    assert "data: /no/such is not a folder on this host: put the reanalysis there, or set 'data' in hosts.yaml" in said
    assert "results: cannot write in /proc as" in said
    assert "best tracks: /no/ibtracs.nc cannot be read on this host" in said
    assert "binds: 127.0.0.1 cannot be reached from other machines: set 'bind' in hosts.yaml" in said


@pytest.mark.slow
def test_best_tracks_are_looked_at_as_a_task_reads_them(operator, tmp_path):
    (tmp_path / "tracks.txt").write_text("start\t3\t1999\t9\t10\t0\n")
    worker = {"name": "w1", "launch": "local", "best_tracks": str(tmp_path / "tracks.txt")}
    operator.configure({"workers": [worker]})
    said = " ".join(operator.fab("check").stdout.split())
    assert "best tracks: " in said
    assert "tracks.txt: the tracks of a model or a tracker (TempestExtremes), not observed storms" in said


@pytest.mark.slow
def test_a_ready_host_says_what_a_task_would_remark(operator, tmp_path):
    data = tmp_path / "other level"
    data.mkdir()
    for wind in "uv":
        shutil.copy(ROOT / f"sample/20crv2c_1987/{wind}850_1987.nc", data / f"{wind}500_1987.nc")
        with netCDF4.Dataset(data / f"{wind}500_1987.nc", "a") as nc:
            nc.renameVariable(f"{wind}850", f"{wind}500")
    operator.configure({"workers": [{"name": "w1", "launch": "local", "data": str(data)}]})
    done = operator.fab("check")
    assert re.search(r"^w1 ok +\d+ things are right\n +note: data: ", done.stdout)
    assert "there is no level 850 hPa; choose level_hpa from 500, or fetch the level" in done.stdout
    assert "FAILED" not in done.stdout
    assert done.returncode == 0


FAULTS = {
    "code": ({"code": "~/none"}, "no code in ~/none: run fab deploy"),
    "python": ({"python": ".venv/bin/nopython"}, "no .venv/bin/nopython in"),
    "variable": ({"code": "$NO_SUCH/code"}, "'code' in hosts.yaml: $NO_SUCH/code: the variable $NO_SUCH is not set on"),
    "own variable": (
        {"data": "$NO_SUCH/data"},
        "'data' in hosts.yaml: $NO_SUCH/data: the variable $NO_SUCH is not set on",
    ),
    "name": ({"address": "no-such-host.invalid"}, "no SSH connection to no-such-host.invalid"),
    "user": ({"user": "no-such-user"}, "refuses to log in no-such-user"),
}


@pytest.mark.slow
def test_each_host_has_its_own_line_and_none_stops_the_others(operator, sshd, entry):
    server = sshd("w1")
    workers = [entry(name.replace(" ", "-"), server, **more) for name, (more, _) in FAULTS.items()]
    workers = [{"user": getpass.getuser(), **one, "address": one["address"]} for one in workers]
    operator.ssh.joinpath("config").write_text(
        "".join(f"Host {one['name']}\n  Hostname {one.pop('address')}\n  Port {one.pop('port')}\n" for one in workers)
    )
    operator.configure({"workers": workers})
    said = " ".join(operator.fab("check").stdout.split())
    for name, (_, fault) in FAULTS.items():
        assert name.replace(" ", "-") + " FAILED" in said
        assert fault in said


@pytest.mark.slow
def test_nobody_listens(operator, sshd, entry):
    operator.configure({"workers": [entry("w1", sshd("w1"), port=free_port())]})
    done = operator.fab("check")
    assert done.returncode == 1
    assert "refuses SSH: start its sshd, or correct 'port' in hosts.yaml" in done.stdout


@pytest.mark.slow
def test_a_key_that_the_host_does_not_know(operator, sshd, entry, tmp_path):
    other = make_key(tmp_path / "other")
    operator.configure({"workers": [entry("w1", sshd("w1"), identity=str(other))]})
    operator.key.unlink()
    assert "refuses to log in" in operator.fab("check").stdout


@pytest.mark.slow
def test_words_of_the_file_run_nothing_on_the_host(operator, sshd, entry):
    server = sshd("w1")
    canary = server.home / "canary"
    hostile = f'~/it\'s "x"; touch {canary}; $(touch {canary}) `touch {canary}`\n!7'
    more = dict.fromkeys(("data", "best_tracks", "scratch", "results"), hostile)
    worker = entry("w1", server, **more, env={"A_B": hostile}, prefix=[hostile])
    operator.configure({"workers": [worker, entry("w2", server, user=getpass.getuser(), code=hostile, python=hostile)]})
    said = operator.fab("check").stdout
    assert "is not a folder on this host" in said
    assert "w2 FAILED no code in" in said
    operator.fab("start-workers")
    assert not canary.exists()


@pytest.mark.slow
def test_workers_of_dask_are_not_at_fault(operator):
    dask = {"name": "cluster", "launch": "dask", "scheduler": "tls://10.0.0.7:8786", "data": "data"}
    operator.configure({"workers": [dask]})
    said = operator.fab("check", "--wide").stdout
    assert re.search(r"^cluster +-", said, re.MULTILINE) and "cluster nothing to start here" in said
    assert operator.fab("check").stdout.startswith("cluster ok     nothing to start here")

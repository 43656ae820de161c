"""A host that was broken into answers what it likes: it takes no memory, no disk, no time, and no file of ours."""

import json
import resource
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fabfile
from stormtracks.config import Cluster, Nameserver, WorkerHost
from stormtracks.hosts import asking, bounded_output, collect, logs, workers
from stormtracks.hosts.errors import HostFault
from stormtracks.hosts.links import Here
from stormtracks.pyro_cluster import secret
from stormtracks.science import pipeline

ROOT = Path(__file__).resolve().parents[2]
NAME = "vort_track/1987/member_000.nc"
MARK = 'printf "\\036stormtracks %s\\n" '


@pytest.fixture
def host(tmp_path):
    """A worker on a host whose python is a shell script: host(outbox=script, ...) -> (cluster, worker)."""

    def make(**scripts):
        python = tmp_path / "python"
        cases = "".join(f"{action}) {script};;\n" for action, script in scripts.items())
        python.write_text(f"#!/bin/bash\nread -r request\ncase $3 in\n{cases}esac\n")
        python.chmod(0o755)
        worker = WorkerHost("w1", launch="local", code=str(ROOT), python=str(python))
        return Cluster(Nameserver(), (worker,), tmp_path / "here", tmp_path / "hosts.yaml"), worker

    return make


def answer(content):
    return f"{MARK}'{json.dumps(content)}'"


def offered(size=5, name=NAME):
    return answer({"folder": "/x", "results": {name: size}})


def collected(cluster, worker, **more):
    return collect.errand(cluster, cluster.results, **more)(Here(), worker)


def nothing_is_left(cluster):
    return not [path for path in cluster.results.rglob("*") if path.is_file()]


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize(
    "script", ["yes", "cat /dev/zero", f"{MARK}; cat /dev/zero"], ids=["lines", "one line", "after the mark"]
)
@pytest.mark.parametrize("action", ["check", "outbox", "log"])
def test_an_endless_answer_is_refused_before_it_fills_the_memory(host, action, script):
    _, worker = host(**{action: script})
    before = peak_mb()
    with pytest.raises(HostFault, match=r"more than 16\.0 MB"):
        asking.ask(Here(), worker, action, {})
    assert peak_mb() < before + 150


@pytest.mark.parametrize(
    ("send", "fault"),
    [
        ("tr '\\0' x < /dev/zero", r"a line of more than 65\.5 kB"),
        (f"{answer({})}; tr '\\0' x < /dev/zero", r"a line of more than 65\.5 kB"),
        (f"{answer({})}; echo 5; ", "ended in the middle"),
        (f"{answer({})}; echo '{'[' * 20000}'", "ended in the middle"),
        (f"{answer({})}; echo '{json.dumps({'name': 5, 'size': 5})}'", "'5', which was not requested"),
        *(
            (f"{answer({})}; echo '{json.dumps({'name': NAME, 'size': size})}'; yes", "has changed on the host")
            for size in (-1, 4, 10**15, "5", None)
        ),
    ],
)  # fmt: skip
def test_what_is_streamed_is_bounded(host, monkeypatch, send, fault):
    monkeypatch.setattr(bounded_output, "ANSWER_BYTES", 10**6)
    monkeypatch.setattr(asking, "ANSWER_BYTES", 2**16)
    cluster, worker = host(outbox=offered(), send=send)
    with pytest.raises(HostFault, match=fault):
        collected(cluster, worker)
    assert nothing_is_left(cluster)


@pytest.mark.parametrize("sent", ["", f"echo '{json.dumps({'name': NAME, 'error': 'gone'})}'; "])
def test_results_that_are_listed_and_not_sent_are_not_called_collected(host, sent):
    listed = answer({"folder": "/x", "results": {NAME: 5, NAME.replace("000", "001"): 5}})
    cluster, worker = host(outbox=listed, send=f"{answer({})}; {sent}echo '{{\"end\": true}}'")
    with pytest.raises(HostFault, match=r"did not send [12] of the results that it lists"):
        collected(cluster, worker)


@pytest.mark.parametrize("name", ["../x", "a" * 101, "vort_track\n", "v\u00f6rt"])
def test_a_name_that_no_result_has_is_refused(host, name):
    cluster, worker = host(outbox=offered(name=f"{name}/1987/member_000.nc"))
    with pytest.raises(HostFault, match="which is not a result"):
        collected(cluster, worker)


@pytest.mark.parametrize("parts", ["[],", '{"a": 1},', "[[1]],"])
def test_an_answer_of_too_many_parts_is_refused_before_it_fills_the_memory(host, parts):
    many = f"printf '{{\"findings\": ['; yes '{parts}' | head -n 1000000 | tr -d '\\n'; echo ']}}'"
    _, worker = host(check=f"printf '\\036stormtracks '; {many}")
    before = peak_mb()
    with pytest.raises(HostFault, match="more parts than any action gives"):
        asking.ask(Here(), worker, "check", {})
    assert peak_mb() < before + 100


@pytest.mark.parametrize("size", [-1, 10**15, 1.5, "5", None, True])
def test_a_size_that_no_result_has_is_refused(host, size):
    cluster, worker = host(outbox=offered(size))
    with pytest.raises(HostFault, match="which no result has"):
        collected(cluster, worker)


def test_room_is_asked_for_before_anything_is_brought(host, monkeypatch):
    cluster, worker = host(outbox=offered(10**9), send="cat /dev/zero")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10**9))
    with pytest.raises(HostFault, match=r"need 1\.0 GB, but .*here has only 1\.0 GB free"):
        collected(cluster, worker)
    assert nothing_is_left(cluster)


@pytest.mark.parametrize(
    "send",
    ["sleep 60", "while :; do printf x; sleep 0.1; done", f"{answer({})}; while :; do printf x; sleep 0.1; done"],
)
def test_a_host_that_drips_is_given_up(host, monkeypatch, send):
    monkeypatch.setattr(asking.stream.__wrapped__, "__defaults__", (0.4,))
    cluster, worker = host(outbox=offered(), send=f"exec bash -c '{send}'".replace("'{}'", "{}"))
    with pytest.raises(HostFault, match=r"sends less than 4\.1 kB in 0\.4 s"):
        collected(cluster, worker)
    assert nothing_is_left(cluster)


@pytest.mark.slow
def test_a_slow_host_that_brings_enough_is_not(host):
    _, worker = host(send="for i in 1 2 3 4 5 6; do head -c 6000 /dev/zero | tr '\\0' x; echo; sleep 0.2; done")
    process = Here().open(f"echo x | {worker.python} -m x send")
    with bounded_output.BoundedOutput(process, seconds=0.4) as output:
        lines = list(iter(output.line, b""))
    assert len(lines) == 6


def test_a_log_that_is_followed_may_be_silent(host, capsys):
    cluster, worker = host(log=f"{answer({'path': '/x', 'lines': []})}; sleep 0.5; head -c 150000 /dev/zero")
    assert logs.follow(cluster, 3)(Here(), worker).text == "the connection ended"
    assert len(capsys.readouterr().out.splitlines()) == 3  # a line of 150 kB, in pieces


@pytest.mark.slow
def test_a_process_that_closes_its_output_and_stays_is_given_up(host, monkeypatch):
    monkeypatch.setattr("stormtracks.hosts.shell_process.END_SECONDS", 0.2)
    _, worker = host(look="exec 1>&-; sleep 60")
    with pytest.raises(HostFault, match="no answer, exit status None"):
        asking.ask(Here(), worker, "look", {})


def test_endless_errors_fill_no_memory(host):
    _, worker = host(look="tr '\\0' x < /dev/zero >&2")
    before = peak_mb()
    with pytest.raises(HostFault, match=r"no answer within 0\.5 s"):
        asking.ask(Here(), worker, "look", {}, seconds=0.5)
    assert peak_mb() < before + 50


def test_of_endless_errors_the_last_are_kept(host):
    _, worker = host(look="head -c 3000000 /dev/zero | tr '\\0' x >&2; echo; echo the last >&2; exit 3")
    with pytest.raises(HostFault, match="the last; run fab deploy") as refused:
        asking.ask(Here(), worker, "look", {})
    assert len(str(refused.value)) < 2**17


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """The file of a result of member 0, which the host has too."""
    folder = tmp_path_factory.mktemp("there")
    setup = {"data": str(ROOT / "sample" / "20crv2c_1987"), "results": str(folder)}
    return Path(pipeline.run_task(1987, 0, "vort_track", setup)["path"])


def sending(path, name):
    """Scripts of a host that sends this file under this name."""
    head = json.dumps({"name": name, "size": path.stat().st_size})
    digest = f'$(sha256sum < {path} | cut -d" " -f1)'
    tail = f'printf "{{\\"sha256\\": \\"%s\\"}}\\n" "{digest}"'
    return {
        "outbox": offered(path.stat().st_size, name),
        "send": f"{answer({})}; echo '{head}'; cat {path}; {tail}; echo '{{\"end\": true}}'",
    }


def test_a_result_is_taken(host, result):
    cluster, worker = host(**sending(result, NAME))
    assert collected(cluster, worker, check=fabfile._check_result).text == "1 collected, 0 already here"
    assert (cluster.results / NAME).read_bytes() == result.read_bytes()


@pytest.mark.parametrize("kind", ["another", "junk", "cut"])
def test_what_is_not_the_result_of_its_name_is_not_taken(host, result, tmp_path, kind):
    name = "vort_track/1987/member_001.nc" if kind == "another" else NAME
    file = tmp_path / "file"
    content = result.read_bytes()
    file.write_bytes({"another": content, "junk": b"junk" * 100, "cut": content[: len(content) // 2]}[kind])
    cluster, worker = host(**sending(file, name))
    with pytest.raises(HostFault, match=f"could not be read on the host: {name}: (holds|cannot be read as a result)"):
        collected(cluster, worker, check=fabfile._check_result)
    assert nothing_is_left(cluster)


def test_files_of_other_tasks_are_not_opened(host, tmp_path):
    (tmp_path / "file").write_bytes(b"mine")
    cluster, worker = host(**sending(tmp_path / "file", "mine/1987/member_000.nc"))
    worker = WorkerHost(worker.name, launch="local", code=worker.code, python=worker.python, tasks="mine:TASKS")
    assert collected(cluster, worker, check=fabfile._check_result).ok


@given(
    st.dictionaries(
        st.sampled_from([f"vort_track/1987/member_{n:03}.nc" for n in range(9)]), st.integers(0, 3), max_size=9
    ),
    st.dictionaries(st.integers(0, 8), st.integers(0, 3)),
)
def test_what_is_missing_and_what_differs(tmp_path_factory, there, here):
    folder = tmp_path_factory.mktemp("compared") / "vort_track" / "1987"
    folder.mkdir(parents=True)
    for number, size in here.items():
        (folder / f"member_{number:03}.nc").write_bytes(b"x" * size)
    missing, other = collect.compare(folder.parents[1], there)
    sizes = {f"vort_track/1987/member_{number:03}.nc": size for number, size in here.items()}
    assert missing == [name for name in there if name not in sizes]
    assert other == [name for name, size in there.items() if sizes.get(name, size) != size]


SHAPELESS = [[], {}, {"state": "running"}, {"state": 5}, {"findings": 5, "time": 0}, {"findings": {"a": 5}, "time": 0},
             {"path": 1, "lines": []}, {"path": "/x", "lines": [5]}, {"results": [1]}, {"folder": "/x", "results": 5},
             {"state": "running", "pid": 1, "uri": 5, "slots": 1, "seconds": "x", "memory_mb": 1, "processes": 1},
             {"state": "running", "pid": 1, "uri": "x", "slots": 1, "seconds": 1e300, "memory_mb": 1, "processes": 1},
             {"state": "running", "pid": 1, "uri": "x", "slots": 1, "seconds": 1, "memory_mb": 1, "processes": 1,
              "says": {"working": [{"year": 1}]}},
             {"state": "started", "pid": 1, "uri": "x", "slots": "2"}, {"error": {"a": 1}}]  # fmt: skip


@pytest.mark.parametrize("content", SHAPELESS, ids=range(len(SHAPELESS)))
@pytest.mark.parametrize("action", ["check", "look", "start", "stop", "key", "log", "outbox", "bytecode", "kernel"])
def test_an_answer_of_another_shape_is_refused(host, action, content):
    _, worker = host(**{action: answer(content)})
    with pytest.raises(HostFault):
        asking.ask(Here(), worker, action, {})


@pytest.mark.parametrize("uri", ["", "x", "PYRO:a@b", "PYRO:a@127.0.0.1:1", "PYRONAME:a"])
def test_an_address_that_is_none_is_said(monkeypatch, tmp_path, uri):
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path))
    secret.ensure()
    assert "this machine cannot reach it" in workers._unanswered(uri)

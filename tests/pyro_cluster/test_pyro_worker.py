import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from stormtracks.pyro_cluster import pidfile, secret, wire
from stormtracks.pyro_cluster.pyro_worker import PyroWorker
from stormtracks.pyro_cluster.worker import process as worker_process
from tests.processes import alive, children, wait_for

TABLE = "tests.cluster_tasks:TASKS"
OR_A_START = "or the start of a forecast written as 2025-06-01T00"


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    setup = {"results": str(tmp_path_factory.mktemp("results"))}
    with PyroWorker("unit", setup, slots=1, tasks=TABLE) as made:
        yield made


class Cluster:
    """A nameserver and workers as processes."""

    def __init__(self, launch, tmp_path):
        self.launch, self.tmp_path = launch, tmp_path
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.nameserver = self.start_nameserver()

    def start_nameserver(self):
        made = self.launch("pyro_nameserver", "--port", self.port)
        wait_for(self._answers, what="the nameserver")
        return made

    def _answers(self):
        try:
            with wire.nameserver("localhost", self.port):
                return True
        except wire.NoNameserver:
            return False

    def start_worker(self, name, *arguments, slots=1, **options):
        return self.launch(
            "pyro_worker",
            "--name",
            name,
            "--nameserver",
            f"localhost:{self.port}",
            "--tasks",
            TABLE,
            "--slots",
            slots,
            "--results",
            self.tmp_path / "results",
            *arguments,
            **options,
        )

    def ready(self, name):
        path = pidfile.worker_path(name).with_suffix(".ready")
        wait_for(lambda: pidfile.read(path), what=f"worker {name}")
        return wire.proxy(path.read_text().split()[3])

    def names(self):
        with wire.nameserver("localhost", self.port) as nameserver:
            return nameserver.list(prefix="stormtracks.worker.")


@pytest.fixture
def cluster(launch, tmp_path):
    return Cluster(launch, tmp_path)


def in_thread(call, *arguments):
    """Call in a thread; the list gets what it returns or raises."""
    got = []

    def run():
        try:
            got.append(call(*arguments))
        except Exception as error:
            got.append(error)

    threading.Thread(target=run, daemon=True).start()
    return got


def test_do_work_saves_a_result_and_tells(worker):
    reply = worker.do_work(2001, 7, "write_result")
    assert (reply["year"], reply["ensemble_member"], reply["task"]) == (2001, 7, "write_result")
    assert reply["status"] == "complete"
    assert reply["counts"] == {"steps": 4, "maxima": 3, "tracks": 2, "matches": 1}
    assert reply["host"] == socket.gethostname()
    assert json.loads(Path(reply["path"]).read_text()) == {"year": 2001, "member": 7}
    assert reply["seconds"] > 0
    assert (reply["skipped"], reply["error"], reply["traceback"]) == (False, None, None)


def test_settings_come_with_the_work_and_folders_do_not(worker):
    reply = worker.do_work(2001, 0, "echo", {"settings": {"threshold": 1e-5}, "overwrite": True})
    assert reply["setup"]["settings"] == {"threshold": 1e-5}
    assert reply["setup"]["overwrite"] is True
    refused = worker.do_work(2001, 0, "echo", {"data": "/etc"})
    assert refused["error"] == "BadValue: unknown option 'data'; known: settings, overwrite, timeout, run, results"


def test_results_go_below_the_workers_folder_and_nowhere_else(worker, tmp_path_factory):
    folder = Path(worker.describe()["places"]["results"])
    reply = worker.do_work(2001, 7, "write_result", {"results": "motion/first"})
    assert reply["path"] == str(folder / "motion/first/write_result/2001/member_007.json")
    (folder / "out").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    for escape in ("/etc", "..", "a/../../b", "", ".hidden", "out", "out/x", "x\0y", 3):
        refused = worker.do_work(2001, 0, "write_result", {"results": escape})
        assert refused["status"] == "failure", escape
        assert re.search("below|is not a name of a folder", refused["error"]), (escape, refused["error"])


def test_an_unknown_task_lists_what_is_known(worker):
    reply = worker.do_work(2001, 0, "vort_trak")
    assert reply["status"] == "failure"
    assert reply["error"].startswith("BadValue: unknown task 'vort_trak'; known: eat_memory, eat_slowly, echo, empty")


@pytest.mark.parametrize(
    ("year", "member", "options", "words"),
    [
        ("2001", 0, None, f"'year' must be a whole number of 0 or more, not '2001', {OR_A_START}"),
        ("2025-13-01T00", 0, None, f"'year' must be a whole number of 0 or more, not '2025-13-01T00', {OR_A_START}"),
        ("../x", 0, None, f"'year' must be a whole number of 0 or more, not '../x', {OR_A_START}"),
        (True, 0, None, f"'year' must be a whole number of 0 or more, not True, {OR_A_START}"),
        (2001.0, 0, None, f"'year' must be a whole number of 0 or more, not 2001.0, {OR_A_START}"),
        (2001, -1, None, "'ensemble_member' must be a whole number of 0 or more, not -1"),
        (2001, 0, {"timeout": 0}, "'timeout' must be a number of seconds above 0, not 0"),
        (2001, 0, {"timeout": "1"}, "'timeout' must be a number of seconds above 0, not '1'"),
    ],
)
def test_misuse_is_a_failure_in_words(worker, year, member, options, words):
    reply = worker.do_work(year, member, "empty", options)
    assert (reply["status"], reply["error"]) == ("failure", f"BadValue: {words}")


def test_a_start_is_a_year_to_a_worker(worker):
    reply = worker.do_work("2025-06-01T00", 3, "write_result")
    assert (reply["status"], reply["year"], reply["ensemble_member"]) == ("complete", "2025-06-01T00", 3)
    assert reply["path"].endswith("/write_result/2025-06-01T00/member_003.json")
    worker.do_work(2001, 0, "empty")
    worker.do_work("2025-06-01T00", 0, "empty")
    assert worker.describe()["years"] == ["2025-06-01T00"]  # of the one slot
    assert worker.list_results("write_result", ["2025-06-01T00", 1999])["names"] == [
        ["2025-06-01T00", ["member_003.json"]]
    ]
    assert (
        worker.claim_results("write_result", ["2025-06-01T00", "2025-06-08T00", 4], {"run": "a"}, "b")["refused"] == ""
    )


def test_a_refused_year_of_ten_million_letters_is_not_sent_back(worker):
    reply = worker.do_work("9" * 10**7, 0, "empty")
    assert reply["status"] == "failure" and len(str(reply)) < 2000


def test_a_refusal_is_said_to_be_final(worker):
    assert worker.do_work(1999, 0, "refuse")["final"] is True
    assert worker.do_work(1999, 0, "fail")["final"] is False


def test_a_task_that_lacks_the_result_of_another_says_which(worker):
    reply = worker.do_work(1999, 0, "lack")
    assert (reply["status"], reply["needs"]) == ("failure", "write_result") and "Lacks: there is no" in reply["error"]
    assert "needs" not in worker.do_work(1999, 0, "fail")


def test_a_task_that_takes_too_long_is_ended_when_that_is_asked_for(worker):
    got = in_thread(worker.do_work, 2001, 3, "hang_python")
    wait_for(lambda: worker.ping()["busy"])
    assert not worker.end_task(2001, 4, "hang_python", "no such one")
    wait_for(lambda: worker.end_task(2001, 3, "hang_python", "ended after 2 h"))
    wait_for(lambda: got)
    assert (got[0]["status"], got[0]["error"]) == ("timeout", "ended after 2 h")
    assert worker.do_work(2001, 3, "empty")["status"] == "complete"


def test_a_failure_and_a_timeout_are_told(worker):
    failed = worker.do_work(1999, 0, "fail")
    assert (failed["status"], failed["error"]) == ("failure", "ValueError: no data of 1999")
    assert "Traceback" in failed["traceback"]
    late = worker.do_work(1999, 0, "hang_python", {"timeout": 0.3})
    assert late["status"] == "timeout"
    assert "no answer within 0.3 s" in late["error"]


def test_describe_tells_who_and_what(worker):
    worker.do_work(2001, 0, "empty")
    told = worker.describe()
    assert told["worker"] == "unit"
    assert told["pid"] == os.getpid()
    assert "empty" in told["tasks"]
    assert told["about"] == {"colour": "blue"}
    assert told["done"] >= 1
    assert worker.ping() == {key: told[key] for key in worker.ping()}


def test_only_the_interface_is_exposed(worker, home, serve):
    daemon = wire.Daemon("localhost")
    with wire.proxy(serve(daemon).register(worker)) as proxy:
        results = {"list_results", "claim_results"}
        assert proxy._pyroMethods == {"do_work", "end_task", "ping", "describe", "stop"} | results
        assert proxy._pyroAttrs == set()


def test_silence_of_the_manager_is_said_once(worker, monkeypatch, caplog):
    monkeypatch.setattr("stormtracks.pyro_cluster.worker.callers.MANAGER_SILENT_SECONDS", 0.01)
    worker.do_work(2001, 0, "empty")
    time.sleep(0.05)
    worker.notice_silence()
    worker.notice_silence()
    assert [record.message for record in caplog.records if "no call from the manager" in record.message] == [
        next(record.message for record in caplog.records if "ready for the next" in record.message)
    ]


@pytest.mark.slow
def test_a_worker_registers_works_and_ends_cleanly(cluster):
    process = cluster.start_worker("one", slots=2)
    with cluster.ready("one") as worker:
        assert list(cluster.names()) == ["stormtracks.worker.one"]
        assert worker.do_work(2000, 1, "empty")["status"] == "complete"
        slots = children(process.pid)
        assert len(slots) == 2
    process.send_signal(signal.SIGTERM)
    log = process.communicate(timeout=10)[0]
    assert process.returncode == 0
    assert "2000 member 1 empty: complete" in log
    assert cluster.names() == {}
    assert not any(map(alive, slots))
    assert not pidfile.worker_path("one").exists()


@pytest.mark.slow
def test_stop_waits_for_running_tasks_and_sends_their_replies(cluster):
    process = cluster.start_worker("one")
    with cluster.ready("one") as worker, cluster.ready("one") as other:
        got = in_thread(worker.do_work, 2000, 1, "sleep", {"settings": {"seconds": 1.0}})
        wait_for(lambda: other.ping()["busy"])
        assert other.stop() == "stopping"
        with cluster.ready("one") as third:  # those that asked how it is are hung up, so that they ask again
            assert third.do_work(2000, 2, "empty")["status"] == "busy"
        assert process.wait(10) == 0
        assert wait_for(lambda: got)[0]["status"] == "complete"


@pytest.mark.slow
@pytest.mark.parametrize("how", ["stop now", "second SIGTERM", "SIGQUIT"])
def test_stop_now_does_not_wait(cluster, how):
    process = cluster.start_worker("one")
    with cluster.ready("one") as worker, cluster.ready("one") as other:
        got = in_thread(worker.do_work, 2000, 1, "hang_c")
        wait_for(lambda: other.ping()["busy"])
        if how == "stop now":
            other.stop(now=True)
        else:
            for number in [signal.SIGQUIT] if how == "SIGQUIT" else [signal.SIGTERM] * 2:
                os.killpg(process.pid, number)  # as `fab stop-workers` does; the slots are in the group too
                time.sleep(0.2)
        assert process.wait(10) == 0
        assert wait_for(lambda: got)[0]["status"] == "busy"  # nobody's fault, not done: to be done elsewhere


def test_kill_of_the_worker_leaves_nothing(cluster):
    process = cluster.start_worker("one", slots=2)
    with cluster.ready("one") as worker:
        got = in_thread(worker.do_work, 2000, 1, "hang_c")
        slots = wait_for(lambda: children(process.pid))
        process.kill()
        assert isinstance(wait_for(lambda: got, 2)[0], wire.ConnectionClosedError)
        wait_for(lambda: not any(map(alive, slots)), 2, "the end of the slots")
    cluster.start_worker("one")  # the name, the pid file and the ready file of the dead one do not hinder
    wait_for(lambda: pidfile.read(pidfile.worker_path("one")).pid != process.pid)
    with cluster.ready("one") as worker:
        assert worker.do_work(2000, 1, "empty")["status"] == "complete"


@pytest.mark.slow
def test_ping_answers_while_tasks_hang_and_crash(cluster):
    cluster.start_worker("one", slots=2)
    with cluster.ready("one") as worker, cluster.ready("one") as other, cluster.ready("one") as heart:
        heart._pyroTimeout = 2
        hanging = in_thread(worker.do_work, 2000, 1, "hang_c", {"timeout": 1.5})
        wait_for(lambda: heart.ping()["busy"] == 1)
        assert "SIGSEGV" in other.do_work(2000, 2, "segfault")["error"]
        assert heart.ping()["busy"] == 1
        assert [one["task"] for one in heart.describe()["working"]] == ["hang_c"]
        assert wait_for(lambda: hanging)[0]["status"] == "timeout"
        assert other.do_work(2000, 3, "empty")["status"] == "complete"


def test_memory_limit_is_the_slot_s(cluster):
    cluster.start_worker("one", "--memory-limit", "200")
    with cluster.ready("one") as worker:
        assert worker.do_work(2000, 1, "eat_memory")["error"].startswith("MemoryError")
        assert worker.do_work(2000, 1, "empty")["status"] == "complete"


def test_a_manager_that_leaves_does_not_spoil_the_task(cluster):
    cluster.start_worker("one")
    with cluster.ready("one") as worker, cluster.ready("one") as other:
        in_thread(worker.do_work, 2000, 1, "write_result", {"settings": {"seconds": 0.5}})
        wait_for(lambda: other.ping()["busy"])
        wire.cut(worker)
        wait_for(lambda: not other.ping()["busy"])
        assert (cluster.tmp_path / "results/write_result/2000/member_001.json").exists()
        assert other.do_work(2000, 2, "empty")["status"] == "complete"


@pytest.mark.slow
def test_comes_back_to_a_restarted_nameserver(cluster):
    process = cluster.start_worker("one")
    with cluster.ready("one") as worker:
        cluster.nameserver.kill()
        cluster.nameserver.wait()
        time.sleep(2.5)  # so long that the worker has looked in vain
        assert worker.do_work(2000, 1, "empty")["status"] == "complete"
        cluster.start_nameserver()
        wait_for(cluster.names, 8, "the registration")
    process.terminate()
    log = process.communicate(timeout=10)[0]
    assert log.count("not registered: ") <= 2  # one line a change (lost, nobody there), not one a try
    assert log.count("registered as stormtracks.worker.one") == 2


@pytest.mark.slow
def test_the_same_name_twice_on_a_host_is_refused(cluster):
    first = cluster.start_worker("one")
    cluster.ready("one").__exit__(None, None, None)
    second = cluster.start_worker("one")
    assert f"worker one: already running: pid {first.pid}" in second.communicate(timeout=10)[0]
    assert second.returncode == 1


def test_a_name_held_elsewhere_is_not_taken(cluster, tmp_path, monkeypatch):
    cluster.start_worker("one")
    cluster.ready("one").__exit__(None, None, None)
    held = cluster.names()
    monkeypatch.setenv("STORMTRACKS_SECRET", str(secret.secret_path()))
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "another host"))
    process = cluster.start_worker("one")
    assert any("not registered: the name stormtracks.worker.one is in use by" in line for line in process.stdout)
    assert cluster.names() == held
    process.terminate()
    process.communicate(timeout=20)
    assert cluster.names() == held  # nor taken away at the end


def test_a_log_that_has_become_long_is_turned_while_it_is_written(cluster):
    log = pidfile.worker_path("one").with_suffix(".log")
    log.parent.mkdir(mode=0o700)
    log.write_text("an old line\n" * 1_000_000)
    with log.open("ab") as out:
        cluster.start_worker("one", stdout=out)
    with cluster.ready("one") as worker:
        wait_for(lambda: log.stat().st_size < 1_000_000, what="the log to be turned")
        worker.do_work(2000, 0, "warn", {})
    assert log.with_name(f"{log.name}.1").read_text().startswith("an old line\n")
    text = log.read_text()
    assert "WARNING 2000 member 0: block 0 is cut; it is made anew" in text  # what the code of a task warns of
    assert "2000 member 0 warn: complete" in text


def test_what_killed_processes_left_half_written_is_removed_as_it_starts(cluster):
    dead = f"~{socket.gethostname()}~{2**22 + 1}~7~0123abcd.part"
    elsewhere = "~elsewhere~1~7~0123abcd.part"
    folders = [
        cluster.tmp_path / "results" / "vort_track" / "1987",
        cluster.tmp_path / "scratch" / "passes" / "1987-ab",
    ]
    for folder in folders:
        folder.mkdir(parents=True, mode=0o700)
        (folder / f".member_000.nc{dead}").touch()
        (folder / f".member_000.nc{elsewhere}").touch()
    (cluster.tmp_path / "scratch").chmod(0o700)
    cluster.start_worker("one", "--scratch", cluster.tmp_path / "scratch")
    left = [f".member_000.nc{elsewhere}"]
    wait_for(lambda: all([path.name for path in folder.iterdir()] == left for folder in folders), what="the sweep")


def test_a_full_disk_under_the_log_does_not_end_it(cluster):
    cluster.start_worker("one", "--log", "/dev/full")
    with cluster.ready("one") as worker:
        for member in range(200):
            assert worker.do_work(2000, member, "empty")["status"] == "complete"


def test_another_key_is_refused_in_words(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("STORMTRACKS_SECRET", str(secret.ensure(tmp_path / "other.pem")))
    process = cluster.start_worker("one")
    said = process.communicate(timeout=10)[0]
    assert process.returncode == 1
    words = f"wrong key: the nameserver at localhost:{cluster.port} has another key than {tmp_path / 'other.pem'}"
    assert words in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "192.0.2.7"], "no key: "),
        (["--host", "0.0.0.0"], "means all addresses; give the one by which the manager reaches this host"),
        (["--data", "/no/such/folder"], "the data folder /no/such/folder does not exist"),
        (["--results", "/proc/results"], "the results folder /proc/results cannot be created"),
        (["--results", "$NOPE/results"], "'results': $NOPE/results: the variable $NOPE is not set on "),
        (["--dataset", "{"], "--dataset {: "),
        (["--dataset", "[1]"], "expected keys and values"),
        (["--setup", "/no/such/file"], "No such file"),
        (["--tasks", "tests.none:TASKS"], "cannot load the tasks of tests.none:TASKS: ModuleNotFoundError"),
    ],
)
def test_a_start_that_cannot_be_is_refused(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path))
    monkeypatch.delenv("STORMTRACKS_SECRET", raising=False)
    assert worker_process.main(["--slots", "1", "--tasks", TABLE, *arguments]) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--name", "a/b"], ["--slots", "0"], ["--nameserver", "here"], ["--name", "$(x)"]]
)
def test_arguments_are_checked(arguments, capsys):
    with pytest.raises(SystemExit):
        worker_process.parser().parse_args(arguments)
    assert arguments[1] in capsys.readouterr().err


def test_setup_file_and_options_are_joined(tmp_path):
    (tmp_path / "setup.json").write_text(json.dumps({"results": str(tmp_path / "r"), "dataset": {"level": 850}}))
    options = worker_process.parser().parse_args(
        ["--setup", str(tmp_path / "setup.json"), "--scratch", str(tmp_path / "s"), "--data", str(tmp_path)]
    )
    assert worker_process._setup(options) == {
        "results": str(tmp_path / "r"),
        "scratch": str(tmp_path / "s"),
        "data": str(tmp_path),
        "dataset": {"level": 850},
    }


def test_there_is_one_copy_of_the_class():
    code = (
        "import gc, runpy, sys; sys.argv[1:] = ['--name', '/'];\n"
        "try: runpy.run_module('stormtracks.pyro_cluster.pyro_worker', run_name='__main__')\n"
        "except SystemExit: print([one.__module__ for one in gc.get_objects() "
        "if isinstance(one, type) and one.__name__ == 'PyroWorker'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "['stormtracks.pyro_cluster.worker.daemon']\n", done.stderr


def test_the_worker_s_own_process_stays_light(home):
    code = "import sys, stormtracks.pyro_cluster.worker.process; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n"

"""The manager with a real nameserver and real workers: runs, refusals, and ends of every kind."""

import contextlib
import io
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stormtracks.pyro_cluster import pyro_manager
from stormtracks.pyro_cluster.journal import runs
from stormtracks.pyro_cluster.manager.display import PlainDisplay
from stormtracks.pyro_cluster.manager.plan import ManagePlan
from tests.processes import wait_for
from tests.simulated_cluster import SimulatedCluster

CHECKOUT = Path(__file__).parents[2]
MANAGER = """
import sys
from stormtracks.pyro_cluster import pyro_manager, pyro_task
pyro_task.TASKS.update(dict.fromkeys(["empty", "sleep", "fail", "write_result", "killed", "hang_python"], ""))
sys.exit(pyro_manager.main())
"""


@pytest.fixture
def nameserver(launch):
    """HOST:PORT of a nameserver."""
    line = launch("pyro_nameserver", "--port", "0").stdout.readline()
    return re.search(r"nameserver at (\S+),", line).group(1).rstrip(",")


@pytest.fixture
def worker(launch, nameserver, tmp_path):
    """Start workers: worker("w1", slots=2) -> Popen, once it is registered."""

    def start(name, slots=2):
        log = tmp_path / f"{name}.log"
        arguments = ["--name", name, "--slots", slots, "--tasks", "tests.cluster_tasks:TASKS", "--log", log]
        process = launch("pyro_worker", *arguments, "--nameserver", nameserver, "--results", tmp_path, cwd=CHECKOUT)
        wait_for(lambda: log.exists() and f"worker {name} ready" in log.read_text())
        return process

    return start


@pytest.fixture
def manage(home, nameserver):
    """Start a manager: manage("sleep", years=2, members=3, *more) -> Popen."""
    started = []

    def start(task, *more, years=2, members=3, starts=None, largest_file=None):
        lines = ["--starts", starts] if starts else ["--start-year", 2000, "--end-year", 1999 + years]
        extent = [*lines, "--members", members, "--task", task]
        command = [sys.executable, "-u", "-c", MANAGER, *extent, "--nameserver", nameserver, *more]
        started.append(
            subprocess.Popen(
                list(map(str, command)),
                cwd=CHECKOUT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                preexec_fn=largest_file and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, 2 * (largest_file,))),
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def _ended(process, status):
    try:
        output = process.communicate(timeout=45)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail("the manager did not end: " + process.communicate()[0])
    assert process.returncode == status, output
    return output


def _until_working(home, number):
    def working():
        try:
            return len(runs.read(place=home / "runs").working) >= number
        except runs.JournalRefused:
            return False

    wait_for(working, what=f"{number} tasks under way")


def test_a_run_over_two_workers(home, worker, manage):
    worker("w1")
    worker("w2")
    output = _ended(manage("write_result", years=2, members=5), 0)
    assert (
        re.search(r"tasks +10\n", output)
        and re.search(r"complete +10\n", output)
        and re.search(r"tracks: 2\.0 per task\n", output)
    )
    assert "worker w1 joined: 2 slots" in output and "speed-up" in output and "2000: +++++\n2001: +++++\n" in output
    state = runs.read(place=home / "runs")
    assert (state.run["state"], state.run["name"], state.managed) == ("complete", "write_result_2000-2001", False)


@pytest.mark.slow
def test_a_run_of_forecasts_has_a_line_per_start_and_is_resumed(home, worker, manage, tmp_path):
    worker("w1")
    worker("w2")
    output = _ended(manage("write_result", starts="2025-06-01T00,2025-06-08", members=4), 0)
    assert "2025-06-01T00: ++++\n2025-06-08T00: ++++\n" in output
    assert (tmp_path / "write_result" / "2025-06-08T00" / "member_003.json").exists()
    name = "write_result_2025-06-01T00..2025-06-08T00"
    assert f"run {name}: write_result 2025-06-01T00..2025-06-08T00, 4 members" in output
    state = runs.read(place=home / "runs")
    assert (state.run["state"], state.run["name"]) == ("complete", name)
    (tmp_path / "write_result" / "2025-06-01T00" / "member_002.json").unlink()
    more = _ended(manage("write_result", "--run", name, starts="2025-06-01..2025-06-15/7d", members=4), 0)
    assert "1 result that the journal calls complete is not there any more; it is done again" in more
    assert re.search(r"complete +12 \(7 from before\)", more)


@pytest.mark.slow
def test_forecasts_that_a_killed_worker_was_making_are_made_by_another(home, worker, manage):
    doomed = worker("doomed")
    manager = manage("sleep", "--timeout", 20, starts="2025-06-01..2025-06-03/12h", members=2)
    _until_working(home, 2)
    doomed.kill()
    worker("other")
    output = _ended(manager, 0)
    assert re.search(r"worker doomed lost: .+; its (2 tasks are|1 task is) outstanding again", output), output
    assert "2025-06-02T12: ++\n2025-06-03T00: ++\n" in output


def test_a_run_of_forecasts_is_resumed_by_the_shortest_command():
    plan = ManagePlan("", "", 2, starts=["2025-06-15", "2025-06-01T00", "2025-06-08T00"])
    assert plan.command() == "inv manage --starts 2025-06-01T00..2025-06-15T00/7d --members 2"
    assert (plan.name, plan.extent) == (
        "vort_track_2025-06-01T00..2025-06-15T00",
        ("2025-06-01T00", "2025-06-15T00", 2),
    )
    assert plan.schedule().years == plan.lines == ("2025-06-01T00", "2025-06-08T00", "2025-06-15T00")


@pytest.mark.slow
def test_the_same_command_again_does_nothing_twice(worker, manage):
    worker("w1")
    _ended(manage("empty"), 0)
    assert re.search(r"complete +6 \(6 from before\)", _ended(manage("empty"), 0))


@pytest.mark.slow
def test_tasks_that_fail_are_named_at_the_end(worker, manage):
    worker("w1")
    output = _ended(manage("fail", "--retries", 1, years=1, members=2), 1)
    assert re.search(r"2 x failure: ValueError: no data of 2000 \(2000/0, 2000/1; on w1\)", output)
    assert "to resume: inv manage --start-year 2000 --end-year 2000 --members 2 --task fail" in output


def test_what_ends_its_process_is_f_and_the_worker_lives(worker, manage):
    process = worker("w1")
    assert "failure" in _ended(manage("killed", "--retries", 0, years=1, members=2), 1)
    assert process.poll() is None


@pytest.mark.slow
def test_a_task_that_outlives_its_timeout_is_t(worker, manage):
    worker("w1")
    assert re.search(
        r"timeout +1\n", _ended(manage("hang_python", "--timeout", 0.3, "--retries", 0, members=1, years=1), 1)
    )


@pytest.mark.slow
def test_a_killed_worker_is_noticed_at_once_and_its_tasks_done_by_another(home, worker, manage):
    doomed = worker("doomed")
    manager = manage("sleep", "--timeout", 20, years=1, members=8)
    _until_working(home, 2)
    doomed.kill()
    worker("other")
    output = _ended(manager, 0)
    assert re.search(r"worker doomed lost: .+; its (2 tasks are|1 task is) outstanding again", output), output
    assert "worker other joined" in output


@pytest.mark.slow
def test_a_stopped_worker_is_noticed(home, worker, manage):
    stopped = worker("stopped", slots=1)
    manager = manage("sleep", years=1, members=100)
    _until_working(home, 1)
    os.kill(stopped.pid, signal.SIGSTOP)
    worker("other", slots=8)
    output = _ended(manager, 0)
    os.kill(stopped.pid, signal.SIGCONT)
    assert "worker stopped lost: " in output


@pytest.mark.slow
def test_a_killed_managers_run_is_resumed_where_it_was(home, worker, manage):
    worker("w1")
    first = manage("sleep", years=1, members=12)
    wait_for(lambda: _complete(home) >= 3)
    first.kill()
    first.communicate()
    before = _complete(home)
    output = _ended(manage("sleep", years=1, members=12), 0)
    assert f"{before} of 12 tasks are complete" in output and f"12 ({before} from before)" in output


def _complete(home):
    try:
        return runs.read(place=home / "runs").schedule.counts()["complete"]
    except runs.JournalRefused:
        return 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.slow
def test_an_interrupted_run_ends_at_once_and_says_how_to_resume_it(home, worker, manage, number):
    worker("w1")
    manager = manage("sleep", years=1, members=200)
    _until_working(home, 2)
    manager.send_signal(number)
    output = _ended(manager, 130)
    assert number == signal.SIGHUP or "to resume: inv manage" in output
    state = runs.read(place=home / "runs")
    assert (state.run["state"], state.managed, state.schedule.counts()["working"]) == ("interrupted", False, 0)


@pytest.mark.slow
def test_a_second_manager_is_refused(home, worker, manage):
    worker("w1")
    first = manage("sleep", years=1, members=200)
    _until_working(home, 1)
    output = _ended(manage("sleep", years=1, members=200), 4)
    assert f"run sleep_2000-2000 is already managed by pid {first.pid} on" in output
    assert first.poll() is None


@pytest.mark.slow
def test_a_full_disk_under_the_journal_ends_the_run_with_a_message_and_it_can_be_resumed(worker, manage):
    worker("w1")
    output = _ended(manage("empty", "--wait", 1, years=1, members=3000, largest_file=300_000), 1)
    assert (
        "the journal cannot be written: " in output
        and "No tasks are given out until the journal can be written again" in output
    )
    assert "entries could not be written to the journal" in output and "to resume: inv manage" in output
    assert re.search(r"complete +3,000 \([\d,]+ from before\)", _ended(manage("empty", years=1, members=3000), 0))


def test_no_workers(manage):
    output = _ended(manage("empty", "--wait", 0.5), 3)
    assert "no worker for 0.5 s at the nameserver" in output and "start them with 'fab start-workers'" in output


@pytest.mark.slow
def test_a_worker_that_does_not_know_the_task_is_left_out(launch, nameserver, manage):
    launch(
        "pyro_worker", "--name", "w", "--tasks", "tests.cluster_tasks:TASKS", "--nameserver", nameserver, cwd=CHECKOUT
    )
    process, line = manage("vort_track"), "..."
    while line and "is not used" not in line:
        line = process.stdout.readline()
    assert "worker w at 127.0.0.1:" in line and "not used: it does not know the task vort_track, only " in line


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ("--start-year 2001 --end-year 2000 --members 1", 2, "the end year 2000 is before the start year 2001"),
        ("--start-year 2001 --members 0", 2, "members must be at least 1, not 0"),
        ("--start-year 2001 --members 1 --task rain", 2, "unknown task 'rain'; known: "),
        ("--start-year 2001 --members 1 --retries -1", 2, "retries must be at least 0"),
        ("--start-year 2001 --members 1 --timeout 0", 2, "the timeout must be above 0 s"),
        ("--start-year 2001 --members 1 --set x", 2, "'x' is not an assignment; write key=value"),
        ("--start-year 2001 --members 1 --settings nowhere.yaml", 2, "nowhere.yaml"),
        ("--start-year 2001", 2, "--members is missing"),
        ("--members 1", 2, "--start-year is missing; give the first year, or starts of forecasts with --starts"),
        ("--members 1 --starts 2025-13-01", 2, "--starts must be starts of forecasts such as 2025-06-01T00,"),
        ("--members 1 --starts 2025", 2, "not '2025'"),
        ("--members 1 --starts 2025-06-01 --start-year 2025", 2, "give either starts of forecasts or years"),
        ("--members 1 --starts 2025-06-01 --end-year 2025", 2, "give either starts of forecasts or years"),
        ("--members 1 --starts 2025-06-01", 3, "no nameserver at localhost:1 "),
        ("--start-year 2001 --members 1 --run ../x", 3, "no nameserver at localhost:1 "),
        ("--start-year 2001 --members 1", 3, "no nameserver at localhost:1 "),
    ],
)
def test_misuse(home, capsys, arguments, status, message):
    assert pyro_manager.main([*arguments.split(), "--nameserver", "localhost:1"]) == status
    said = capsys.readouterr().err
    assert said.startswith("error: ") and message in said


def test_the_commands_in_a_message_have_the_hosts_file_that_was_given(home, capsys):
    plan = pyro_manager.ManagePlan(2001, 2001, 1, nameserver=("localhost", 1), hosts="my hosts.yaml")
    assert pyro_manager.run(plan) == 3
    assert "`inv nameserver`" in (said := capsys.readouterr().err)
    assert said.endswith("; give these commands --hosts 'my hosts.yaml' too\n")
    assert plan.command() == "inv manage --start-year 2001 --end-year 2001 --members 1 --hosts 'my hosts.yaml'"


@pytest.mark.parametrize(
    ("again", "last"), [("", "to resume: inv manage --start-year 2001 "), ("run `inv demo` again", "run `inv demo` ag")]
)
def test_a_run_that_is_not_complete_says_how_it_is_begun_again(home, nameserver, again, last):
    host, port = nameserver.split(":")
    plan = pyro_manager.ManagePlan(2001, 2001, 1, nameserver=(host, int(port)), wait=0.1, again=again)
    stream = io.StringIO()
    assert pyro_manager.run(plan, stream) == 3
    assert stream.getvalue().splitlines()[-1].startswith(last)


def test_a_run_with_other_settings_is_refused(home, nameserver, tmp_path, capsys):
    extent = ["--start-year", "2001", "--members", "1", "--wait", "0.1", "--nameserver", nameserver]
    assert pyro_manager.main(extent) == 3
    (tmp_path / "settings.yaml").write_text("threshold: 3.0e-5\n")
    for other in (["--settings", str(tmp_path / "settings.yaml")], ["--set", "threshold=3e-5"]):
        assert pyro_manager.main([*extent, *other]) == 2
        assert "other settings: threshold = its default (now 3e-05)" in capsys.readouterr().err


def test_the_nameserver_of_another_cluster_is_a_wrong_key(home, nameserver, capsys):
    from stormtracks.pyro_cluster import secret

    secret.renew()
    assert pyro_manager.main(["--start-year", "2001", "--members", "1", "--nameserver", nameserver]) == 3
    assert "wrong key" in capsys.readouterr().err


@pytest.fixture
def managed(home, tmp_path, monkeypatch):
    """A run of three tasks in this process, one after the other: managed(work) -> (exit status, output)."""

    def run(work):
        cluster = SimulatedCluster()
        cluster.add("w", work)
        monkeypatch.setattr(ManagePlan, "cluster", lambda plan: cluster)
        out = io.StringIO()
        plan = ManagePlan(2000, 2000, 3, any_version=True, journals=tmp_path)
        return pyro_manager.run(plan, out, out), out.getvalue()

    return run


def _journal(tmp_path, statement):
    with contextlib.closing(sqlite3.connect(tmp_path / "vort_track_2000-2000.sqlite", timeout=10)) as db:
        changed = db.execute(statement).rowcount
        db.commit()
        return changed


def test_what_the_journal_lacks_is_not_complete(managed, tmp_path):
    def work(peer, year, member):
        if member == 2:
            wait_for(lambda: _journal(tmp_path, "DELETE FROM tasks WHERE member = 0") == 1)
        return {}

    status, output = managed(work)
    assert status == 1
    assert "the tasks are done, but the journal does not say so: it lacks 1 of 3 (2000 member 0). Resume" in output
    assert "all tasks are complete" not in output and "to resume: inv manage" in output
    assert managed(lambda peer, year, member: {})[0] == 0


def test_a_journal_that_cannot_be_written_any_more_ends_the_run(managed, tmp_path):
    def work(peer, year, member):
        if member == 1:
            _journal(tmp_path, "DROP TABLE tasks")
        return {}

    status, output = managed(work)
    assert status == 1 and "could not be written to the journal: no such table: tasks" in output
    assert "all tasks are complete" not in output


def test_a_journal_removed_during_a_run_is_there_at_its_end(managed, tmp_path):
    def work(peer, year, member):
        if member == 1:
            (tmp_path / "vort_track_2000-2000.sqlite").unlink()
        return {}

    status, output = managed(work)
    assert status == 0 and "was removed while the run continues; it was written anew" in output
    assert re.search(r"complete +3\n", output)


def test_what_the_journal_says_when_it_is_closed_is_shown_before_the_end(managed, tmp_path, monkeypatch):
    show = PlainDisplay.show
    monkeypatch.setattr(PlainDisplay, "show", lambda shown, text: time.sleep(0.05) or show(shown, text))

    def work(peer, year, member):
        if member == 2:
            (tmp_path / "vort_track_2000-2000.sqlite").unlink()
        return {}

    _, output = managed(work)
    assert 0 < output.find("it was written anew") < output.find("all tasks are complete")


@pytest.mark.slow
def test_a_run_that_another_manager_took_ends(managed, tmp_path):
    others = []

    def work(peer, year, member):
        if member == 1:
            for path in tmp_path.glob("vort_track_2000-2000.*"):
                path.unlink()
            others.append(ManagePlan(2000, 2000, 3, any_version=True, journals=tmp_path).journal())
        return {}

    status, output = managed(work)
    assert (
        status == 4
        and "stopped: the lock of the journal was removed, and run vort_track_2000-2000 is already" in output
    )
    others[0].close("incomplete")


def test_a_display_that_fails_does_not_end_a_run(managed, monkeypatch):
    monkeypatch.setattr("stormtracks.pyro_cluster.manager.display.PlainDisplay.interval", 0.01)
    monkeypatch.setattr("stormtracks.pyro_cluster.manager.display.PlainDisplay.update", lambda self: 1 / 0)
    status, output = managed(lambda peer, year, member: time.sleep(0.1) or {})
    assert status == 0 and output.count("a bug in the display: ZeroDivisionError: division by zero") == 1


@pytest.mark.parametrize("spoil", [lambda file: file.truncate(0), lambda file: file.write(b"rubbish" * 3000)])
def test_a_journal_overwritten_during_a_run_is_never_taken_for_complete(managed, tmp_path, spoil):
    def work(peer, year, member):
        if member == 1:
            with (tmp_path / "vort_track_2000-2000.sqlite").open("r+b") as file:
                spoil(file)
        return {}

    status, output = managed(work)
    try:
        kept = runs.read("vort_track_2000-2000", tmp_path).schedule.counts()["complete"]
    except runs.JournalRefused:
        kept = 0
    assert (status == 0) == (kept == 3) == ("all tasks are complete" in output)

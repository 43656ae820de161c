"""Jobs are kept up while a run has work for them, never beyond it, and not where they come to nothing."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormtracks.on_host.queue import cancel, keep, submit
from stormtracks.on_host.queue.arrays import bookkeeping, ledger, outputs


def arrays(queue):
    """How many jobs each submission was of."""
    found = [word for line in queue.calls if line.startswith("sbatch ") for word in line.split()]
    return [int(word.removeprefix("--array=1-")) for word in found if word.startswith("--array=")]


def writes(home, job, text):
    folder = home / "queues" / "big"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / f"{job}.log").write_text(text)


def test_nothing_is_kept_that_nobody_started(queue, request_of):
    kept = keep.run(request_of(outstanding=100))
    assert (kept["wanted"], kept["submitted"], queue.calls) == (False, 0, [])


@pytest.mark.parametrize(("outstanding", "submitted"), [(0, 0), (1, 0), (2, 0), (3, 1), (100, 2)])
def test_there_are_never_more_than_there_is_work_for(queue, request_of, mark, outstanding, submitted):
    submit.run(request_of())
    queue.lists(mark, ("7_1", "RUNNING"), ("7_2", "TIMEOUT"), ("7_3", "PREEMPTED"))
    queue.says("sbatch", "8\n")
    kept = keep.run(request_of(outstanding=outstanding))
    assert kept["submitted"] == submitted
    assert kept["lines"] == ([f"{submitted} job(s) submitted as Slurm array 8"] if submitted else [])


@pytest.mark.slow
def test_a_job_that_was_put_back_and_the_one_in_its_place_are_not_both_kept(queue, request_of, mark):
    submit.run(request_of())
    there = [("7_1", "RUNNING"), ("7_2", "PENDING", "BeginTime"), ("7_3", "RUNNING"), ("8_1", "PENDING", "Priority")]
    queue.lists(mark, *there)
    kept = keep.run(request_of(outstanding=100))
    assert (kept["submitted"], kept["lines"]) == (0, ["1 pending job(s) cancelled: there were more than 3"])
    assert [line for line in queue.calls if line.startswith("scancel ")] == ["scancel 8_1"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=15)
@given(
    states=st.lists(st.sampled_from(["PENDING", "RUNNING", "COMPLETING", "TIMEOUT"]), min_size=3, max_size=3),
    outstanding=st.integers(0, 9),
    most=st.integers(1, 4),
)
def test_what_is_there_and_what_comes_is_at_most_what_is_needed(queue, request_of, mark, states, outstanding, most):
    with ledger.opened("big") as (known, save):
        known.wanted, known.strikes, known.jobs = True, [], {}
        known.arrays = [ledger.Array("7", 3, 0.0)]
        save()
    queue.lists(mark, *((f"7_{n}", state, "None", "100", "110") for n, state in enumerate(states)))
    kept = keep.run(request_of(outstanding=outstanding, jobs=most, slots=2))
    there = sum(state in ("PENDING", "RUNNING") for state in states)
    needed = min(most, -(-outstanding // 2))
    assert kept["submitted"] == max(0, needed - there)


@pytest.mark.slow
def test_jobs_that_somebody_has_cancelled_do_not_come_back(queue, request_of, mark):
    submit.run(request_of())
    now = str(int(time.time()))
    queue.lists(mark, ("7_1", "RUNNING"), ("7_2", "COMPLETING", "None", "100", now), ("7_3", "RUNNING"))
    assert keep.run(request_of(outstanding=100))["submitted"] == 0  # nobody knows yet why it ends
    queue.lists(
        mark, ("7_1", "COMPLETING", "None", "100", now), *((f"7_{n}", "CANCELLED", "None", "1", now) for n in (2, 3))
    )
    assert keep.run(request_of(outstanding=100))["submitted"] == 0
    queue.lists(mark, *((f"7_{n}", "CANCELLED", "None", "1", now) for n in (1, 2, 3)))
    for _ in range(2):
        kept = keep.run(request_of(outstanding=100))
        assert (kept["submitted"], arrays(queue)) == (0, [3])
        assert "job 7_1 cancelled, though not by fab stop-workers" in kept["broken"]
    queue.says("sbatch", "8\n")
    assert submit.run(request_of())["submitted"] == 3
    queue.lists(mark, *((f"8_{n}", "RUNNING") for n in (1, 2, 3)))
    assert keep.run(request_of(outstanding=100))["broken"] == ""


def test_jobs_that_another_hosts_yaml_of_the_account_has_are_not_waited_for(queue, request_of, mark):
    submit.run(request_of())
    queue.lists(mark, *((f"7_{n}", "RUNNING") for n in (1, 2, 3)))
    other = keep.run(request_of(outstanding=100, nameserver={"host": "localhost", "port": 9999}))
    assert "its 3 job(s) were submitted for another nameserver: where another hosts.yaml" in other["broken"]
    assert keep.run(request_of(outstanding=100))["broken"] == ""


def test_a_worker_counts_that_came_after_much_noise(queue, request_of, mark, home):
    submit.run(request_of())
    for job in ("7_1", "7_2", "7_3"):
        writes(home, job, "+ module load python\n" * 200_000 + f"worker big-{job} ready: pid 7\n")
    queue.lists(mark, *((f"7_{n}", "COMPLETED") for n in (1, 2, 3)))
    assert keep.run(request_of(outstanding=100))["broken"] == ""


@pytest.mark.slow
def test_a_node_that_eats_jobs_is_named(queue, request_of, mark):
    submit.run(request_of())
    ended = [(f"7_{n}", "FAILED", "None", "100", str(200 + n)) for n in (1, 2, 3)]
    queue.lists(mark, *((*job, "n7") for job in ended))
    assert "7_3, all on the node n7: it wrote nothing. No more" in keep.run(request_of(outstanding=100))["broken"]
    submit.run(request_of())
    with ledger.opened("big") as (known, save):
        known.jobs, known.registered = {}, []
        save()
    queue.lists(mark, *((*job, f"n{n}") for n, job in enumerate(ended)))
    assert "7_3: it wrote nothing. No more" in keep.run(request_of(outstanding=100))["broken"]


def test_one_of_several_that_is_cancelled_is_replaced(queue, request_of, mark):
    submit.run(request_of())
    queue.lists(mark, ("7_1", "RUNNING"), ("7_2", "RUNNING"), ("7_3", "CANCELLED"))
    queue.says("sbatch", "8\n")
    assert keep.run(request_of(outstanding=100))["submitted"] == 1


@pytest.mark.slow
def test_three_jobs_in_a_row_without_a_worker_are_enough(queue, request_of, mark, home):
    submit.run(request_of())
    queue.lists(mark, ("7_1", "FAILED"), ("7_2", "TIMEOUT"), ("7_3", "RUNNING"))
    queue.says("sbatch", "8\n")
    assert keep.run(request_of(outstanding=100))["submitted"] == 2
    queue.lists(mark, ("7_3", "COMPLETED"), ("8_1", "RUNNING"))
    kept = keep.run(request_of(outstanding=100))
    assert (kept["submitted"], arrays(queue)) == (0, [3, 2])
    assert "3 jobs in a row ended before a worker registered, the last of them 7_" in kept["broken"]
    assert "fab start-workers" in kept["broken"]
    queue.says("sbatch", "9\n")
    assert submit.run(request_of())["submitted"] == 2  # somebody has seen to it
    kept = keep.run(request_of(outstanding=100))
    assert (kept["lines"], kept["broken"]) == ([], "")


def test_the_last_lines_of_the_last_one_are_shown(queue, request_of, mark, home):
    submit.run(request_of(jobs=3))
    queue.lists(mark, *((f"7_{n}", "FAILED", "None", "100", str(200 + n)) for n in (1, 2, 3)))
    writes(home, "7_3", "module: not found\nno python\n")
    assert "node n1: module: not found / no python. No more" in keep.run(request_of(outstanding=100))["broken"]


@pytest.mark.parametrize(("word", "end", "kept_up"), [("PREEMPTED", 110, True), ("PREEMPTED", 500, False)])
def test_a_job_that_the_queue_took_away_at_once_came_to_something(queue, request_of, mark, word, end, kept_up):
    submit.run(request_of())
    queue.lists(mark, *((f"7_{n}", word, "None", "100", str(end)) for n in (1, 2, 3)))
    queue.says("sbatch", "8\n")
    assert (keep.run(request_of(outstanding=100))["submitted"] == 3) is kept_up


def test_a_worker_that_registered_once_clears_the_others(queue, request_of, mark, home):
    submit.run(request_of())
    writes(home, "7_3", "INFO worker big-7_3 ready: pid 5, PYRO:x@y:1\n")
    queue.lists(mark, ("7_1", "FAILED"), ("7_2", "FAILED"), ("7_3", "RUNNING"))
    queue.says("sbatch", "8\n")
    assert keep.run(request_of(outstanding=100))["submitted"] == 2
    assert ledger.read("big").strikes == []


@pytest.mark.slow
def test_a_worker_that_registered_long_ago_does_not_excuse_those_that_fail(queue, request_of, mark, home):
    submit.run(request_of())
    writes(home, "7_1", "INFO worker big-7_1 ready: pid 5, PYRO:x@y:1\n")
    arrived = [("7_1", "RUNNING"), ("7_2", "RUNNING"), ("7_3", "RUNNING")]
    queue.lists(mark, *arrived)
    keep.run(request_of(outstanding=100))
    queue.lists(mark, arrived[0], ("7_2", "FAILED"), ("7_3", "FAILED"))
    queue.says("sbatch", "8\n")
    assert keep.run(request_of(outstanding=100))["submitted"] == 2
    queue.lists(mark, arrived[0], ("8_1", "FAILED"), ("8_2", "FAILED"))
    assert "4 jobs in a row ended" in keep.run(request_of(outstanding=100))["broken"]


@pytest.mark.slow
def test_a_refusal_is_said_again_but_not_asked_for_each_time(queue, request_of, mark):
    submit.run(request_of())
    queue.lists(mark, ("7_1", "TIMEOUT"))
    queue.says("sbatch", errors="sbatch: error: QOSMaxSubmitJobPerUserLimit\n", status=1)
    first, second = (keep.run(request_of(outstanding=100)) for _ in range(2))
    assert first["refused"] == second["refused"]
    assert "3 job(s) were not submitted: sbatch: error: QOSMaxSubmit" in first["refused"]
    assert len(arrays(queue)) == 2


@pytest.mark.slow
def test_after_stopping_nothing_is_kept(queue, request_of, mark):
    submit.run(request_of())
    queue.lists(mark, *((f"7_{n}", "CANCELLED", "None", "100", "110") for n in (1, 2, 3)))
    cancel.run(request_of(now=False, patience=1))
    assert keep.run(request_of(outstanding=100))["submitted"] == 0


@pytest.mark.slow
def test_outputs_of_the_newest_jobs_stay_and_arrays_long_ended_are_forgotten(
    queue, request_of, mark, home, monkeypatch
):
    monkeypatch.setattr(outputs, "MOST_FILES", 2)
    monkeypatch.setattr(ledger, "MOST_ENDED", 2)
    submit.run(request_of())
    for job in ("1_1", "1_2", "1_3", "7_1"):
        writes(home, job, "x\n")
    queue.lists(mark, ("7_1", "RUNNING"), *((f"7_{n}", "TIMEOUT", "None", "100", str(n)) for n in (2, 3, 4)))
    keep.run(request_of(outstanding=0))
    assert sorted(path.stem for path in outputs.written(home / "queues" / "big")) == ["1_2", "1_3", "7_1"]
    queue.lists(mark, ("7_1", "RUNNING"))
    keep.run(request_of(outstanding=0))
    assert sorted(ledger.read("big").jobs) == ["7_1", "7_3", "7_4"]
    with ledger.opened("big") as (known, save):
        known.arrays[0].ended = 100.0
        save()
    queue.lists(mark, ("7_1", "TIMEOUT"))
    before = len(queue.calls)
    keep.run(request_of(outstanding=0))
    keep.run(request_of(outstanding=0))
    assert len(queue.calls) == before + 1  # then there is nothing to ask for


def test_what_was_submitted_a_moment_ago_need_not_be_listed_yet(queue, request_of, mark):
    submit.run(request_of())
    assert keep.run(request_of(outstanding=100))["submitted"] == 0
    assert submit.run(request_of())["submitted"] == 0


def test_a_queue_that_lists_less_than_there_is_is_not_believed_at_once(queue, request_of, mark, monkeypatch):
    queue.lists(mark, *((f"7_{n}", "RUNNING") for n in (1, 2, 3)))
    submit.run(request_of())
    queue.says("squeue")
    assert keep.run(request_of(outstanding=100))["submitted"] == 0
    monkeypatch.setattr(bookkeeping, "MISSING_SECONDS", 0.0)  # later
    assert keep.run(request_of(outstanding=100))["jobs"][0]["word"] == "gone"


def test_a_job_that_the_queue_has_forgotten_has_ended(queue, request_of, mark):
    queue.lists(mark, ("7_1", "RUNNING"))
    submit.run(request_of())
    queue.says("squeue", errors="slurm_load_jobs error: Invalid job id specified\n", status=1)
    assert [(job["state"], job["word"]) for job in keep.run(request_of(outstanding=0))["jobs"]] == [("ended", "gone")]

"""A chain of tasks on workers with folders of their own: what fails is repeated alone, what is lost is done again."""

import re
import time

import pytest

from stormtracks.pyro_cluster.journal import runs

pytestmark = pytest.mark.slow

STEPS = ("work", "gather", "sift")
CHAIN = ",".join(STEPS)


def where(stage):
    """Each task -> the cells that have a result of it, with the workers that made one."""
    return {task: stage.made(task) for task in STEPS}


def test_a_chain_is_done_where_each_members_results_lie_and_a_step_that_fails_is_repeated_alone(stage):
    for name in "ab":
        stage.worker(name, seconds=0.05)
    output = stage.manage(CHAIN, years=2, members=4).ends(0)
    assert "complete: 1 work, 2 gather, + all with sift" in output and "2000: ++++\n2001: ++++\n" in output
    assert re.search(r"20\d\d member 1 gather: attempt 1 failed on \w and will be repeated: .*No space left", output)
    made = where(stage)
    assert made["work"] == made["gather"] == made["sift"] and len(made["work"]) == 8
    assert all(len(workers) == 1 for workers in made["work"].values())  # nothing was done twice


def test_a_worker_killed_between_steps_is_waited_for_and_continues_when_it_is_back(stage):
    doomed = stage.worker("doomed", slots=1, seconds=0.6)
    manager = stage.manage(CHAIN, "--wait", 30, members=1)
    manager.until(lambda counts: counts["complete"] == 1)
    doomed.kill()
    stage.worker("other")
    manager.until_logged("worker other joined")
    time.sleep(1.0)
    assert stage.made("work") == {(2000, 0): ["doomed"]}
    stage.worker("doomed")
    manager.ends(0)
    assert where(stage) == {task: {(2000, 0): ["doomed"]} for task in STEPS}


def test_what_a_worker_had_that_stays_away_is_done_again(stage):
    workers = {name: stage.worker(name, slots=1, seconds=0.6) for name in "ab"}
    manager = stage.manage(CHAIN, "--wait", 1, members=1)
    manager.until(lambda counts: counts["complete"] == 1)
    (doomed,) = stage.made("work")[2000, 0]
    (other,) = set(workers) - {doomed}
    workers[doomed].kill()
    output = manager.ends(0)
    said = f"2000 member 0 gather: work is done again before, as {other} says: Needs: .*is not there"
    assert re.search(said, output) and stage.made("work") == {(2000, 0): ["a", "b"]}
    assert stage.made("gather") == stage.made("sift") == {(2000, 0): [other]}


def test_a_chain_that_was_interrupted_is_resumed_with_what_is_missing_only(stage):
    for name in "ab":
        stage.worker(name, seconds=0.2)
    manager = stage.manage(CHAIN, years=2, members=3)
    manager.until(lambda counts: counts["complete"] >= 7)
    manager.kill()
    manager.wait()
    before = runs.read().schedule.counts()["complete"]
    output = stage.manage(CHAIN, years=2, members=3).ends(0)
    assert int(re.search(r"(\d+) of 18 tasks are complete", output)[1]) == before >= 7
    assert re.search(r"complete +18 \(\d+ from before", output)
    made = where(stage)
    assert made["work"] == made["gather"] == made["sift"]
    assert all(len(workers) == 1 for workers in made["sift"].values())


def test_a_result_of_a_step_that_was_removed_is_done_again_with_what_follows(stage):
    stage.worker("a")
    stage.manage(CHAIN, members=2).ends(0)
    (stage.results("a") / "gather" / "2000" / "member_001.txt").unlink()
    output = stage.manage(CHAIN, members=2).ends(0)
    assert "1 result that the journal calls complete is not there any more; it is done again" in output
    assert re.search(r"complete +6 \(4 from before\)", output)


def test_results_of_a_chain_whose_worker_is_away_are_not_called_there(stage):
    worker = stage.worker("a")
    stage.manage(CHAIN, members=1).ends(0)
    worker.kill()
    worker.wait()
    stage.worker("b")
    output = stage.manage(CHAIN, "--wait", 0.5, members=1).ends(1)
    assert "all tasks are complete, but 3 results were not looked for: worker a is away" in output
    stage.manage(CHAIN, "--redo-away", members=1).ends(0)
    assert where(stage) == {task: {(2000, 0): ["a", "b"]} for task in STEPS}


def test_a_step_whose_input_no_worker_has_says_what_to_do(stage):
    for name in "ab":
        stage.worker(name)
    output = stage.manage("gather", members=1).ends(1)
    assert "1 x failure: Needs: " in output and "no worker has it: do work too, with --task work,gather" in output
    stage.manage("work", members=1).ends(0)
    stage.manage("gather", members=1).ends(0)
    assert stage.made("gather") == stage.made("work")  # the worker that has it was found


def test_a_chain_builds_on_what_an_earlier_run_has_left_where_it_lies(stage):
    for name in "ab":
        stage.worker(name, slots=1, seconds=0.05)
    stage.manage("work", years=8, members=2).ends(0)
    before = stage.made("work")
    stage.manage(CHAIN, years=8, members=2).ends(0)
    again = [cell for cell, workers in stage.made("work").items() if workers != before[cell]]
    assert len(again) <= 2  # a worker that has nothing else left helps with the last year

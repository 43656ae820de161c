"""Which process runs which tests: files stay whole, long ones begin first, what waits is one process's."""

import itertools
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
import shown
from spread import Spread

QUICK = ["tests/a.py::test_1", "tests/a.py::test_2[x@slow]", "tests/b.py::test_1"]
SLOW = ["tests/c.py::test_1", "tests/c.py::test_2@slow", "tests/d.py::test_1@slow", "tests/d.py::test_2[y]@slow"]
WAITING = ["tests/b.py::test_2@waits", "tests/e.py::test_1@waits", "tests/e.py::test_2@waits"]


class Process:
    """A process of pytest-xdist as its scheduler sees it."""

    def __init__(self, name):
        self.gateway = SimpleNamespace(id=name)
        self.queue, self.done, self.shutting_down = [], [], False

    def send_runtest_some(self, indices):
        self.queue += indices

    def shutdown(self):
        self.shutting_down = True


def spread(tests, count):
    """Processes and their scheduler, which has begun."""
    options = SimpleNamespace(loadscopereorder=False)
    config = SimpleNamespace(getvalue={"tx": ["popen"] * count}.get, option=options)
    scheduler, processes = Spread(config), [Process(f"gw{n}") for n in range(count)]
    for one in processes:
        scheduler.add_node(one)
        scheduler.add_node_collection(one, tests)
    scheduler.schedule()
    return processes, scheduler


def run(tests, count):
    """What each process has run, in order, when they take turns; each must have been told to end."""
    processes, scheduler = spread(tests, count)
    while any(one.queue for one in processes):
        for one in filter(lambda one: one.queue, processes):
            index = one.queue.pop(0)
            one.done.append(tests[index])
            scheduler.mark_test_complete(one, index)
    assert all(one.shutting_down for one in processes) and scheduler.tests_finished
    return [one.done for one in processes]


@pytest.fixture(autouse=True)
def cores(monkeypatch):
    """This machine has two, until it is called with another number."""

    def have(number):
        monkeypatch.setattr("os.cpu_count", lambda: number)

    have(2)
    return have


def test_the_last_of_more_processes_than_cores_runs_what_waits_and_no_other():
    *computing, waiting = run(QUICK + SLOW + WAITING, 3)
    assert sorted(waiting) == sorted(WAITING)
    assert sorted(computing[0] + computing[1]) == sorted(QUICK + SLOW)


def test_where_each_process_has_a_core_the_last_begins_with_what_waits_and_then_computes(cores):
    cores(3)
    files = [f"tests/{name}.py::test_{n}" for name in "fghijklm" for n in range(4)]
    *_, waiting = run(files + WAITING, 3)
    assert set(waiting[: len(WAITING)]) == set(WAITING) and set(waiting) & set(files)


def test_a_file_is_one_process_s_and_that_of_most_slow_tests_is_the_first():
    first, second = run(QUICK + SLOW, 2)
    assert first[:2] == ["tests/d.py::test_1@slow", "tests/d.py::test_2[y]@slow"]
    assert second[:2] == ["tests/c.py::test_1", "tests/c.py::test_2@slow"]
    assert not {name.split("::")[0] for name in first} & {name.split("::")[0] for name in second}


def test_what_still_waits_when_all_else_is_done_is_helped_with():
    files = [f"tests/{name}.py::test_{n}@waits" for name in "efghi" for n in range(4)]
    first, second, third = run([*QUICK, *files], 3)
    assert set(first + second) > set(QUICK) and len(first + second + third) == len(QUICK + files)


@pytest.mark.parametrize("count", [1, 2, 3, 8])
@pytest.mark.parametrize("tests", [QUICK, SLOW, WAITING, QUICK + WAITING], ids=["quick", "slow", "waiting", "both"])
def test_each_is_run_once_by_any_number_of_processes(count, tests):
    assert sorted(itertools.chain(*run(tests, count))) == sorted(tests)


def test_what_a_process_that_died_had_left_is_run_by_the_others():
    (first, second, waiting), scheduler = spread(QUICK + SLOW + WAITING, 3)
    assert scheduler.remove_node(waiting) in WAITING
    assert {WAITING[0].split("::")[0] + "@waits", "tests/e.py@waits"} & (
        {*scheduler.workqueue, *scheduler.assigned_work[first], *scheduler.assigned_work[second]}
    )


@pytest.mark.slow
def test_pytest_is_told_by_the_marks_and_leaves_files_whole():
    line = "-p no:cacheprovider -v -n 2 --dist loadgroup tests/test_label.py tests/test_version.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *line.split()], cwd=shown.ROOT, capture_output=True, text=True, timeout=100
    )
    ran = set(re.findall(r"^\[(gw\d)\].* PASSED (tests/\w+\.py)::", done.stdout, re.MULTILINE))
    assert done.returncode == 0 and len(ran) == 2 == len({path for _, path in ran}), done.stdout

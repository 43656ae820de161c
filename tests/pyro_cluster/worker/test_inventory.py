"""What a worker knows of its data: looked up beside the tasks, kept up to date, and never waited for."""

import io
import json
import time

import pytest

from stormtracks.pyro_cluster.pyro_worker import PyroWorker
from stormtracks.pyro_cluster.worker import inventory, inventory_main
from tests import pinned_tasks
from tests.processes import alive, wait_for

TABLE = "tests.pinned_tasks:TASKS"


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(inventory, "SOON_SECONDS", 0.05)
    monkeypatch.setattr(inventory, "PAUSES", (0.05, 0.05))
    monkeypatch.setattr(inventory, "SHARE", 0)


@pytest.fixture
def worker(tmp_path):
    setup = {"data": str(tmp_path), "results": str(tmp_path / "results")}
    with PyroWorker("unit", setup, slots=1, tasks=TABLE) as made:
        yield made


def _years(worker):
    return worker.describe().get("data_years")


def test_a_worker_says_which_years_it_has_and_when_that_changes(tmp_path, worker):
    (tmp_path / "1990.data").touch()
    wait_for(lambda: _years(worker) == [1990])
    seen = worker.ping()["data_seen"]
    (tmp_path / "1991.data").touch()  # a download goes on
    wait_for(lambda: _years(worker) == [1990, 1991])
    assert worker.ping()["data_seen"] > seen and worker.describe()["data_tasks"] == ["reads"]
    (tmp_path / "unsure").touch()
    wait_for(lambda: _years(worker) is None)


def test_a_look_that_takes_long_is_not_waited_for_and_ends_with_the_worker(tmp_path):
    (tmp_path / "hangs").touch()
    with PyroWorker("unit", {"data": str(tmp_path)}, slots=1, tasks=TABLE) as worker:
        wait_for((tmp_path / "pid").exists)
        assert "data_years" not in worker.describe() and "data_seen" not in worker.ping()
        assert worker.do_work(1990, 0, "knows_nothing")["status"] == "complete"
        pid = int((tmp_path / "pid").read_text())
        assert alive(pid)
    wait_for(lambda: not alive(pid))


def test_a_look_that_fails_leaves_it_unknown(tmp_path, worker, caplog):
    caplog.set_level("INFO")
    (tmp_path / "fails").touch()
    wait_for(lambda: "ValueError: this disk is odd" in caplog.text)
    assert _years(worker) is None


def test_a_table_that_says_nothing_of_years_has_no_process_for_it(tmp_path):
    with PyroWorker("unit", {"data": str(tmp_path)}, slots=1, tasks="tests.cluster_tasks:TASKS") as worker:
        assert worker._inventory._thread.ident is None and "data_years" not in worker.describe()


def test_what_a_task_does_not_find_is_looked_for_soon(tmp_path, worker, monkeypatch):
    monkeypatch.setattr(inventory, "PAUSES", (3600.0, 3600.0))
    (tmp_path / "1990.data").touch()
    wait_for(lambda: _years(worker) == [1990])
    time.sleep(0.2)  # it rests now
    (tmp_path / "1990.data").rename(tmp_path / "1991.data")
    reply = worker.do_work(1990, 0, "reads")
    assert reply["status"] == "failure" and reply["lacks_data"] is True
    wait_for(lambda: _years(worker) == [1991])


def test_years_of_several_tasks_are_taken_together_and_one_doubt_is_enough():
    looks = {"a": lambda setup: [1991, 1990], "b": lambda setup: ["2025-06-01T00"]}
    assert inventory_main.look(looks, {}) == [1990, 1991, "2025-06-01T00"]
    assert inventory_main.look({**looks, "c": lambda setup: None}, {}) is None


def test_what_it_writes_is_one_line(tmp_path, capsys, monkeypatch):
    (tmp_path / "1990.data").touch()
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"data": str(tmp_path)})))
    monkeypatch.setattr(inventory_main, "_give_way", lambda: None)
    assert inventory_main.main([TABLE]) == 0
    assert json.loads(capsys.readouterr().out) == {"years": [1990]}
    assert set(pinned_tasks.YEARS) == {"reads"}

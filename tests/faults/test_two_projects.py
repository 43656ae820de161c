"""Two hosts.yaml of one user, the same task and years: by the commands that are typed."""

import pytest
import yaml

from tests.faults.stage import CHECKOUT, Manager

pytestmark = pytest.mark.slow

DATA = CHECKOUT / "sample" / "20crv2c_1987"


@pytest.fixture
def inv(stage, tmp_path):
    """Type `inv` with a hosts.yaml: inv("era5", "manage", ...) -> its output."""

    def typed(project, command, *more, status=0):
        worker = {"name": "local", "launch": "local", "data": str(DATA), "results": str(tmp_path / project)}
        content = {"nameserver": {"host": "localhost", "port": stage.port}, "results": str(tmp_path / project)}
        hosts = tmp_path / f"{project}.yaml"
        hosts.write_text(yaml.safe_dump(content | {"workers": [worker]}))
        return stage.start(None, "-m", "invoke", command, "--hosts", hosts, *more, kind=Manager).ends(status)

    return typed


def start(stage, folder):
    more = ["--results", folder, "--data", DATA]
    return stage.worker("local", *more, tasks="stormtracks.science.pipeline:TASKS", by_fab=True)


def stop(worker):
    worker.kill()
    worker.wait()


def test_two_projects_with_the_same_years_never_meet(stage, inv, tmp_path):
    job = ["--start-year", 1987, "--members", 2]
    worker = start(stage, tmp_path / "era5")
    assert "run vort_track_1987-1987: all tasks are complete" in inv("era5", "manage", *job)
    stop(worker)
    worker = start(stage, tmp_path / "merra")
    output = inv("merra", "manage", *job)
    assert "run vort_track_1987-1987-merra: vort_track 1987-1987, 2 members; 0 of 2 tasks are complete" in output
    for project in ("era5", "merra"):
        assert len(list((tmp_path / project / "vort_track" / "1987").iterdir())) == 2
    assert f"{tmp_path / 'era5'} (worker local)" in inv("era5", "status")
    assert "2 of 2 results are as they should be" in inv("merra", "verify")
    # The hosts.yaml of one, while the worker of the other runs.
    output = inv("era5", "manage", *job, status=2)
    assert f"worker local: it writes results into {tmp_path / 'merra'}, but {tmp_path / 'era5.yaml'} says" in output
    assert f"fab start-workers --hosts {tmp_path / 'era5.yaml'}" in output
    stop(worker)


def test_the_worker_of_another_project_at_the_same_nameserver_gets_nothing(stage, inv, tmp_path):
    more = ["--results", tmp_path / "merra", "--data", DATA]
    other = stage.worker("other", *more, tasks="stormtracks.science.pipeline:TASKS", by_fab=True)
    job = ["--start-year", 1987, "--members", 2]
    output = inv("era5", "manage", *job, "--wait", 3, status=3)
    assert "worker other at" in output and f"is not used: it is not in {tmp_path / 'era5.yaml'}" in output
    worker = start(stage, tmp_path / "era5")
    output = inv("era5", "manage", *job)
    assert "worker other joined" not in output and "all tasks are complete" in output
    assert not (tmp_path / "merra" / "vort_track").exists()
    for each in (other, worker):
        stop(each)


def test_a_worker_that_was_started_by_hand_works_for_whoever_asks(stage, inv, tmp_path):
    more = ["--results", tmp_path / "era5", "--data", DATA]
    worker = stage.worker("pilot", *more, tasks="stormtracks.science.pipeline:TASKS")
    output = inv("era5", "manage", "--start-year", 1987, "--members", 2)
    assert "worker pilot joined" in output and "all tasks are complete" in output
    stop(worker)

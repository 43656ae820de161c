"""An allocation of a real Slurm that comes to its end by itself: its worker leaves before, and nothing is killed."""

import pytest
from engines.site import MEMBERS

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.slurm, pytest.mark.timeout(300)]


def test_a_worker_leaves_in_order_and_a_task_that_had_all_of_its_time_is_tried_once_more(site, slurm):
    site.operator.environment.update(slurm.environment)
    entry = {"launch": "slurm", "jobs": 1, "slots": 1, "time": "1", "idle_exit": 5, "grace": 5}
    site.configure(site.entry("q", **entry))
    with site.serving():
        site.hold()
        site.fab("start-workers")
        manager = site.manage("--retries=1")
        site.until_said(manager, r"worker q-(\S+) joined: 1 slot on \w+, for [45]\d s")
        job = site.until_said(manager, r"worker q-(\S+) is stopping after its 1 running task", 90)[1]
        site.until_said(manager, rf"attempt 1 failed on q-{job} .* did not end within the allocation of q", 30)
        site.release()
        said = site.ended(manager)
        assert f"worker q-{job} has stopped and left in order" in said
        assert slurm.state(job) == "COMPLETED"  # rather than TIMEOUT: nothing had to be killed
        assert site.counts()["complete"] == MEMBERS

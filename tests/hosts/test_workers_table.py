"""What `fab workers` shows of a worker, from what the worker says."""

from stormtracks.hosts import workers
from stormtracks.hosts.outcomes import HostOutcome

SAYS = {"busy": 1, "slots": 2, "done": 3, "failed": 0, "stopping": False, "working": []}
TASK = {"slot": 0, "year": 2005, "ensemble_member": 3, "task": "vort_track", "since": 1000.0}


def doing(**says):
    facts = {"state": "running", "pid": 7, "seconds": 60, "memory_mb": 10.0, "says": {**SAYS, **says}}
    return workers.table_rows([HostOutcome("w1", True, "running", facts)], now=1720.0)[0][-1]


def test_how_far_each_task_is():
    assert doing() == "idle"
    assert doing(stopping=True) == "stopping"
    assert doing(working=[TASK]) == "2005/3 for 12 min"
    assert doing(working=[{**TASK, "progress": [143, 365]}]) == "2005/3 for 12 min: 143 of 365"


def test_what_gets_nowhere_is_said_once():
    stall = "it has waited for a disk, for more than 60 s"
    task = {**TASK, "progress": [143, 365], "stalled": stall}
    notice = f"slot 0 with 2005 member 3 gets nowhere: {stall}"
    assert doing(working=[task], notices=[notice]) == f"2005/3 for 12 min: 143 of 365, {stall}"


def test_a_lack_of_memory_is_said():
    text = "over 80% of its memory is in use: no task is begun beside those that run"
    assert doing(working=[TASK], notices=[text]) == f"2005/3 for 12 min; {text}"

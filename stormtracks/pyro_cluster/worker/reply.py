"""What a slot replied, as `do_work` replies it and as the log has it."""

from collections.abc import Mapping
from typing import Any

from stormtracks.label import Label
from stormtracks.pyro_cluster import bounds
from stormtracks.pyro_cluster.plain import SlotReply

LONGEST_ECHO = 60


def whole(ended: SlotReply, about: tuple[Label, int, str], by: tuple[str, str], seconds: float) -> dict[str, Any]:
    """A reply as `do_work` gives it, within the bounds that managers believe.

    Parameters
    ----------
    ended : SlotReply
    about : (int or str, int, str)
        Year, ensemble member and task.
    by : (str, str)
        Host and worker.
    seconds : float
        That it took.
    """
    year = about[0]
    return bounds.shortened(
        {
            **reply_of(ended),
            "year": year[:LONGEST_ECHO] if isinstance(year, str) else year,  # a refused one may be of any length
            "ensemble_member": about[1],
            "task": about[2],
            "host": by[0],
            "worker": by[1],
            "seconds": round(seconds, 6),
        }
    )


def reply_of(ended: SlotReply) -> dict[str, Any]:
    """What a slot replied, as `do_work` replies it: the part that is about how it went."""
    reply: dict[str, Any] = {
        "path": None,
        "counts": {},
        "skipped": False,
        "error": None,
        "traceback": ended.get("traceback"),
        "cpu_seconds": ended.get("cpu_seconds", 0.0),
    }
    if "code_version" in ended:
        reply["code_version"] = ended["code_version"]
    if "returned" in ended:
        return {**reply, **ended["returned"], "status": "complete"}
    if "timeout" in ended:
        return {**reply, "status": "timeout", "error": ended["timeout"]}
    if "busy" in ended:
        return {**reply, "status": "busy", "error": ended["busy"]}
    failure = {**reply, "status": "failure", "error": ended["error"], "final": ended.get("final", False)}
    for key in ("needs", "lacks_data"):
        if key in ended:
            failure[key] = ended[key]
    return failure


def log_line(reply: Mapping[str, Any]) -> str:
    """A reply as a line of the log."""
    cell = f"{reply['year']} member {reply['ensemble_member']} {reply['task']}"
    text = f"{cell}: {reply['status']} in {reply['seconds']:.2f} s"
    if reply["status"] != "complete":
        return f"{text}: {reply['error']}"
    if reply["skipped"]:
        return f"{text}; the result already existed"
    return f"{text}; {_listed(reply['counts'])}" if reply["counts"] else text


def _listed(counts: Mapping[str, float]) -> str:
    """Counts for the log; that nothing is missing is not worth a word."""
    return ", ".join(f"{number} {of}" for of, number in counts.items() if number or not of.startswith("missing_"))

"""Start, stop and look at the workers."""

import time

from stormtracks.hosts import asking, cluster_key
from stormtracks.hosts.asking import ask, request
from stormtracks.hosts.links import HostFault
from stormtracks.hosts.outcomes import HostOutcome

COLUMNS = ("host", "running", ">busy", ">memory", ">done", ">failed", "year/member")
READY_SECONDS = 30.0
PATIENCE_SECONDS = 600.0
ANSWER_SECONDS = 5.0
LATER_SECONDS = 30.0


def start(cluster, seconds=READY_SECONDS):
    """A job that starts a host's worker, with the cluster's key, and waits until it answers."""
    fingerprint = asking.fingerprint()

    def job(link, worker):
        words = request(cluster, worker, fingerprint=fingerprint, seconds=seconds)
        answer = ask(link, worker, "start", words, seconds + LATER_SECONDS)
        if answer["state"] == "key":
            cluster_key.bring(link, worker, cluster)
            answer = ask(link, worker, "start", words, seconds + LATER_SECONDS)
        if answer["state"] == "failed":
            said = "\n".join([f"; the last lines of {answer['path']}:", *answer["log"]]) if answer["log"] else ""
            raise HostFault(f"{answer['reason']}{said}")
        return _started(worker, answer)

    return job


def stop(cluster, now=False, patience=PATIENCE_SECONDS):
    """A job that stops a host's worker: after its running tasks, or `now`; whoever does not go is killed."""

    def job(link, worker):
        words = request(cluster, worker, now=now, patience=patience)
        answer = ask(link, worker, "stop", words, patience + LATER_SECONDS)
        pids = ", ".join(map(str, answer.get("pids", [])))
        if answer["state"] == "still there":
            left = ", ".join(map(str, answer["left"]))
            raise HostFault(f"pid {left} cannot be ended, even by KILL (a dead disk?); look at it on the host")
        text = "not running" if answer["state"] == "not running" else f"stopped {answer['how']}: pid {pids}"
        return HostOutcome(
            worker.name, True, text + (" (left over from a worker)" if answer.get("orphans") else ""), answer
        )

    return job


def look(cluster):
    """A job that asks what a host's worker is doing."""

    def job(link, worker):
        answer = ask(link, worker, "look", request(cluster, worker))
        if answer["state"] != "running":
            left = ", ".join(map(str, answer["left_over"]))
            note = f"; left over from it: pid {left} (fab stop-workers ends them)" if left else ""
            return HostOutcome(worker.name, not left, f"not running{note}", answer)
        says = answer.get("says") or {"error": "not at the nameserver yet"}
        return HostOutcome(worker.name, "error" not in says, says.get("error", "running"), answer)

    return job


def table_rows(outcomes, now=None):
    """Rows for people: host, pid, since, memory, done, failed, what each slot does."""
    return [_row(outcome, now or time.time()) for outcome in outcomes]


def duration(seconds) -> str:
    """Seconds as people read them: "45 s", "3 min", "2.5 h", "4.0 d"."""
    for limit, unit, form in ((90, 1, "{:.0f} s"), (5400, 60, "{:.0f} min"), (129600, 3600, "{:.1f} h")):
        if seconds < limit:
            return form.format(seconds / unit)
    return f"{seconds / 86400:.1f} d"


def _started(worker, answer):
    if not answer["uri"]:
        text = f"pid {answer['pid']} runs, but is not registered: fab logs says why"
        return HostOutcome(worker.name, False, text, answer)
    place = answer["uri"].rpartition("@")[2]
    text = f"{answer['state']}: pid {answer['pid']} at {place}, {answer['slots']} slot(s)"
    fault = _unanswered(answer["uri"])
    if answer.get("changed"):
        other = " and ".join(answer["changed"])
        fault += f", with another {other} than it would be started with now: fab stop-workers first"
    return HostOutcome(worker.name, not fault, f"{text}{fault}", answer)


def _unanswered(uri):
    """What keeps a worker from answering the manager, which runs here; "" when it answers."""
    from stormtracks.pyro_cluster import wire  # Pyro4 takes 0.1 s to load, which `fab --list` need not pay

    try:
        with wire.proxy(uri, timeout=ANSWER_SECONDS) as worker:
            worker.ping()
    except wire.CommunicationError as error:
        return f", but does not answer from here: {error}"
    return ""


def _row(outcome, now):
    facts, says = outcome.facts, outcome.facts.get("says") or {}
    if facts.get("state") != "running":
        return [outcome.host, outcome.text, "", "", "", "", ""]
    working = ", ".join(_task(one, now) for one in says.get("working", []))
    doing = working or (outcome.text if "error" in says or not says else "stopping" if says["stopping"] else "idle")
    done, failed = str(says.get("done", "-")), str(says.get("failed", "-"))
    slots = f"{says.get('busy', '-')}/{says.get('slots', '-')}"
    memory = f"{facts['memory_mb']:,.0f} MB"
    return [outcome.host, f"pid {facts['pid']}, {duration(facts['seconds'])}", slots, memory, done, failed, doing]


def _task(one, now):
    since = f" for {duration(now - one['since'])}" if "since" in one else ""
    return f"{one.get('year')}/{one.get('ensemble_member')}{since}"

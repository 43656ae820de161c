"""`fab` for an entry with a queue, on a Slurm of two nodes: through a login node over a real sshd, and from here."""

import itertools
import os
import re
import shutil
import sys
import time

import fabric
import pytest
from broken_queue import calls, counted
from fab import ROOT
from needs import path
from processes import wait_for

from stormtracks import config
from stormtracks.hosts.outcomes import everywhere
from stormtracks.hosts.queued import readiness, start
from stormtracks.on_host.queue import cancel, probe

pytestmark = [pytest.mark.slurm, pytest.mark.slow]


@pytest.fixture
def big(slurm, operator, sshd, nameserver):
    """Describe an entry of two nodes of two CPUs behind a login node; its keys as they are in hosts.yaml."""
    operator.environment.update(slurm.environment)
    login = sshd("login", environment=slurm.environment)

    def configure(**more):
        data = operator.folder / "data"
        data.mkdir(exist_ok=True)
        entry = {
            "name": "big",
            "launch": "slurm",
            "address": login.address,
            "port": login.port,
            "jobs": 2,
            "slots": 2,
            "time": "5",
            "code": str(ROOT),
            "python": sys.executable,
            "tasks": "tests.cluster_tasks:TASKS",
            "data": str(data),
            "results": str(operator.folder / "results"),
            **more,
        }
        entry = {key: value for key, value in entry.items() if value is not None}
        operator.configure({"nameserver": nameserver, "workers": [entry]})
        return login

    return configure


@pytest.fixture
def here(big, operator):
    """The same entry where the queue's commands are on this machine."""
    return lambda **more: big(address=None, port=None, **more)


def said(operator, *words, status=0):
    done = operator.fab(*words)
    assert done.returncode == status, done.stdout
    return done.stdout


def until(operator, command, pattern):
    """Type a command until it says what it should; the machine may be slow."""
    return wait_for(lambda: re.search(pattern, operator.fab(command).stdout), 60.0, f"{pattern} of fab {command}")


def test_from_check_to_stop_through_a_login_node(big, operator, slurm):
    login = big(setup=["echo set up"])
    checked = said(operator, "check", "--wide", status=1)  # there are no data
    assert re.search(r"\bbig +ok .* none yet .* taken +n[12] +open\n", checked), checked
    assert checked.count(" x ") == 1
    started = said(operator, "start-workers")
    assert re.search(r"big ok +array \d+: 2 jobs submitted; \d (running|pending)", started), started
    key = login.home / ".stormtracks" / "secret.pem"
    assert key.read_bytes() == (operator.state / "secret.pem").read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    until(operator, "workers", r"(?s)(big-\d+_\d  on n[12], [^\n]* 0/2 +0 +0 +idle\n.*){2}")
    assert said(operator, "start-workers") == "big ok     nothing to submit; 2 running\n"
    logs = said(operator, "logs")
    assert len(re.findall(r"\d+_[12]  .*worker big-\d+_[12] ready: pid", logs)) == 2
    assert len(re.findall(r"\d+_[12]  set up", logs)) == 2
    assert '"findings"' not in logs  # of the job that only looked
    assert re.search(r"big ok +stopped gracefully: job \d+_[12], \d+_[12]\n", said(operator, "stop-workers"))
    assert slurm.jobs() == []
    assert "completed" in said(operator, "workers")
    assert said(operator, "stop-workers") == "big ok     not running\n"


def test_jobs_that_wait(here, operator, slurm):
    here(jobs=3)
    other = slurm.occupy()
    started = said(operator, "start-workers")
    assert re.search(r"array \d+: 3 jobs submitted; 3 pending", started)
    until(operator, "workers", r"(?m)^big +3 pending \(Resources")
    slurm.run("scancel", other)
    wait_for(lambda: len(slurm.jobs("%T")) == 3 and "RUNNING" in slurm.jobs("%T"))
    stopped = said(operator, "stop-workers", "--now")
    assert "cancelled before it ran: job" in stopped and "cancelled: job" in stopped
    assert slurm.jobs() == []


def test_a_node_that_could_not_be_looked_at_is_no_fault(here, operator, slurm, monkeypatch):
    here()
    slurm.occupy()
    for name in {name for name in os.environ if name.startswith("STORMTRACKS_")} - operator.environment.keys():
        monkeypatch.delenv(name)  # which a test before may have left, and which would be another cluster's
    for name in ("HOME", "STORMTRACKS_HOSTS"):
        monkeypatch.setenv(name, operator.environment[name])
    cluster = config.load()
    outcome = everywhere(cluster, readiness.errand(cluster, 1.0), fabric.Config())[0]
    assert outcome.facts["node"]["text"] == "not seen"
    assert re.search(r"note: node: a node was not looked at: pending \(Resources\)", outcome.text)
    assert [name for name, found in outcome.facts.items() if found["fault"]] == ["data"], outcome.text
    assert len(slurm.jobs()) == 1  # the other


def test_a_job_whose_worker_never_comes_is_said_with_what_it_wrote(here, operator):
    here(jobs=1, setup=["echo no such module", "exit 3"])
    started = said(operator, "start-workers", "--wait", "4", status=1)
    assert "ended (FAILED) before its worker registered: no such module" in started
    assert "ended before its worker registered: no such module" in said(operator, "workers")


def test_without_a_nameserver_nothing_is_submitted(here, operator, slurm, nameserver):
    here()
    text = operator.hosts.read_text().replace(str(nameserver["port"]), "1")
    operator.hosts.write_text(text)
    assert "no nameserver at localhost:1" in said(operator, "start-workers", status=1)
    assert slurm.jobs() == []
    operator.hosts.write_text(text.replace("port: 1", f"port: {nameserver['port']}"))


def test_a_refusal_is_said_by_check_and_start(here, operator):
    here(partition="nix")
    for command in ("check", "start-workers"):
        found = said(operator, command, status=1)
        assert "invalid partition specified: nix" in found.lower()
        assert "correct 'partition' in hosts.yaml" in found


def most_looks(seconds, pauses):
    """How many looks fit into a time, the last of the pauses between them coming again and again."""
    when = itertools.accumulate(itertools.chain(pauses, itertools.repeat(pauses[-1])))
    return 2 + sum(1 for _ in itertools.takewhile(lambda at: at < seconds, when))


def test_what_each_command_costs_the_queue(here, operator, slurm):
    here()
    folder = operator.folder / "counted"
    counted(folder, {name: path(name) for name in ("sbatch", "squeue", "scancel", "sinfo", "scontrol")})
    operator.environment["PATH"] = f"{folder}:{operator.environment['PATH']}"

    def cost(*words, status=0):
        (folder / "calls").unlink(missing_ok=True)
        said(operator, *words, status=status)
        lines = [line for line in calls(folder) if "--format=%e" not in line]  # a worker asks when its job ends
        return {name: sum(line.split()[0] == name for line in lines) for name in ("sbatch", "squeue", "scancel")}

    began = time.monotonic()
    checked = cost("check", status=1)
    assert (checked["sbatch"], checked["scancel"]) == (2, 0)
    assert checked["squeue"] <= most_looks(time.monotonic() - began, probe.LOOK_SECONDS)
    started = cost("start-workers")
    assert (started["sbatch"], started["scancel"]) == (1, 0) and 2 <= started["squeue"] <= 2 + start.SETTLE_LOOKS
    assert cost("start-workers") == {"sbatch": 0, "squeue": 1, "scancel": 0}
    assert cost("workers") == {"sbatch": 0, "squeue": 1, "scancel": 0}
    for command in ("logs", "collect", "push-key", "deploy"):
        assert cost(command) == {"sbatch": 0, "squeue": 0, "scancel": 0}, command
    began = time.monotonic()
    stopped = cost("stop-workers")
    assert (stopped["sbatch"], stopped["scancel"]) == (0, 1)
    assert stopped["squeue"] <= 2 + most_looks(time.monotonic() - began, cancel.POLLS)
    assert cost("workers")["squeue"] <= 1


def test_a_submission_whose_process_is_killed_at_that_moment_is_found(here, operator, slurm):
    here()
    folder = operator.folder / "killing"
    folder.mkdir()
    (folder / "sbatch").write_text(f'#!/bin/sh\n{path("sbatch")} "$@"\nkill -9 $PPID\n')
    (folder / "sbatch").chmod(0o755)
    usual = operator.environment["PATH"]
    operator.environment["PATH"] = f"{folder}:{usual}"
    assert "no answer" in said(operator, "start-workers", status=1)
    operator.environment["PATH"] = usual
    until(operator, "workers", r"(?s)big-\d+_1 .*big-\d+_2 ")
    assert "nothing to submit; " in said(operator, "start-workers")
    assert "stopped gracefully" in said(operator, "stop-workers")
    assert slurm.jobs() == []


def test_code_is_not_exchanged_under_jobs_and_upgraded_between_them(big, operator, slurm):
    code = operator.folder / "code"
    here = operator.snapshot()
    big(code=str(code), jobs=1)
    assert "copied" in said(operator, "deploy")
    assert "1 job submitted" in said(operator, "start-workers")
    (here / "stormtracks" / "version.py").open("a").write("\n")
    assert "its jobs are in the queue: run fab stop-workers first" in said(operator, "deploy", status=1)
    changed = said(operator, "start-workers", status=1)
    assert "older jobs were submitted with another code version" in changed
    upgraded = said(operator, "upgrade")
    assert re.search(r"stopped gracefully: job \d+_1; 1 file\(s\) copied.*; array \d+: 1 job submitted", upgraded)
    assert "runs 1" in said(operator, "upgrade")
    shutil.rmtree(code)
    assert "no code in" in said(operator, "workers", status=1)

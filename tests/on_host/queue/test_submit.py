"""What `fab start-workers` does at the queue: what lacks is submitted, once."""

import json
import os
import re
import shlex
import subprocess

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stormtracks.on_host.queue import jobs, submit
from stormtracks.on_host.queue.arrays import ledger, script
from stormtracks.on_host.queue.arrays.command import NoAnswer, QueueFault


def words(queue, name):
    return [line for line in queue.calls if line.split()[0] == name]


@pytest.mark.slow
def test_what_lacks_is_submitted_and_what_is_there_is_left_alone(queue, request_of, mark):
    queue.lists(mark, ("7_1", "RUNNING"), ("7_2", "PENDING", "Resources"), ("7_3", "PENDING", "Resources"))
    first = submit.run(request_of())
    assert (first["state"], first["array"], first["submitted"]) == ("submitted", "7", 3)
    assert f"--comment={mark}" in shlex.split(words(queue, "sbatch")[0])
    again = submit.run(request_of())
    assert (again["state"], again["submitted"]) == ("running", 0)
    queue.lists(mark, ("7_1", "COMPLETED"), ("7_2", "TIMEOUT"), ("7_3", "PENDING", "Resources"))
    queue.says("sbatch", "8\n")
    assert submit.run(request_of())["submitted"] == 2
    assert "--array=1-2" in words(queue, "sbatch")[1]


def test_jobs_with_another_mark_are_not_ours(queue, request_of, mark):
    submit.run(request_of())
    queue.lists("another", ("7_1", "RUNNING"))
    assert jobs.run(request_of())["jobs"] == []


def test_without_the_key_nothing_is_submitted(queue, request_of):
    assert submit.run(request_of(fingerprint="SHA256:other")) == {"state": "key"}
    assert queue.calls == []


def test_other_options_than_those_of_running_jobs_are_named(queue, request_of, mark):
    submit.run(request_of(time="60"))
    queue.lists(mark, *((f"7_{n}", "RUNNING") for n in (1, 2, 3)))
    assert submit.run(request_of(time="90", partition="long", version="2"))["changed"] == [
        "code version",
        "partition",
        "time",
    ]
    assert submit.run(request_of(time="60"))["changed"] == []


def test_the_script_has_no_word_of_hosts_yaml_for_a_shell_but_setup(queue, request_of, tmp_path):
    evil = "'; touch EVIL; $(touch EVIL) `touch EVIL` \nEND_OF_THE_REQUEST\n"
    code = tmp_path / "it's $HOME code"
    (code / "stormtracks" / "on_host").mkdir(parents=True)
    (code / "stormtracks" / "on_host" / "__main__.py").write_text("")
    program = "import sys, json; print(sys.argv[1:], json.loads(sys.stdin.readline())['data'])"
    (code / "stormtracks" / "__init__.py").write_text("")
    (code / "stormtracks" / "on_host" / "__init__.py").write_text("")
    (code / "stormtracks" / "on_host" / "__main__.py").write_text(program)
    literal = str(code).replace("$HOME", "${DOLLAR}")
    submit.run(request_of(code=literal, data=evil, setup=["export DOLLAR='$HOME'"]))
    done = subprocess.run(
        ["sh"], input=queue.script, text=True, capture_output=True, cwd=tmp_path, env={**os.environ, "HOME": "/no"}
    )
    assert done.stdout == f"['queue.pilot'] {evil}\n", done
    assert not (tmp_path / "EVIL").exists()
    assert queue.script.isascii()


@settings(max_examples=20, suppress_health_check=[*HealthCheck])
@given(value=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=40))
@example("END_OF_THE_REQUEST")
@example("\nEND_OF_THE_REQUEST\ntouch EVIL\n")
@example("'$(touch EVIL)`touch EVIL`;\\")
def test_whatever_hosts_yaml_has_is_data(tmp_path, value):
    echo = tmp_path / "stormtracks" / "on_host"
    echo.mkdir(parents=True, exist_ok=True)
    (echo / "__main__.py").touch()
    (tmp_path / "echo").write_text("#!/bin/sh\nexec cat\n")
    (tmp_path / "echo").chmod(0o755)
    asked = {"code": str(tmp_path), "python": "./echo", "data": value, "name": "big"}
    done = subprocess.run(["sh"], input=script.text("queue.pilot", asked), text=True, capture_output=True, cwd=tmp_path)
    assert json.loads(done.stdout)["data"] == value
    assert not (tmp_path / "EVIL").exists()


LACKS = [
    ("/no/code", "sh", "no code in /no/code on .*: run fab deploy, or check that nodes see that folder"),
    ("{here}", "nopy", "no python nopy on .*: see setup, code and python in hosts.yaml"),
]


@pytest.mark.parametrize(("code", "python", "said"), LACKS)
def test_a_job_says_what_it_lacks(queue, request_of, tmp_path, code, python, said):
    (tmp_path / "stormtracks" / "on_host").mkdir(parents=True)
    (tmp_path / "stormtracks" / "on_host" / "__main__.py").touch()
    submit.run(request_of(code=code.format(here=tmp_path), python=python))
    done = subprocess.run(["sh"], input=queue.script, text=True, capture_output=True)
    assert re.search(said, done.stderr)


def test_setup_is_for_bash_as_people_write_it(queue, request_of, tmp_path):
    (tmp_path / "site").write_text("module() { echo loaded $2; }\n")
    submit.run(request_of(setup=[f"source {tmp_path}/site", "module load python", "[[ a == a ]] && exit 0"]))
    path = tmp_path / "job"
    path.write_text(queue.script)
    path.chmod(0o700)
    done = subprocess.run([path], text=True, capture_output=True)
    assert (done.stdout, done.stderr, done.returncode) == ("loaded python\n", "", 0)


def test_no_key_is_in_the_script(queue, request_of):
    submit.run(request_of())
    pem = (ledger.private.state() / "secret.pem").read_text()
    assert not any(line in queue.script for line in pem.splitlines() if len(line) > 40)
    assert json.loads(queue.script.splitlines()[-2])["env"]["STORMTRACKS_HOME"]


REFUSALS = [
    ("sbatch: error: Batch job submission failed: Invalid account or account/partition combination", "'account'"),
    ("sbatch: error: invalid partition specified: nix", "'partition'"),
    ("sbatch: error: QOSMaxSubmitJobPerUserLimit", "lower 'jobs'"),
    ("sbatch: error: Requested node configuration is not available", "lower 'slots'"),
    ("sbatch: error: Requested time limit is invalid (missing or exceeds some limit)", "lower 'time'"),
    ("sbatch: error: Memory specification can not be satisfied", "'memory_limit_mb'"),
    ("sbatch: unrecognized option '--nix'", "'options'"),
    ("sbatch: error: Batch job submission failed: Invalid job array specification", "lower 'jobs'"),
    ("sbatch: fatal: --mem, --mem-per-cpu, and --mem-per-gpu are mutually exclusive.", "remove --mem and its like"),
    ("sbatch: error: Job violates accounting/QOS policy (job submit limit, user's size)", "lower 'jobs', 'slots'"),
    ("qsub: Job violates queue and/or server resource limits", "lower 'jobs', 'slots'"),
    ("sbatch: error: something new", "correct the entry in hosts.yaml, or ask"),
]


@pytest.mark.parametrize(("message", "cure"), REFUSALS)
def test_a_refusal_has_the_queues_message_and_what_to_do(queue, request_of, message, cure):
    queue.says("sbatch", errors=f"{message}\n", status=1)
    with pytest.raises(QueueFault) as fault:
        submit.run(request_of())
    assert message in str(fault.value) and cure in str(fault.value)
    queue.says("sbatch", "7\n")
    assert submit.run(request_of())["submitted"] == 3  # nothing is in its way


def test_a_controller_that_is_away_is_said(queue, request_of, mark):
    queue.says("sbatch", errors="sbatch: error: Unable to contact slurm controller (connect failure)\n", status=1)
    with pytest.raises(NoAnswer, match=r"the queue does not answer .*Unable to contact"):
        submit.run(request_of())


def test_a_queue_that_is_not_here_is_said(home, request_of, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(QueueFault, match=r"sbatch was not found on .*: write the login node as 'address'"):
        submit.run(request_of())


def test_a_command_that_hangs_is_ended(queue, request_of, monkeypatch):
    monkeypatch.setattr("stormtracks.on_host.queue.arrays.desk.SUBMIT_SECONDS", 0.2)
    queue.says("sbatch", "7\n", seconds=30)
    with pytest.raises(NoAnswer, match=r"sbatch did not answer within 0.2 s"):
        submit.run(request_of())


def test_endless_output_is_ended(queue, request_of, mark):
    submit.run(request_of())
    queue.says("squeue", after="exec yes")
    with pytest.raises(QueueFault, match=r"squeue writes more than 64 MB"):
        jobs.run(request_of())


def test_what_belongs_to_another_job_is_not_handed_on(queue, request_of, monkeypatch):
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 4711 10.0.0.2 22")
    monkeypatch.setenv("SLURM_JOB_ID", "3")
    monkeypatch.setenv("SQUEUE_FORMAT", "%i")
    queue.says("sbatch", "7\n", after='env > "$here/environment"')
    submit.run(request_of())
    there = (queue.folder / "environment").read_text()
    assert "LC_ALL=C\n" in there
    assert not any(name in there for name in ("SSH_CONNECTION", "SLURM_JOB_ID", "SQUEUE_FORMAT"))

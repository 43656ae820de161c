"""PBS's words: command lines, answers as they are published, and what a job finds in its environment."""

import subprocess
from pathlib import Path

import pytest

from stormtracks.errors import BadValue
from stormtracks.queues.job import Allocation, Job, Wanted
from stormtracks.queues.known import SYSTEMS
from stormtracks.queues.system import OddAnswer

PBS = SYSTEMS["pbs"]
RECORDED = Path(__file__).resolve().parents[1] / "recorded" / "pbs"
WANTED = Wanted("tc", "3f9c", 4, 8, "4:00:00", 2000, "workq", "abc", ("-Wgroup_list=g",), "/home/ada/out")
START = 1795708800.0
"""Of Thu Nov 26 16:00:00 2026."""


def listed(name):
    return {job.id: job for job in PBS.jobs_in((RECORDED / name).read_text())}


def test_an_array_is_asked_for_with_the_users_own_words_last():
    assert PBS.submit(WANTED) == [
        *("qsub", "-J", "1-4", "-N", "tc", "-v", "STORMTRACKS_MARK=3f9c", "-l", "select=1:ncpus=8:mem=16000mb"),
        *("-l", "walltime=4:00:00", "-q", "workq", "-A", "abc", "-j", "oe", "-o", "/home/ada/out/", "-S", "/bin/sh"),
        "-Wgroup_list=g",
    ]
    assert PBS.only_asked(WANTED) is None


def test_one_job_is_no_array():
    assert "-J" not in PBS.submit(Wanted("tc", "m", 1, 1, None, None, None, None, (), "/o"))


@pytest.mark.parametrize("own", [("-l", "select=1:ncpus=8:ngpus=1"), ("-lselect=1:ncpus=8",), ("-l", "ncpus=8,mem=4")])
def test_who_chooses_chunks_chooses_all_of_them(own):
    words = PBS.submit(Wanted("tc", "m", 1, 8, None, 2000, None, None, own, "/o"))
    assert [word for word in words if "ncpus" in word] == [own[-1]]


@pytest.mark.parametrize(
    ("output", "array"), [("4711[].pbs1\n", "4711[]"), ("4711.pbs1.example.org\n", "4711"), ("hello\n12[]\n", "12[]")]
)
def test_the_number_of_an_array(output, array):
    assert PBS.array_of(output) == array
    assert PBS.listing([array]) == ["qstat", "-x", "-t", "-f", array]


@pytest.mark.parametrize("output", ["", "qsub: waiting\n", "4711[3].pbs1\n"])
def test_no_number_is_refused(output):
    with pytest.raises(OddAnswer, match="qsub answered"):
        PBS.array_of(output)


# job -> state, word, whether it is the queue's doing, start, end (both from 16:00, in minutes), host
ARRAY = {
    "4711_1": ("ended", "X", False, 0, 10, "node07"),
    "4711_2": ("running", "R", False, 0, 240, "node07"),
    "4711_3": ("running", "R", False, 5, 245, "node08"),
    "4711_4": ("ended", "X", True, 0, None, "node09"),
    "4711_5": ("ending", "E", False, 0, 240, "node09"),
    "4711_6": ("pending", "Q", False, None, None, ""),
}


@pytest.mark.parametrize("name", ARRAY)
def test_the_jobs_of_an_array(name):
    job = listed("array.txt")[name]
    start, end = (None if time is None else (time - START) / 60 for time in (job.start, job.end))
    assert (job.state, job.word, job.by_queue, start, end, job.host) == ARRAY[name]
    assert (job.array, job.mark) == ("4711[]", "stormtracks-00f1a2b3c4d5e6f7")


def test_what_is_said_of_a_job_may_be_folded():
    assert listed("array.txt")["4711_2"].reason.endswith("(node07:ncpus=8:mem=16384000kb)")
    assert listed("waiting.txt")["4720_1"].reason.endswith("running jobs of this queue")


def test_an_array_that_waits_is_its_indices():
    found = listed("waiting.txt")
    assert list(found) == ["4720_1", "4720_2", "4720_3", "4720_5"]
    assert found["4720_5"] == Job(
        *("4720_5", "pending", "Q", found["4720_1"].reason, START + 7200, None, "", "m20", False, "4720[]")
    )


def test_jobs_by_themselves():
    found = listed("single.txt")
    assert {name: (job.state, job.by_queue, job.mark) for name, job in found.items()} == {
        "4801": ("pending", False, "m01"),
        "4802": ("ended", True, "m02"),  # its time was over
        "4803": ("ended", False, "m03"),  # it took more memory than it had asked for
        "4804": ("pending", False, "m04"),
    }
    assert found["4801"].start == START + 5401
    assert (found["4802"].host, found["4802"].end) == ("node07", START + 3)


@pytest.mark.parametrize(
    ("status", "by_queue"), [("0", False), ("1", False), ("271", True), ("265", False), ("-3", True), ("-25", False)]
)
def test_whose_doing_an_end_is(status, by_queue):
    (job,) = PBS.jobs_in(f"Job Id: 1.s\n    job_state = F\n    Exit_status = {status}\n")
    assert job.by_queue is by_queue


def test_nothing_is_listed_of_jobs_that_are_forgotten():
    assert PBS.jobs_in("", "qstat: Unknown Job Id 99.pbs1\n") == []
    assert PBS.jobs_in("", "") == []


def test_answers_that_make_no_sense_are_refused():
    with pytest.raises(OddAnswer, match=r"could not tell: Connection refused / qstat: cannot connect"):
        PBS.jobs_in("", "Connection refused\nqstat: cannot connect to server pbs1 (errno=15010)\n")
    with pytest.raises(OddAnswer, match="which lists no job; run `qstat --version`"):
        PBS.jobs_in("Job id   Name  User\n", "")


def test_ending_and_only_signalling():
    assert PBS.ending(["4711_3", "12"]) == ["qdel", "4711[3]", "12"]
    assert PBS.ending(["4711_3"], "TERM") == ["qsig", "-s", "SIGTERM", "4711[3]"]
    with pytest.raises(BadValue, match="is not the id of a job of PBS"):
        PBS.ending(["-p"])


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, None),
        ({"PBS_JOBID": "4711[3].pbs1", "NCPUS": "8"}, Allocation("4711_3", 8, None, None)),
        ({"PBS_JOBID": "12.pbs1"}, Allocation("12", None, None, None)),
    ],
)
def test_what_a_job_is_told(environment, found):
    assert PBS.allocation(environment) == found


def test_when_a_job_ends():
    assert PBS.end_of("4711_2") == ["qstat", "-f", "4711[2]"]
    text = "Job Id: 4711[2].pbs1\n    stime = Thu Nov 26 16:00:00 2026\n    Resource_List.walltime = 04:00:00\n"
    assert PBS.end_in(text) == START + 4 * 3600
    assert PBS.end_in(text.partition("    Resource")[0]) is PBS.end_in("") is None


def test_times_are_asked_for_in_utc_and_outside_of_any_job():
    kept = {"HOME": "/home/ada", "PBS_SERVER": "pbs1", "PBS_CONF_FILE": "/etc/pbs.conf"}
    assert PBS.environment(kept | {"PBS_JOBID": "1.s", "NCPUS": "4", "TZ": "Asia/Tokyo", "PBS_O_HOME": "/"}) == {
        **kept,
        "TZ": "UTC",
    }


@pytest.mark.parametrize(
    ("name", "file"), [("4711[3].pbs1.example.org", "4711_3"), ("12.pbs1", "12"), ("4711[33]", "4711_33"), ("12", "12")]
)
def test_the_head_of_the_script_sends_the_output_to_its_file(tmp_path, name, file):
    folder = tmp_path / "it's $HOME"
    folder.mkdir()
    wanted = Wanted("tc", "m", 2, 1, None, None, None, None, (), str(folder))
    script = "\n".join([*PBS.head(wanted), "echo out; echo err >&2", ""])
    subprocess.run(["sh"], input=script, text=True, check=True, env={"PBS_JOBID": name, "PATH": "/usr/bin:/bin"})
    assert (folder / f"{file}.log").read_text() == "out\nerr\n"


def test_lengths_of_time():
    PBS.refuse_time("4:00:00")
    for time in ("240", "4:00", "1-0", "4h"):
        with pytest.raises(BadValue, match=f"'time': '{time}' is not how long .* write H:MM:SS"):
            PBS.refuse_time(time)

"""Slurm's words: command lines, recorded answers of a Slurm of two nodes, and what a job finds in its environment."""

from pathlib import Path

import pytest

from stormtracks.errors import BadValue
from stormtracks.queues.job import Allocation, Job, Wanted
from stormtracks.queues.known import SYSTEMS
from stormtracks.queues.system import OddAnswer

SLURM = SYSTEMS["slurm"]
RECORDED = Path(__file__).resolve().parents[1] / "recorded" / "slurm"
WANTED = Wanted("tc", "3f9c0de1", 4, 8, "4:00:00", 2000, "compute", "abc", ("--qos=low", "-C", "a&b"), "/home/ada/%out")


def listed(name):
    return {job.id: job for job in SLURM.jobs_in((RECORDED / name).read_text())}


def test_an_array_is_asked_for_with_the_users_own_words_last():
    assert SLURM.submit(WANTED) == [
        *("sbatch", "--parsable", "--array=1-4", "--job-name=tc", "--comment=3f9c0de1"),
        *("--nodes=1", "--ntasks=1", "--cpus-per-task=8", "--time=4:00:00", "--mem-per-cpu=2000M"),
        *("--partition=compute", "--account=abc", "--output=/home/ada/%%out/%A_%a.log", "--open-mode=append"),
        *("--qos=low", "-C", "a&b"),
    ]
    assert SLURM.only_asked(WANTED) == ["sbatch", "--test-only", *SLURM.submit(WANTED)[2:]]


def test_what_is_not_said_is_the_queues_default():
    words = SLURM.submit(Wanted("tc", "m", 1, 1, None, None, None, None, (), "/o"))
    assert "--array=1-1" in words  # so that jobs are called alike
    assert not [word for word in words if word.startswith(("--time", "--mem", "--partition", "--account"))]


def test_a_folder_that_slurm_would_read_as_a_pattern_is_refused():
    with pytest.raises(BadValue, match=r"must have no '\\' in its path"):
        SLURM.submit(Wanted("tc", "m", 1, 1, None, None, None, None, (), "/o\\p"))


@pytest.mark.parametrize(
    ("output", "array"),
    [("123\n", "123"), ("123;cluster1\n", "123"), ("Welcome to this site\n\n67108865\n", "67108865")],
)
def test_the_number_of_an_array(output, array):
    assert SLURM.array_of(output) == array


@pytest.mark.parametrize("output", ["", "Submitted batch job\n", "12x\n", "123\nbye\n"])
def test_no_number_is_refused(output):
    with pytest.raises(OddAnswer, match=r"sbatch answered .* run `sbatch --version`"):
        SLURM.array_of(output)


def test_one_call_lists_several_arrays_of_the_account():
    words = SLURM.listing(["12", "14"])
    assert words[:5] == ["squeue", "--me", "--noheader", "--array", "--states=all"]
    assert words[-1] == "--jobs=12,14"
    assert SLURM.mine() == words[:-1]


# job -> state, Slurm's word, its reason, whether it is the queue's doing
STATES = {
    "35_1": ("ended", "FAILED", "NonZeroExitCode", False),
    "36_1": ("ended", "NODE_FAIL", "NodeDown", True),
    "37_1": ("pending", "PENDING", "JobHeldUser", False),
    "38_1": ("pending", "PENDING", "BeginTime", False),
    "39_1": ("running", "RUNNING", "", False),
    "40_1": ("ended", "CANCELLED", "", True),
    "41_1": ("ended", "FAILED", "JobLaunchFailure", False),
    "42_1": ("pending", "PENDING", "BeginTime", False),
    "42_2": ("ended", "COMPLETED", "", False),
    "43_9": ("pending", "PENDING", "Resources", False),
}


@pytest.mark.parametrize("job", STATES)
def test_states_as_they_were_recorded(job):
    found = listed("states.txt")[job]
    assert (found.state, found.word, found.reason, found.by_queue) == STATES[job]


def test_times_hosts_and_marks():
    found = listed("states.txt")
    assert found["39_1"] == Job(
        *("39_1", "running", "RUNNING", "", 1795712227.0, 1795712287.0, "n2", "time01", False, "39")
    )
    assert (found["37_1"].start, found["37_1"].end, found["37_1"].host) == (None, None, "")
    assert found["42_1"].start == 1795712352.0  # when it is expected to start again


def test_allocations_that_are_over():
    found = listed("over.txt")
    assert (found["39_1"].word, found["39_1"].state, found["39_1"].by_queue) == ("TIMEOUT", "ended", True)
    assert (found["38_1"].word, found["38_1"].state, found["38_1"].by_queue) == ("DEADLINE", "ended", True)


def test_a_preempted_job_ends_sooner_than_it_was_promised_to():
    before, after = listed("grace.txt")["31_1"], listed("preempted.txt")["31_1"]
    assert (before.state, before.end - before.start) == ("running", 11.0)  # of 600
    assert (after.state, after.word, after.by_queue) == ("ended", "PREEMPTED", True)
    assert listed("preempted.txt")["32_1"].state == "pending"


def test_a_suspended_job_waits_until_it_is_resumed():
    job = listed("suspended.txt")["43_1"]
    assert (job.state, job.by_queue, job.reason, job.start) == ("pending", True, "Suspended", None)


def test_what_waits_in_one_line_is_given_one_by_one():
    assert sorted(listed("ranges.txt")) == [f"43_{index}" for index in range(1, 10)]


def test_an_array_whose_jobs_were_cancelled_one_by_one_is_one_job():
    (job,) = listed("cancelled_one_by_one.txt").values()
    assert (job.id, job.array, job.state, job.by_queue) == ("51", "51", "ended", True)


def line(*fields):
    return "\x1f".join(fields) + "\n"


@pytest.mark.parametrize(
    ("text", "jobs"),
    [
        ("7_[3-5%2]", ["7_3", "7_4", "7_5"]),
        ("7_[1,4-9:2,20]", ["7_1", "7_4", "7_6", "7_8", "7_20"]),
        ("7_[3]", ["7_3"]),
        ("7_3", ["7_3"]),
        ("7", ["7"]),
        ("7+1", ["7_1"]),
    ],
)
def test_ids(text, jobs):
    found = SLURM.jobs_in(line(text, "PENDING", "N/A", "N/A", "", "m", "Priority"))
    assert [(job.id, job.array) for job in found] == [(name, "7") for name in jobs]


@pytest.mark.parametrize(
    ("time", "seconds"),
    [("N/A", None), ("NONE", None), ("Unknown", None), ("0", None), ("1795712227", 1795712227.0), ("16:39", None)],
)
def test_times_that_are_none(time, seconds):
    (job,) = SLURM.jobs_in(line("7", "RUNNING", time, time, "n1", "m", ""))
    assert (job.start, job.end) == (seconds, seconds)


def test_a_time_in_words_is_this_machines(monkeypatch):
    monkeypatch.setenv("TZ", "UTC+2")
    import time

    time.tzset()
    try:
        (job,) = SLURM.jobs_in(line("7", "RUNNING", "2026-11-26T16:00:00", "NONE", "n1", "m", ""))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert job.start == 1795716000.0


@pytest.mark.parametrize(
    ("word", "state", "by_queue"),
    [
        ("OUT_OF_MEMORY", "ended", False),
        ("CANCELLED by 1000", "ended", True),
        ("BOOT_FAIL", "ended", True),
        ("COMPLETING", "ending", False),
        ("REQUEUED", "pending", True),
        ("CONFIGURING", "pending", False),
        ("A_WORD_OF_LATER", "running", False),
    ],
)
def test_words_for_states(word, state, by_queue):
    (job,) = SLURM.jobs_in(line("7_1", word, "N/A", "N/A", "n1", "m", "None"))
    assert (job.state, job.by_queue) == (state, by_queue)


def test_headings_of_clusters_and_of_sites_are_no_jobs():
    text = "CLUSTER: one\n" + line("7", "RUNNING", "1", "2", "n1", "m|n", "a|b c") + "Have a nice day\n"
    (job,) = SLURM.jobs_in(text)
    assert (job.mark, job.reason) == ("m|n", "a|b c")


def test_nothing_is_listed_of_arrays_that_are_forgotten():
    assert SLURM.jobs_in("", "slurm_load_jobs error: Invalid job id specified\n") == []
    assert SLURM.jobs_in("", "") == []  # what squeue says of several


@pytest.mark.parametrize(
    ("output", "errors", "message"),
    [
        ("", "slurm_load_jobs error: Unable to contact slurm controller (connect failure)", "could not tell: .*fail"),
        ("JOBID PARTITION\n7 main\n", "", "not the fields it was asked for"),
        (line("x", "RUNNING", "1", "2", "n1", "m", ""), "", "not a job as it was asked for"),
        (line("7", "RUNNING", "1"), "", "not a job as it was asked for"),
    ],
)
def test_answers_that_make_no_sense_are_refused(output, errors, message):
    with pytest.raises(OddAnswer, match=message):
        SLURM.jobs_in(output, errors)


def test_ending_and_only_signalling():
    assert SLURM.ending(["7_1", "9"]) == ["scancel", "7_1", "9"]
    assert SLURM.ending(["7_1"], "TERM") == ["scancel", "--batch", "--signal=TERM", "7_1"]
    for odd in ("", "-u", "7_", "7_1 8", "7;8"):
        with pytest.raises(BadValue, match="is not the id of a Slurm job"):
            SLURM.ending([odd])


JOB = {"SLURM_JOB_ID": "15", "SLURM_ARRAY_JOB_ID": "12", "SLURM_ARRAY_TASK_ID": "3"}


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"HOME": "/root"}, None),
        ({"SLURM_JOB_ID": "15"}, Allocation("15", None, None, None)),
        (JOB | {"SLURM_CPUS_PER_TASK": "8"}, Allocation("12_3", 8, None, None)),
        (JOB | {"SLURM_CPUS_ON_NODE": "4", "SLURM_MEM_PER_NODE": "4000"}, Allocation("12_3", 4, 1000, None)),
        (JOB | {"SLURM_MEM_PER_CPU": "500", "SLURM_JOB_END_TIME": "99"}, Allocation("12_3", None, 500, 99.0)),
        (JOB | {"SLURM_MEM_PER_NODE": "0", "SLURM_CPUS_PER_TASK": "two"}, Allocation("12_3", None, None, None)),
    ],
)
def test_what_a_job_is_told(environment, found):
    assert SLURM.allocation(environment) == found


def test_when_a_job_ends():
    assert SLURM.end_of("12_3") == ["squeue", "--noheader", "--format=%e", "--jobs=12_3"]
    assert SLURM.end_in("1795712287\n") == 1795712287.0
    assert SLURM.end_in("N/A\n") is SLURM.end_in("") is None


def test_nothing_of_the_users_environment_changes_an_answer():
    """A job that is submitted within another would else have the other's memory and end: sbatch hands them on."""
    kept = {"HOME": "/home/ada", "SLURM_CONF": "/etc/s.conf", "SBATCH_ACCOUNT": "abc", "SLURM_CLUSTERS": "one"}
    gone = {"SQUEUE_FORMAT": "%j", "SQUEUE_PARTITION": "x", "SQUEUE_SORT": "i", "SCANCEL_INTERACTIVE": "1"}
    gone |= {"SBATCH_WAIT": "1", "SBATCH_ARRAY_INX": "1-9", "SLURM_JOB_END_TIME": "5", "SLURM_ARRAY_TASK_ID": "9"}
    gone |= {"SLURM_MEM_PER_NODE": "55", "SLURM_TIME_FORMAT": "relative", "SBATCH_ERROR": "/dev/null"}
    assert SLURM.environment(kept | gone) == kept | {"SLURM_TIME_FORMAT": "%s", "SLURM_BITSTR_LEN": "0"}


@pytest.mark.parametrize("time", ["30", "30:00", "4:00:00", "1-0", "1-12:30", "1-12:30:00"])
def test_lengths_of_time(time):
    SLURM.refuse_time(time)


@pytest.mark.parametrize("time", ["4h", "1 day", "-5", "4:00:00:00", "1.5", "", "4:0"])
def test_other_lengths_of_time_are_refused(time):
    with pytest.raises(BadValue, match=r"'time': Slurm does not read .*write H:MM:SS, D-HH:MM:SS, or a number"):
        SLURM.refuse_time(time)

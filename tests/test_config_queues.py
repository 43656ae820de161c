"""Entries of hosts.yaml whose workers are jobs of a queue: what they have by default, and what they may not say."""

import sys

import pytest

from stormtracks import config
from stormtracks.config import KeyRefused
from stormtracks.queues.known import SYSTEMS


def workers(tmp_path, text):
    path = tmp_path / "hosts.yaml"
    path.write_text(text)
    return config.load(path).workers


def entry(tmp_path, *lines, launch="slurm"):
    """The entry that these lines describe, below its name in line 2 and `launch` in line 3."""
    return workers(tmp_path, "\n    ".join(["workers:\n  - name: tc", f"launch: {launch}", *lines]) + "\n")[0]


def test_launches_are_the_queues_that_there_are():
    assert set(config.QUEUES) == set(SYSTEMS)


def test_what_an_entry_has_by_default(tmp_path):
    tc = entry(tmp_path, "address: login")
    assert (tc.jobs, tc.slots, tc.idle_exit, tc.grace, tc.time, tc.options, tc.setup) == (1, 1, 300, 20, None, (), ())
    assert (tc.queued, tc.local, tc.place, tc.queue.name) == (True, False, "tc (login)", "Slurm")
    assert (tc.code, tc.python) == ("~/stormtracks", ".venv/bin/python")


def test_without_an_address_the_queue_is_asked_here(tmp_path):
    tc = entry(tmp_path, launch="pbs")
    assert (tc.local, tc.place, tc.queue.name) == (True, "tc (this machine)", "PBS")
    assert (tc.code, tc.python) == (str(config.CHECKOUT), sys.executable)


def test_other_hosts_are_no_queue(tmp_path):
    (w1,) = workers(tmp_path, "workers: [{name: w1}]\n")
    assert (w1.queued, w1.jobs, w1.slots, w1.grace, w1.idle_exit) == (False, None, None, None, None)


def test_every_key_is_read(tmp_path):
    tc = entry(
        tmp_path,
        *("address: login", "jobs: 8", "slots: 4", "time: 4:00:00", "partition: a,b", "account: abc", "idle_exit: 60"),
        *("memory_limit_mb: 2000", "grace: 5", "options: [--qos=low, -C, 'a b']"),
        *("setup:", "  - module load python", "  - 'export A=\"$HOME/x\"  # mine'"),
    )
    assert (tc.jobs, tc.slots, tc.time, tc.partition, tc.account) == (8, 4, "4:00:00", "a,b", "abc")
    assert (tc.idle_exit, tc.memory_limit_mb, tc.grace, tc.options) == (60, 2000, 5, ("--qos=low", "-C", "a b"))
    assert tc.setup == ("module load python", 'export A="$HOME/x"  # mine')


def test_texts_that_look_like_numbers_stay_texts(tmp_path):
    tc = entry(tmp_path, "account: 007", "partition: no", "options: [-q, 12]", "setup: [1_000]")
    assert (tc.account, tc.partition, tc.options, tc.setup) == ("007", "no", ("-q", "12"), ("1_000",))


@pytest.mark.parametrize("time", ["30", "4:00:00", "04:00:00", "1-12", "'1-12:00:00'", "240:00"])
def test_a_time_is_read_as_it_is_written(tmp_path, time):
    assert entry(tmp_path, f"time: {time}").time == time.strip("'")


def test_two_entries_may_share_a_login_node(tmp_path):
    found = workers(
        tmp_path,
        """
workers:
  - {name: short, launch: slurm, address: login, partition: short}
  - {name: long, launch: slurm, address: login, partition: long}
  - {name: login, launch: ssh, address: login}
""",
    )
    assert [worker.ssh_host for worker in found] == ["login"] * 3


def test_defaults_of_a_queue_are_for_entries_that_have_one(tmp_path):
    found = workers(
        tmp_path,
        """
defaults: {account: abc, time: 1-0, setup: [module load python], user: me}
workers:
  - {name: tc, launch: slurm}
  - {name: w1}
""",
    )
    assert [(worker.account, worker.time, worker.setup) for worker in found] == [
        ("abc", "1-0", ("module load python",)),
        (None, None, ()),
    ]


def test_the_queue_in_the_comments_of_the_shipped_file_is_one(tmp_path):
    text = (config.CHECKOUT / "hosts.yaml").read_text()
    block = "\n".join(line[1:] for line in text[text.index("#  - name: tc") :].splitlines())
    (tc,) = workers(tmp_path, f"workers:\n{block}\n")
    assert (tc.launch, tc.jobs, tc.time, tc.setup) == ("slurm", 4, "4:00:00", ("module load python",))


# lines below `launch`, the line that is named, the message
REFUSALS = [
    (["jobs: 0"], 4, "'jobs' must be at least 1, not 0"),
    (["jobs: 1001"], 4, "'jobs' must be at most 1000, not 1001"),
    (["slots: 513"], 4, "'slots' must be at most 512"),
    (["idle_exit: 0"], 4, "'idle_exit' must be at least 1, not 0"),
    (["time: 4h"], 4, "'time': Slurm does not read '4h'; write H:MM:SS, D-HH:MM:SS, or a number of minutes"),
    (["time: [4]"], 4, "'time' must be text"),
    (["partition: -x"], 4, "'partition' must not start with '-', because the queue would read it as an option"),
    (["account: a b"], 4, "'account' must not have blanks or control characters"),
    (["options: --qos=low"], 4, "'options' must be a list"),
    (["options: ['--qos=low', --array=1-9]"], 4, r"'options': '--array=1-9' cannot be given here: set 'jobs'"),
    (['options: ["--qos=a\\nb"]'], 4, "'options' must not have control characters"),
    (["options: ['']"], 4, "'options' must not be empty"),
    (["setup: module load python"], 4, "'setup' must be a list"),
    (['setup: ["a\\0b"]'], 4, "'setup' must not have NUL characters"),
    (['setup: ["a\\nb"]', "jobs: 2"], 4, "'setup' must have one line of the script per item"),
    (['setup: ["\\ud800"]'], 4, "'setup' must not have halves of characters"),
    (["setup: ['#SBATCH --wait']"], 4, "'#SBATCH --wait' is for the queue; write it into 'options'"),
    (["bind: 10.0.0.1"], 4, "'bind' cannot be given for a queue, because each node has its own address"),
    (["jump: gate"], 4, "'jump' is for SSH, and this entry has no 'address': .* Add the login node's 'address'"),
]


@pytest.mark.parametrize(("lines", "line", "message"), REFUSALS, ids=[lines[0] for lines, _, _ in REFUSALS])
def test_what_is_refused_with_its_line(tmp_path, lines, line, message):
    with pytest.raises(KeyRefused, match=rf"hosts\.yaml, line {line}: .*{message}"):
        entry(tmp_path, *lines)


def test_a_name_that_leaves_no_room_for_a_jobs_id_is_refused(tmp_path):
    with pytest.raises(KeyRefused, match="line 2: 'name' of a queue's entry must have at most 40 characters"):
        workers(tmp_path, f"workers:\n  - {{name: {'n' * 41}, launch: slurm}}\n")


@pytest.mark.parametrize("name", ["tc-123_4", "tc-7"])
def test_a_name_that_a_jobs_worker_may_have_is_refused(tmp_path, name):
    with pytest.raises(KeyRefused, match=f"line 3: '{name}' may also be the name of a worker of 'tc', in its job"):
        workers(tmp_path, f"workers:\n  - {{name: tc, launch: slurm}}\n  - {{name: {name}}}\n")
    assert (
        len(workers(tmp_path, "workers: [{name: tc, launch: slurm}, {name: tc-big, launch: pbs}, {name: tc2}]\n")) == 3
    )


@pytest.mark.parametrize(
    "line", ["jobs: 2", "time: 4:00:00", "partition: p", "account: a", "setup: [x]", "options: [-x]", "idle_exit: 9"]
)
@pytest.mark.parametrize("launch", ["ssh", "local"])
def test_keys_of_a_queue_are_refused_elsewhere(tmp_path, line, launch):
    key = line.partition(":")[0]
    message = (
        rf"line 4: '{key}' is for workers of a queue, and this entry has launch: {launch}; write launch: slurm or pb"
    )
    with pytest.raises(KeyRefused, match=message):
        entry(tmp_path, line, launch=launch)


def test_a_queue_of_pbs_has_words_of_its_own(tmp_path):
    assert entry(tmp_path, "options: [-W, group_list=g]", launch="pbs").options == ("-W", "group_list=g")
    with pytest.raises(KeyRefused, match=r"line 4: 'time': '30' is not how long a job of PBS may run; write H:MM:SS"):
        entry(tmp_path, "time: 30", launch="pbs")

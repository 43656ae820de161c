"""A user's own words for sbatch and qsub: none that is taken becomes anything but an option of its own."""

import dataclasses
import getopt
import json

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from stormtracks import config
from stormtracks.errors import BadValue
from stormtracks.on_host.queue.arrays import script
from stormtracks.queues.job import Wanted
from stormtracks.queues.known import SYSTEMS

# What sbatch 22.05 knows, for the C library's way to read it, which Python has too: options cut short, joined values.
SBATCH_SHORT = "a:A:b:B:c:C:d:D:e:F:G:hHi:IJ:kL:m:M:n:N:o:Op:P:q:QRs:S:t:uU:vVw:Wx:"
SBATCH_LONG = """
account= acctg-freq= array= batch= bb= bbf= begin= chdir= cluster-constraint= clusters= comment= constraint=
container= contiguous core-spec= cores-per-socket= cpu-freq= cpus-per-gpu= cpus-per-task= deadline= delay-boot=
dependency= distribution= error= exclude= exclusive export= export-file= extra-node-info= get-user-env gid=
gpu-bind= gpu-freq= gpus= gpus-per-node= gpus-per-socket= gpus-per-task= gres= gres-flags= help hint= hold
ignore-pbs input= job-name= kill-on-invalid-dep= licenses= mail-type= mail-user= mcs-label= mem= mem-bind=
mem-per-cpu= mem-per-gpu= mincpus= network= nice= no-kill no-requeue nodefile= nodelist= nodes= ntasks=
ntasks-per-core= ntasks-per-gpu= ntasks-per-node= ntasks-per-socket= open-mode= output= overcommit oversubscribe
parsable partition= power= priority= profile= propagate= qos= quiet reboot requeue reservation= signal=
sockets-per-node= spread-job switches= test-only thread-spec= threads-per-core= time= time-min= tmp= uid= usage
use-min-nodes verbose version wait wait-all-nodes= wckey= wrap=
"""
QSUB_SHORT = "a:A:c:C:e:fhIj:J:k:l:m:M:N:o:p:P:q:r:R:S:u:v:VW:XzG"
GIVEN = Wanted("tc", "mark", 3, 2, "1:00:00", 100, "part", "acc", (), "/out")

NAMES = st.sampled_from([name.rstrip("=") for name in SBATCH_LONG.split()])
VALUES = st.sampled_from(["", "=1", "="])
LONG = st.builds(lambda name, cut, value: f"--{name[:cut]}{value}", NAMES, st.integers(1, 20), VALUES)
LETTERS = st.text("aAbcCdDeGhHiIJklLmnNoOpPqQRstvVwWxXz", min_size=1, max_size=3)
SHORT = st.builds(lambda letters, value: f"-{letters}{value}", LETTERS, VALUES | st.just("x y"))
OTHER = st.sampled_from(["--", "-", "script.sh", "1-9", "", ":", "$(id)", "select=2:ncpus=9"]) | st.text(max_size=8)
OPTIONS = st.lists(LONG | SHORT | OTHER, max_size=4).map(tuple)


def read(words, short, long=()):
    """Options as the C library finds them: the last value of each, and what is left as names of scripts."""
    options, rest = getopt.gnu_getopt(words, short, list(long))
    return options, rest


def taken(system, options):
    try:
        SYSTEMS[system].refuse_options(options)
    except BadValue:
        return False
    return True


def submitted(system, options):
    """The words behind the command."""
    return SYSTEMS[system].submit(dataclasses.replace(GIVEN, options=tuple(options)))[1:]


@given(OPTIONS)
@example(("--arr=1-9",))
@example(("-Ho", "/elsewhere"))
@example(("--qos", "low"))
@example(("-C", "--array=1-9"))
@example(("-C", "x", "--array=1-9"))
@example(("--acct", "-0", "-"))
@example(("--qos", "-C", "job.sh"))
def test_none_of_sbatch_changes_what_is_relied_on(options):
    if not taken("slurm", options):
        return
    ours, words = submitted("slurm", ()), submitted("slurm", options)
    assert words == ours + list(options)
    try:
        found, scripts = read(words, SBATCH_SHORT, SBATCH_LONG.split())
    except getopt.GetoptError:
        return  # sbatch refuses it
    assert scripts == []
    assert found[: len(ours)] == [tuple(f"{word}=".split("=")[:2]) for word in ours]
    relied_on = {name for name, _ in found[: len(ours)]} | {"--wrap", "--error", "--input", "--wait", "--clusters"}
    relied_on |= {f"-{letter}" for letter in "aceiJMnNoptWAhV"}
    assert not relied_on & {name for name, _ in found[len(ours) :]}


@given(OPTIONS)
@example(("-hJ", "1-9"))
@example(("-N", "x"))
def test_none_of_qsub_changes_what_is_relied_on(options):
    if not taken("pbs", options):
        return
    words = submitted("pbs", options)
    assert words[len(words) - len(options) :] == list(options)
    try:
        found, scripts = read(words, QSUB_SHORT)
    except getopt.GetoptError:
        return
    assert scripts == []
    for name in ("-J", "-N", "-v", "-q", "-A", "-j", "-o", "-S", "-e", "-k"):
        assert sum(other == name for other, _ in found) <= 1
    assert not {"-I", "-X", "-z", "-C", "-G"} & {name for name, _ in found}


REFUSED = [
    ("slurm", ("--array=1-5",), "'--array=1-5' cannot be given here: set 'jobs'"),
    ("slurm", ("--wra=hostname",), "the script starts the worker"),
    ("slurm", ("-o", "x"), "its output goes where `fab logs` finds it"),
    ("slurm", ("-Hn4",), "a worker is one process on one node"),
    ("slurm", ("--clusters=c2",), "write an entry per cluster"),
    ("slurm", ("--qos", "low"), "'low' would be taken for the name of a script; write .* --name=value"),
    ("slurm", ("-C",), "'-C' has no value"),
    ("slurm", ("--qos", "-C", "ssd"), "'--qos' may take '-C' for its value, .* write it as --qos=VALUE"),
    ("slurm", ("--",), "would be taken for the name of a script"),
    ("pbs", ("-J", "1-5"), "set 'jobs'"),
    ("pbs", ("-l", "walltime=1:00:00"), "set 'time'"),
    ("pbs", ("-lmem=1gb,walltime=1",), "set 'time'"),
    ("pbs", ("-W", "block=true"), "submitting would last as long as the jobs"),
    ("pbs", ("-v", "A=1"), "set 'env'"),
    ("pbs", ("job.sh",), "would be taken for the name of a script"),
]


@pytest.mark.parametrize(("system", "options", "message"), REFUSED)
def test_what_is_refused_and_what_to_do(system, options, message):
    with pytest.raises(BadValue, match=f"'options': .*{message}"):
        SYSTEMS[system].refuse_options(options)


@pytest.mark.parametrize(
    ("system", "options"),
    [
        (
            "slurm",
            ("--qos=low", "-C", "a&b", "--mem=4G", "--exclusive", "-x", "n1,n2", "--requeue", "-H"),
        ),
        ("pbs", ("-l", "select=1:ncpus=8:ngpus=1", "-Wgroup_list=g", "-P", "project", "-r", "n", "-h")),
    ],
)
def test_what_is_taken(system, options):
    SYSTEMS[system].refuse_options(options)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029"), max_size=30)
"""Without what YAML takes for a line break, and folds to a blank when it reads it."""


@given(st.lists(TEXTS | OPTIONS.map(" ".join), max_size=3), st.lists(TEXTS, max_size=3), st.booleans())
@example(["--comment=a b"], [], False)
@example(["--qos=a; rm -rf /"], ["echo $(id) && :", "exit 1 #"], True)
@example(["007", "NO", "1:30"], ["022"], True)
def test_texts_of_hosts_yaml_never_become_other_words(tmp_path_factory, options, setup, quoted):
    path = tmp_path_factory.getbasetemp() / "words.yaml"
    entry = {"name": "tc", "launch": "slurm", "options": options, "setup": setup}
    whole = {"workers": [entry]}
    path.write_text(
        json.dumps(whole, ensure_ascii=False) if quoted else yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8"
    )
    try:
        worker = config.load(path).workers[0]
    except config.KeyRefused:
        return
    assert (list(worker.options), list(worker.setup)) == (options, setup)
    assert submitted("slurm", worker.options) == submitted("slurm", ()) + options
    request = {"code": "/code", "python": "python3", "name": "tc", "setup": setup}
    lines = script.text("queue.pilot", request).split("\n")
    assert lines[1 : 1 + len(setup)] == setup
    rest = script.text("queue.pilot", {**request, "setup": []}).split("\n")
    assert [lines[0], lines[1 + len(setup)]] == rest[:2]
    assert json.loads(lines[2 + len(setup)])["setup"] == setup

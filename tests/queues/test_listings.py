"""Whatever jobs there are: a listing that is written of them, as the queue writes it, is read back as them."""

import dataclasses
import time

from hypothesis import given
from hypothesis import strategies as st

from stormtracks.queues import slurm_states
from stormtracks.queues.job import Job
from stormtracks.queues.known import SYSTEMS

TIMES = st.none() | st.integers(1, 2**33).map(float)
HOSTS = st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True)
MARKS = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)
WORDS = st.sampled_from(slurm_states.PENDING + slurm_states.RUNNING + slurm_states.ENDED + slurm_states.ENDED_BY_QUEUE)
# Anything but the ends of lines and of fields: states of nodes and notes of operators stand there.
REASONS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\x1f")).map(str.strip)


@st.composite
def slurm_jobs(draw):
    array, index, word = str(draw(st.integers(1, 2**31))), draw(st.none() | st.integers(0, 4_000_000)), draw(WORDS)
    state, still = slurm_states.state(word), word in slurm_states.SUSPENDED
    return Job(
        id=array if index is None else f"{array}_{index}",
        array=array,
        state=state,
        word=word,
        reason="Suspended" if still else draw(REASONS.filter(lambda text: text not in ("None", "(null)"))),
        start=None if still else draw(TIMES),
        end=draw(TIMES),
        host="" if state == "pending" else draw(HOSTS),
        mark=draw(MARKS),
        by_queue=slurm_states.by_queue(word),
    )


def as_squeue(job):
    times = ["N/A" if at is None else f"{at:.0f}" for at in (job.start, job.end)]
    return "\x1f".join([job.id, job.word, *times, job.host, job.mark, job.reason]) + "\n"


@given(st.lists(slurm_jobs(), max_size=5))
def test_jobs_of_slurm(jobs):
    assert SYSTEMS["slurm"].jobs_in("".join(map(as_squeue, jobs))) == jobs


def as_range(indices, running):
    """Indices as Slurm writes what waits: in ranges, where two or more follow one another."""
    parts = []
    for index in sorted(indices):
        if parts and parts[-1][-1] == index - 1:
            parts[-1].append(index)
        else:
            parts.append([index])
    text = ",".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)
    return f"[{text}%{running}]" if running else f"[{text}]"


@given(st.sets(st.integers(0, 300), min_size=1), st.none() | st.integers(1, 50))
def test_what_waits_in_one_line(indices, running):
    line = as_squeue(Job(f"9_{as_range(indices, running)}", "pending", "PENDING", mark="m"))
    assert [job.id for job in SYSTEMS["slurm"].jobs_in(line)] == [f"9_{index}" for index in sorted(indices)]


LETTERS = {"Q": "pending", "H": "pending", "R": "running", "S": "pending", "E": "ending", "F": "ended", "X": "ended"}
# Of a comment of PBS; it ends where a line ends.
COMMENTS = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=200).map(str.strip)


@st.composite
def pbs_jobs(draw):
    number, index = str(draw(st.integers(1, 2**31))), draw(st.none() | st.integers(0, 10_000))
    word = draw(st.sampled_from(sorted(LETTERS)))
    state, start = LETTERS[word], draw(TIMES)
    return Job(
        id=number if index is None else f"{number}_{index}",
        array=number if index is None else f"{number}[]",
        state=state,
        word=word,
        reason=draw(COMMENTS),
        start=start,
        end=None if start is None or state == "ended" else start + 3661,
        host="" if state == "pending" else draw(HOSTS.map(lambda name: name.replace("/", ""))),
        mark=draw(MARKS),
        by_queue=word == "S",
    )


def as_qstat(job):
    number, _, index = job.id.partition("_")
    written = f"{number}[{index}]" if index else number
    at = job.start and time.asctime(time.gmtime(job.start))
    lines = [("job_state", job.word), ("Resource_List.walltime", "01:01:01"), ("Exit_status", "0")]
    lines += [("estimated.start_time" if job.state == "pending" else "stime", at)] if at else []
    lines += [("stime", at)] if at and job.state == "pending" else []  # of an earlier attempt
    lines += [("exec_host", f"{job.host}/0*8+other/1"), ("comment", job.reason)]
    lines += [("Variable_List", f"PBS_O_HOME=/home/ada,STORMTRACKS_MARK={job.mark},PBS_O_QUEUE=q")]
    return f"Job Id: {written}.pbs1.example.org\n" + "".join(f"    {folded(*line)}\n" for line in lines) + "\n"


def folded(name, value, width=74):
    text = f"{name} = {value}"
    return "\n\t".join(text[at : at + width] for at in range(0, len(text), width))


@given(st.lists(pbs_jobs(), max_size=4, unique_by=lambda job: job.id))
def test_jobs_of_pbs(jobs):
    assert SYSTEMS["pbs"].jobs_in("".join(map(as_qstat, jobs))) == jobs


@given(slurm_jobs())
def test_a_job_stays_itself_as_a_dict(job):
    assert Job(**dataclasses.asdict(job)) == job

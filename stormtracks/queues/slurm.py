"""Slurm: its commands, what they answer, and what a job finds in its environment."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence

from stormtracks.errors import BadValue
from stormtracks.queues import options as further
from stormtracks.queues import ranges, slurm_states
from stormtracks.queues.job import Allocation, Job, Wanted
from stormtracks.queues.system import OddAnswer, shown

_BETWEEN = "\x1f"
"""Between two fields: the unit separator, which neither a reason nor another's comment has."""
_FIELDS = _BETWEEN.join(("%i", "%T", "%S", "%e", "%N", "%k", "%r"))
_ID = re.compile(r"(\d+)(?:_(\d+)|_\[([\d,:%-]+)\]|\+(\d+))?")
_TIME = re.compile(r"\d+|\d+:\d\d|\d+:\d\d:\d\d|\d+-\d+(:\d\d){0,2}", re.ASCII)

_WHERE = "remove it; its output goes where `fab logs` finds it"
_ONE = "remove it; a worker is one process on one node. For more workers, set 'jobs'; for more CPUs, 'slots'"
_LONG = {
    "array": "set 'jobs'",
    "wrap": "remove it; the script starts the worker. Lines before that stand in 'setup'",
    "output": _WHERE,
    "error": _WHERE,
    "open-mode": _WHERE,
    "input": "remove it; the worker reads its orders there",
    "parsable": "remove it; it is given already",
    "comment": "remove it; it carries what proves that a job is ours",
    "job-name": "remove it; jobs are called like the entry",
    "cpus-per-task": "set 'slots'",
    "ntasks": _ONE,
    "ntasks-per-node": _ONE,
    "nodes": _ONE,
    "time": "set 'time'",
    "partition": "set 'partition'",
    "account": "set 'account'",
    "mem-per-cpu": "set 'memory_limit_mb'",
    "clusters": "remove it; write an entry per cluster, each with its login node as 'address'",
    "test-only": "remove it; `fab check` asks that",
    "wait": "remove it; submitting would last as long as the jobs",
    "help": "remove it; nothing would be submitted",
    "usage": "remove it; nothing would be submitted",
    "version": "remove it; nothing would be submitted",
}
_FLAGS = (
    *("contiguous", "exclusive", "get-user-env", "hold", "ignore-pbs", "nice", "no-kill"),
    *("no-requeue", "overcommit", "oversubscribe", "quiet", "reboot", "requeue", "spread-job", "use-min-nodes"),
    *("verbose"),
)
_SHORT = {
    letter: _LONG[name]
    for letter, name in {
        "a": "array",
        "o": "output",
        "e": "error",
        "i": "input",
        "J": "job-name",
        "c": "cpus-per-task",
        "n": "ntasks",
        "N": "nodes",
        "t": "time",
        "p": "partition",
        "A": "account",
        "M": "clusters",
        "W": "wait",
        "h": "help",
        "V": "version",
    }.items()
}
_OF_A_JOB = re.compile(
    r"SLURM_(JOB|ARRAY|HET|STEP|TASK|CPU|MEM|NTASKS|NPROCS|NNODES|NODE|PROCID|LOCALID|GTIDS|OPEN_MODE|TRES|GPUS|SUBMIT)"
    r".*|(SQUEUE|SCANCEL)_.*|SLURM_(BITSTR_LEN|TIME_FORMAT)"
    r"|SBATCH_(ARRAY_INX|WAIT|OUTPUT|ERROR|INPUT|OPEN_MODE|JOB_NAME|COMMENT|CLUSTERS|CPUS_PER_TASK|NTASKS.*|QUIET)"
)
"""Left out for Slurm's commands. sbatch hands on what it has, and a job that was submitted within another would read
the other's memory and end; users' formats and filters of squeue would change what it lists."""


class Slurm:
    """The words of Slurm, from 20.11 on; tried with 22.05."""

    name = "Slurm"

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The environment for Slurm's commands: times in s since 1970, and no format or filter of the user's own."""
        kept = {key: value for key, value in given.items() if not _OF_A_JOB.fullmatch(key)}
        return kept | {"SLURM_TIME_FORMAT": "%s", "SLURM_BITSTR_LEN": "0"}

    def refuse_options(self, options: Sequence[str]) -> None:
        """Refuse what would break the array, its output, its names or what it asks for."""
        further.refuse(options, _LONG, _SHORT, alone="HkIOQRsv", allowed=("mem",), flags=_FLAGS)

    def refuse_time(self, time: str) -> None:
        """Refuse what is none of Slurm's ways to write a time limit."""
        if not _TIME.fullmatch(time):
            raise BadValue(f"'time': Slurm does not read {time!r}; write H:MM:SS, D-HH:MM:SS, or a number of minutes")

    def submit(self, wanted: Wanted) -> list[str]:
        """``sbatch`` of an array, also where it has one job: names of jobs are alike then."""
        return ["sbatch", "--parsable", *self._asked(wanted)]

    def only_asked(self, wanted: Wanted) -> list[str]:
        """``sbatch --test-only``, which says on standard error when such a job would start, or why never."""
        return ["sbatch", "--test-only", *self._asked(wanted)]

    def array_of(self, output: str) -> str:
        """The number in "123" or "123;cluster", which may follow lines of a site's own."""
        lines = output.strip().splitlines()
        found = re.fullmatch(r"(\d+)(;\S+)?", lines[-1].strip(), re.ASCII) if lines else None
        if not found:
            raise OddAnswer(f"sbatch answered {shown(output)!r}, without the number of a job; run `sbatch --version`")
        return found[1]

    def head(self, wanted: Wanted) -> list[str]:
        """Nothing: Slurm writes a job's output as it comes."""
        return []

    def listing(self, arrays: Sequence[str]) -> list[str]:
        """``squeue`` of the user's own jobs: for them alone the controller need not lock its list of all."""
        return [*self.mine(), _ids(arrays)]

    def mine(self) -> list[str]:
        """``squeue`` of all jobs of the account."""
        return ["squeue", "--me", "--noheader", "--array", "--states=all", f"--format={_FIELDS}"]

    def jobs_in(self, output: str, errors: str = "") -> list[Job]:
        """The jobs in squeue's lines. An array that it has forgotten is an error when it is the only one asked for."""
        lines = [line for line in output.split("\n") if _BETWEEN in line]  # not splitlines, which knows eight more ends
        if not lines:
            _refuse_failure(output, errors)
        return [job for line in lines for job in _jobs(line)]

    def ending(self, ids: Sequence[str], signal: str | None = None) -> list[str]:
        """``scancel``; a signal goes to the batch shell alone, which the worker has taken the place of."""
        return ["scancel", *(("--batch", f"--signal={signal}") if signal else ()), *map(_number, ids)]

    def allocation(self, environment: Mapping[str, str]) -> Allocation | None:
        """From SLURM_JOB_ID and its like; the end is there from Slurm 23.02 on."""
        if not environment.get("SLURM_JOB_ID"):
            return None
        array, index = environment.get("SLURM_ARRAY_JOB_ID"), environment.get("SLURM_ARRAY_TASK_ID")
        slots = _whole(environment.get("SLURM_CPUS_PER_TASK")) or _whole(environment.get("SLURM_CPUS_ON_NODE"))
        end = _whole(environment.get("SLURM_JOB_END_TIME"))
        return Allocation(
            id=f"{array}_{index}" if array and index else environment["SLURM_JOB_ID"],
            slots=slots,
            memory_mb=_memory(environment, slots),
            end=float(end) if end else None,
        )

    def end_of(self, job: str) -> list[str]:
        """``squeue`` of one job's end."""
        return ["squeue", "--noheader", "--format=%e", _ids([job])]

    def end_in(self, output: str) -> float | None:
        """The time, or None for what has no limit."""
        return _seconds(output.strip())

    def _asked(self, wanted: Wanted) -> Iterator[str]:
        """The options, the user's own last."""
        if "\\" in wanted.output:  # one backslash, and Slurm would replace no pattern at all
            raise BadValue(f"{wanted.output}: the folder for the jobs' output must have no '\\' in its path; rename it")
        yield f"--array=1-{wanted.jobs}"
        yield f"--job-name={wanted.name}"
        yield f"--comment={wanted.mark}"
        yield from ("--nodes=1", "--ntasks=1", f"--cpus-per-task={wanted.slots}")
        yield from (f"--time={wanted.time}",) if wanted.time else ()
        yield from (f"--mem-per-cpu={wanted.memory_mb}M",) if wanted.memory_mb else ()
        yield from (f"--partition={wanted.partition}",) if wanted.partition else ()
        yield from (f"--account={wanted.account}",) if wanted.account else ()
        yield f"--output={wanted.output.replace('%', '%%')}/%A_%a.log"
        yield "--open-mode=append"  # a job that is put back into the queue keeps what it wrote before
        yield from wanted.options


def _ids(ids: Sequence[str]) -> str:
    return "--jobs=" + ",".join(map(_number, ids))


def _number(job: str) -> str:
    if not re.fullmatch(r"\d+(_\d+)?", job, re.ASCII):
        raise BadValue(f"{job!r} is not the id of a Slurm job")
    return job


def _jobs(line: str) -> Iterator[Job]:
    fields = line.split(_BETWEEN)
    found = _ID.fullmatch(fields[0].strip())
    if not found or len(fields) != _FIELDS.count(_BETWEEN) + 1:
        raise OddAnswer(f"squeue answered {shown(line)!r}, which is not a job as it was asked for; run `squeue -V`")
    _, word, start, end, host, mark, reason = (field.strip() for field in fields)
    state = slurm_states.state(word)
    if slurm_states.is_suspended(word):
        start, reason = "N/A", "Suspended"  # when it is resumed, nobody knows
    for index in _indices(found):
        yield Job(
            id=found[1] + index,
            array=found[1],
            state=state,
            word=word,
            reason="" if reason in ("None", "(null)") else reason,
            start=_seconds(start),
            end=_seconds(end),
            host="" if state == "pending" or host in ("n/a", "(null)") else host,
            mark="" if mark == "(null)" else mark,
            by_queue=slurm_states.by_queue(word),
        )


def _indices(found: re.Match[str]) -> Iterator[str]:
    """What follows the array's number: "_4" of each; nothing of a job by itself, and of a whole array cancelled."""
    if found[3] is None:
        yield f"_{found[2]}" if found[2] else f"_{found[4]}" if found[4] else ""
        return
    yield from (f"_{index}" for index in ranges.indices(found[3]))


def _seconds(text: str) -> float | None:
    """A time as asked for, in s since 1970; or as a Slurm writes it that was not asked, in this machine's zone."""
    if text.isdecimal():
        return float(text) or None
    try:
        return time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%S"))
    except ValueError:  # N/A, NONE, Unknown, INVALID
        return None


def _memory(environment: Mapping[str, str], slots: int | None) -> int | None:
    """MiB per slot; a node's memory is shared out. 0 is all there is: no limit that we know."""
    per_cpu = _whole(environment.get("SLURM_MEM_PER_CPU"))
    per_node = _whole(environment.get("SLURM_MEM_PER_NODE"))
    return per_cpu or ((per_node // (slots or 1)) if per_node else None)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _refuse_failure(output: str, errors: str) -> None:
    """An empty answer is right where all jobs are forgotten, and where there are none."""
    if output.strip():
        raise OddAnswer(f"squeue answered {shown(output)!r}, not the fields it was asked for; run `squeue -V`")
    if "error" in errors.lower() and "Invalid job id" not in errors:
        raise OddAnswer(f"squeue could not tell: {shown(errors)}; run `squeue --me` there")

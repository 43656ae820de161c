"""PBS (OpenPBS, PBS Professional): its commands, what they answer, and what a job finds in its environment."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from stormtracks.errors import BadValue
from stormtracks.queues import options as further
from stormtracks.queues import pbs_listing
from stormtracks.queues.job import Allocation, Job, Wanted
from stormtracks.queues.system import OddAnswer, shown

_WHERE = "remove it; its output goes where `fab logs` finds it"
_ALONE = "remove it; a worker is not interactive"
_SHORT = {
    "J": "set 'jobs'",
    **dict.fromkeys("oejkR", _WHERE),
    **dict.fromkeys("IXG", _ALONE),
    "N": "remove it; jobs are called like the entry",
    "q": "set 'partition'",
    "A": "set 'account'",
    "v": "set 'env'",
    "z": "remove it; the job's number would not be known",
    "C": "remove it; the script has no directives",
    "S": "remove it; the script is for bash",
}
_TAKEN = re.compile(r"(?:^|,)\s*(walltime|block)\s*=")
_INSTEAD = {"walltime": "set 'time'", "block": "remove it; submitting would last as long as the jobs"}
_CHUNK = re.compile(r"(?:^-l|,|^)\s*(select|ncpus|nodes)\s*=")
_OF_A_JOB = re.compile(
    r"PBS_(O_.*|JOB.*|ARRAY.*|ENVIRONMENT|NODEFILE|NODENUM|TASKNUM|MOMPORT|QUEUE|TMPDIR|DPREFIX|COOKIE|NP|NUM_.*)"
    r"|NCPUS|STORMTRACKS_MARK"
)


class Pbs:
    """The words of OpenPBS and PBS Professional. No PBS was there to try them: they are held against published outputs.

    Torque is another system: it numbers arrays by ``-t`` and knows no ``-x`` like this.
    """

    name = "PBS"

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The environment for PBS's commands: times for UTC, and nothing of a job that this may be in."""
        return {key: value for key, value in given.items() if not _OF_A_JOB.fullmatch(key)} | {"TZ": "UTC"}

    def refuse_options(self, options: Sequence[str]) -> None:
        """Refuse what would break the array, its output, its names or what it asks for."""
        further.refuse(options, {"version": "remove it; nothing would be submitted"}, _SHORT, alone="fhV")
        for word in options:
            found = _TAKEN.search(word[2:] if word.startswith(("-l", "-W")) else word)
            if found:
                raise BadValue(f"'options': {word!r} cannot be given here: {_INSTEAD[found[1]]}")

    def refuse_time(self, time: str) -> None:
        """Refuse all but hours, minutes and seconds: a number alone is seconds, which nobody means."""
        if not re.fullmatch(r"\d+:\d\d:\d\d", time, re.ASCII):
            raise BadValue(f"'time': {time!r} is not how long a job of PBS may run; write H:MM:SS")

    def head(self, wanted: Wanted) -> list[str]:
        """Lines that send the output to its file as it comes; PBS itself would copy it when the job has ended."""
        return [
            "id=${PBS_JOBID%%.*}",
            'case $id in *"]") id=${id%"]"}; id=${id%%"["*}_${id##*"["};; esac',
            f'exec >>{shlex.quote(wanted.output)}/"$id".log 2>&1',
        ]

    def submit(self, wanted: Wanted) -> list[str]:
        """``qsub``; PBS takes no array of one job, which is a job by itself."""
        return ["qsub", *self._asked(wanted)]

    def only_asked(self, wanted: Wanted) -> None:
        """PBS says nothing of a job before it is submitted."""

    def array_of(self, output: str) -> str:
        """ "123[]" of an array, "123" of a job by itself, from "123[].server"."""
        lines = output.strip().splitlines()
        found = pbs_listing.ID.fullmatch(lines[-1].strip()) if lines else None
        if not found or found[3]:
            raise OddAnswer(f"qsub answered {shown(output)!r}, without the number of a job; run `qsub --version`")
        return found[1] + (found[2] or "")

    def listing(self, arrays: Sequence[str]) -> list[str]:
        """``qstat`` in full, with the jobs of arrays (-t) and those that ended lately (-x)."""
        return ["qstat", "-x", "-t", "-f", *map(_checked, arrays)]

    def mine(self) -> list[str]:
        """``qstat`` in full of all jobs that have not ended: it knows no choice by account that shows variables."""
        return ["qstat", "-f"]

    def jobs_in(self, output: str, errors: str = "") -> list[Job]:
        """The jobs in what qstat wrote."""
        found = pbs_listing.blocks(output)
        if not found and errors.strip() and "Unknown Job" not in errors:
            raise OddAnswer(f"qstat could not tell: {shown(errors)}; run `qstat` there")
        if not found and output.strip():
            raise OddAnswer(f"qstat answered {shown(output)!r}, which lists no job; run `qstat --version`")
        return list(pbs_listing.jobs(found))

    def ending(self, ids: Sequence[str], signal: str | None = None) -> list[str]:
        """``qdel``, or ``qsig`` for a signal."""
        return [*(["qsig", "-s", f"SIG{signal}"] if signal else ["qdel"]), *map(_written, ids)]

    def allocation(self, environment: Mapping[str, str]) -> Allocation | None:
        """From PBS_JOBID and NCPUS; PBS does not say how much memory there is, nor until when."""
        found = pbs_listing.ID.fullmatch(environment.get("PBS_JOBID", ""))
        if not found:
            return None
        slots = environment.get("NCPUS", "")
        return Allocation(
            id=f"{found[1]}_{found[3]}" if found[3] else found[1],
            slots=int(slots) if slots.isdecimal() and int(slots) else None,
            memory_mb=None,
            end=None,
        )

    def end_of(self, job: str) -> list[str]:
        """``qstat`` of one job."""
        return ["qstat", "-f", _written(job)]

    def end_in(self, output: str) -> float | None:
        """When it began, and how long it may last; None where PBS gave it no limit."""
        return next((pbs_listing.end(block) for block in pbs_listing.blocks(output).values()), None)

    def _asked(self, wanted: Wanted) -> Iterator[str]:
        """The options, the user's own last."""
        if wanted.jobs > 1:
            yield from ("-J", f"1-{wanted.jobs}")
        yield from ("-N", wanted.name)
        yield from ("-v", f"{pbs_listing.MARK}={wanted.mark}")
        if not any(_CHUNK.search(word) for word in wanted.options):  # who asks for more than CPUs asks for all of it
            memory = f":mem={wanted.memory_mb * wanted.slots}mb" if wanted.memory_mb else ""
            yield from ("-l", f"select=1:ncpus={wanted.slots}{memory}")
        yield from ("-l", f"walltime={wanted.time}") if wanted.time else ()
        yield from ("-q", wanted.partition) if wanted.partition else ()
        yield from ("-A", wanted.account) if wanted.account else ()
        yield from ("-j", "oe", "-o", f"{wanted.output}/", "-S", wanted.shell)
        yield from wanted.options


def _written(job: str) -> str:
    """A job's id as PBS writes it: 123[4]."""
    found = re.fullmatch(r"(\d+)(?:_(\d+))?", job, re.ASCII)
    if not found:
        raise BadValue(f"{job!r} is not the id of a job of PBS")
    return f"{found[1]}[{found[2]}]" if found[2] else found[1]


def _checked(array: str) -> str:
    if not re.fullmatch(r"\d+(\[\])?", array, re.ASCII):
        raise BadValue(f"{array!r} is not the id of a job or an array of PBS")
    return array

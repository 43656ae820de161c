"""What the queue's own messages mean, and what to do about each."""

import re

from stormtracks.on_host.queue.arrays.command import NoAnswer, QueueFault, Ran

_NO_ANSWER = re.compile(
    r"unable to contact|timed out|connection (refused|timed|reset)|cannot connect|communicat|transport|zero bytes"
    r"|unable to establish|not respond|configuration source|munge|try again|temporarily",
    re.IGNORECASE,
)
_UNKNOWN_JOB = re.compile(r"invalid job id|unknown job|job has finished|no such job|already (completed|finished)", re.I)
_REMEDIES = (
    (r"array (job )?(specification|size)", "lower 'jobs' in hosts.yaml: this queue takes no array of so many"),
    (
        r"mutually exclusive",
        "remove --mem and its like from 'options' in hosts.yaml, or remove 'memory_limit_mb' there",
    ),
    (
        r"accounting/qos policy|resource limits",
        "lower 'jobs', 'slots' or 'time' in hosts.yaml, or choose another 'partition', or another --qos by 'options'",
    ),
    (r"account", "correct 'account' in hosts.yaml; `sacctmgr show associations user=$USER` lists yours"),
    (
        r"qos|limit.*(job|submit)|maxjob|maxsubmit|job.*limit",
        "lower 'jobs', or choose another quality of service by 'options' in hosts.yaml",
    ),
    (r"partition|queue", "correct 'partition' in hosts.yaml; `sinfo` lists them"),
    (r"time ?limit|walltime", "lower 'time' in hosts.yaml; `sinfo` shows the limit of each partition"),
    (r"memory", "lower 'memory_limit_mb' in hosts.yaml, which is asked for per slot"),
    (
        r"node config|not available|resources|cpu|more processors",
        "lower 'slots' or 'memory_limit_mb' in hosts.yaml, or choose another 'partition'",
    ),
    (r"option|argument|usage", "correct 'options' in hosts.yaml, which are options of this command"),
)
"""Part of the queue's message -> what to do."""


def refused(command: str, ran: Ran) -> QueueFault:
    """The fault for a command that ended with an error.

    Examples
    --------
    >>> from stormtracks.on_host.queue.arrays.command import Ran
    >>> from stormtracks.on_host.queue.arrays.refusals import refused
    >>> print(refused("sbatch", Ran(1, "", "sbatch: error: invalid partition specified: nix")))
    sbatch: error: invalid partition specified: nix: correct 'partition' in hosts.yaml; `sinfo` lists them
    """
    message = ran.message or f"exit status {ran.status} without a message"
    said = message if message.startswith(command) else f"{command}: {message}"
    if _NO_ANSWER.search(message):
        return NoAnswer(f"the queue does not answer ({said}): try again later, and ask its operators if it stays so")
    return QueueFault(f"{said}: {remedy(message)}")


def remedy(message: str) -> str:
    """What to do about a refusal."""
    usual = "correct the entry in hosts.yaml, or ask the operators of the queue"
    return next((cure for pattern, cure in _REMEDIES if re.search(pattern, message, re.IGNORECASE)), usual)


def knows_no_more(ran: Ran) -> bool:
    """Whether a command only says that jobs are known no more: they ended some time ago."""
    return ran.status != 0 and bool(_UNKNOWN_JOB.search(ran.errors or ran.output))

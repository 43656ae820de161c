"""Why jobs wait: which reasons do not pass by themselves."""

import re

_NEVER = re.compile(
    r"JobHeld(User|Admin)|launch.failed.requeued.held|JobHoldMaxRequeue|BadConstraints|DependencyNeverSatisfied"
    r"|Invalid(Account|QOS)|(Account|QOS)NotAllowed|Partition(TimeLimit|NodeLimit|Config)|ReservationDeleted|MaxMemPerLimit"
    r"|(Assoc|QOS)M(ax|in)\w*PerJob(Limit)?|QOSMin\w+"  # more than a job may have
    r"|(Assoc|QOS)Grp(CPU|GRES|Mem|Node|Billing|BB|Lic)\w*?(?<!Run)Minutes\w*"  # nothing is left of what was granted
    r"|Can Never Run.*",  # in PBS's words
    re.IGNORECASE | re.DOTALL,
)
_HELD = "H"
"""State of PBS."""


def stuck(word: str, reason: str) -> bool:
    """Whether a job that waits is never begun unless somebody sees to it.

    Parameters
    ----------
    word, reason : str
        As in `Job`.

    Examples
    --------
    >>> from stormtracks.queues.stuck import stuck
    >>> [stuck("PENDING", reason) for reason in ("BadConstraints", "AssocGrpBillingMinutes", "QOSMaxCpuPerJobLimit")]
    [True, True, True]
    >>> [stuck("PENDING", reason) for reason in ("Priority", "AssocGrpCPURunMinutesLimit", "QOSMaxCpuPerUserLimit")]
    [False, False, False]
    """
    return word == _HELD or bool(_NEVER.fullmatch(reason))

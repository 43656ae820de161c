"""When a run ends because too much of it has failed."""

from dataclasses import dataclass

from stormtracks.errors import BadValue

FIRST = 100
"""Tasks at the beginning of a run which must not all fail, where nothing else was asked for."""
LEAST = 20
"""Tasks that must have ended before a share of them counts."""


@dataclass(frozen=True)
class Halt:
    """What ends a run early.

    Attributes
    ----------
    number : int or None
        So many failures.
    share : float or None
        Such a part of the tasks that have ended, from 0 to 1.
    first : int or None
        Failures before anything is complete.
    """

    number: int | None = None
    share: float | None = None
    first: int | None = None

    def reason(self, complete: int, failed: int, ever_complete: int) -> str | None:
        """Why the run ends, or None.

        Parameters
        ----------
        complete, failed : int
            Tasks that ended in this go; timeouts are failures.
        ever_complete : int
            Tasks of the run that are complete, also from before.
        """
        if self.number is not None and failed >= self.number:
            return f"{failed:,} tasks failed (--halt {self.number})"
        ended = complete + failed
        if self.share is not None and ended >= LEAST and failed >= self.share * ended:
            return f"{failed:,} of the {ended:,} tasks that ended failed (--halt {100 * self.share:g}%)"
        if self.first is not None and failed >= self.first and not ever_complete:
            return f"the first {failed:,} tasks all failed; give --halt none to continue whatever fails"
        return None


def read(given: object) -> Halt:
    """What a text means: a number of failures, a share such as ``20%``, or ``none``; None: the first hundred.

    Raises
    ------
    BadValue

    Examples
    --------
    >>> from stormtracks.pyro_cluster.manager.dispatch import halt
    >>> halt.read("20%").reason(complete=76, failed=24, ever_complete=76)
    '24 of the 100 tasks that ended failed (--halt 20%)'
    """
    if given is None:
        return Halt(first=FIRST)
    text = str(given).strip()
    if text == "none":
        return Halt()
    try:
        if text.endswith("%"):
            share = float(text[:-1]) / 100
            if 0 < share <= 1:
                return Halt(share=share)
        elif (number := int(text)) > 0:
            return Halt(number=number)
    except ValueError:
        pass
    raise BadValue(f"--halt must be a number of tasks, a share such as 20%, or none, not {given!r}")

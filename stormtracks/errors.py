"""The family of errors: everything that stormtracks refuses derives from one base, so that a bug can be told apart.

A command catches `StormtracksError` and OSError and prints the message; whatever else comes is a bug and is reported
as one (see `console.refusing`). Each room derives its own kinds, beside the code that raises them.
"""


class StormtracksError(Exception):
    """Something that was refused or is not possible; the message says what, where, and what to do.

    Attributes
    ----------
    final : bool
        Whether the same attempt would fail the same way, here and elsewhere; see `is_final`.
    """

    final: bool = False


class BadValue(StormtracksError, ValueError):
    """A value that cannot be used; the message names it, says what is allowed, and is also a ValueError's."""

    final = True


class NotThere(StormtracksError, KeyError):
    """A name, year or member that is asked for and does not exist; the message lists what does."""

    final = True

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""  # KeyError's own would quote the message


def is_final(error: BaseException) -> bool:
    """Whether the same attempt would fail the same way.

    A refusal of the operating system (no space, no such file, too many open files) may pass or be this host's only,
    whatever kind of error was made of it.

    Examples
    --------
    >>> from stormtracks.errors import BadValue, is_final
    >>> is_final(BadValue("the threshold must be above 0")), is_final(OSError(28, "No space left on device"))
    (True, False)
    """
    if not getattr(error, "final", False):
        return False
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:  # a chain of causes may lead back to itself
        seen.add(id(cause))
        # The netCDF library numbers its own errors, such as "unknown file format", below 0.
        if isinstance(cause, OSError) and (cause.errno is None or cause.errno > 0):
            return False
        cause = cause.__cause__
    return True

"""The family of errors: everything that stormtracks refuses derives from one base, so that a bug can be told apart.

A command catches `StormtracksError` and OSError and prints the message; whatever else comes is a bug and is reported
as one (see `console.refusing`). Each room derives its own kinds, beside the code that raises them.
"""


class StormtracksError(Exception):
    """Something that was refused or is not possible; the message says what, where, and what to do."""


class BadValue(StormtracksError, ValueError):
    """A value that cannot be used; the message names it, says what is allowed, and is also a ValueError's."""


class NotThere(StormtracksError, KeyError):
    """A name, year or member that is asked for and does not exist; the message lists what does."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""  # KeyError's own would quote the message

"""How commands end: a refusal is one line, Ctrl-C says so, and a bug is reported as a bug."""

import errno
import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from stormtracks.errors import BadValue, StormtracksError
from stormtracks.science.errors import InputError
from stormtracks.terminal_text import clean, clean_warnings

TRACEBACK = "STORMTRACKS_TRACEBACK"
"""Environment variable: set to anything, errors come with their traceback, for anyone who looks for a bug."""
WRONG = 2
INTERRUPTED = 130
_FULL = (errno.ENOSPC, errno.EDQUOT)


def refusing(command: Callable, status: int = 1) -> Callable:
    """Wrap a command so that what it refuses is one line on standard error and this exit status.

    A value that is refused, of an option, a setting or a key of hosts.yaml, has the exit status 2 in every command.
    What is neither refused nor the system's fault (an OSError) is a bug of ours: its traceback goes to a file, whose
    name is printed, and the exit status is 70; see `bugs`.
    """

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        clean_warnings()
        if sys.stdout is None:  # as after `>&-`
            print("error: standard output is closed; direct it to a file, or to /dev/null", file=sys.stderr)
            sys.exit(1)
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            end_unread()
        except Exception as error:
            print(clean(_shown(error)), file=sys.stderr)
            sys.exit(_status(error, status))

    return wrapped


def end_unread() -> NoReturn:
    """End with the status 1 where nobody reads the output any more, as after `| head`."""
    # Python flushes standard output once more at its end, and would complain about the pipe.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)


def _shown(error: Exception) -> str:
    if os.environ.get(TRACEBACK):
        return "".join(traceback.format_exception(error)).rstrip()
    if isinstance(error, (StormtracksError, OSError)):
        return f"error: {_message(error)}".replace("\n", "\n  ")  # so that a line of it is not taken for one of ours
    from stormtracks.console import bugs  # loaded only where it is needed: commands start at once

    return bugs.report(error)


def _status(error: Exception, refused: int) -> int:
    # An InputError is about what a file holds, not about what was typed.
    if isinstance(error, BadValue) and not isinstance(error, InputError):
        return WRONG
    return refused if isinstance(error, (StormtracksError, OSError)) else os.EX_SOFTWARE


def _message(error: Exception) -> str:
    """The message of an error; for one of the system, the file and what is wrong with it, without the number."""
    if isinstance(error, StormtracksError) or not isinstance(error, OSError) or not error.strerror:
        return str(error)
    what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if error.errno in _FULL:
        return f"{what}; free some space, or write elsewhere"
    said = ";" in what  # what to do
    return f"{what}; check the path and its permissions" if error.filename and not said else what

"""Errors as a command tells them: one line on standard error and an exit status, not a traceback."""

import functools
import os
import sys


def refusing(command, status=1):
    """A command that says in one line what was refused, with this exit status.

    The environment variable STORMTRACKS_TRACEBACK lets the traceback through, for who looks for a bug.
    """

    @functools.wraps(command)
    def wrapped(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
            sys.exit(130)
        except BrokenPipeError:  # whoever read the output has gone, as `| head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except (ValueError, OSError, KeyError) as error:
            if os.environ.get("STORMTRACKS_TRACEBACK"):
                raise
            text = error.args[0] if isinstance(error, KeyError) and error.args else error
            print(f"error: {text}", file=sys.stderr)
            sys.exit(status)

    return wrapped

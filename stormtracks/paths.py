"""Paths as people write them, in hosts.yaml and on command lines, and the folder of the state."""

import contextlib
import os
import pwd
import re
import socket
from pathlib import Path

from stormtracks import web_path
from stormtracks.errors import BadValue

_NO_HOME = f"HOME is not set and the user id {os.getuid()} has no account"
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", re.ASCII)


class PathRefused(BadValue):
    """A path that cannot be expanded: a variable that is not set, or a user that does not exist."""


def expand(text: str | os.PathLike, base: str | os.PathLike = "", where: str = "") -> Path:
    """A path with a leading ``~`` or ``~USER`` and ``$VARIABLES`` replaced by this host's; nothing is evaluated.

    An address on the web (``https://HOST/...``) is one as well, and stays what it is wherever a path starts from.

    Parameters
    ----------
    text : str or path
    base : path, optional
        Folder that a relative path starts from; none: the path stays relative.
    where : str, optional
        Which key or option the path belongs to, for the message: ``hosts.yaml, line 12: 'results'``.

    Raises
    ------
    PathRefused
        A variable that is not set on this host, or is empty: `$NAME/x` must never come to mean `/x`, nor a folder
        called `$NAME`.

    Examples
    --------
    >>> import os
    >>> from stormtracks.paths import expand
    >>> os.environ["SCRATCH"] = "/scratch/ada"
    >>> expand("$SCRATCH/tracks")
    PosixPath('/scratch/ada/tracks')
    """
    written = os.fspath(text)
    if web_path.is_address(written):
        return web_path.of(_VARIABLE.sub(lambda found: _value(found, written, where), written))
    head, slash, rest = written.partition("/") if written.startswith("~") else ("", "", written)
    home = _home(head, written, where) if head else ""
    return Path(base) / (home + slash + _VARIABLE.sub(lambda found: _value(found, written, where), rest))


def state_folder() -> Path:
    """Where the state of this user's clusters lies: the environment's STORMTRACKS_HOME, else ~/.stormtracks.

    Raises
    ------
    PathRefused
        STORMTRACKS_HOME cannot be expanded, or neither it nor a home is there.
    """
    given = os.environ.get("STORMTRACKS_HOME")
    if not given and _own_home() is None:
        raise PathRefused(f"no folder for the state: {_NO_HOME} on {socket.gethostname()}; set STORMTRACKS_HOME")
    return expand(given or "~/.stormtracks", where="STORMTRACKS_HOME")


def _home(head: str, written: str, where: str) -> str:
    """The folder that ``~`` or ``~USER`` means."""
    home = _own_home() if head == "~" else os.path.expanduser(head)  # noqa: PTH111 - Path's raises RuntimeError
    if home is None:
        raise PathRefused(_message(where, written, _NO_HOME, "set HOME, or write the full path"))
    if home.startswith("~"):
        raise PathRefused(_message(where, written, f"there is no user {head[1:]!r}", "write the full path"))
    return home


def _own_home() -> str | None:
    """This user's home; None: the environment names none, and the user id has no account, as in some containers."""
    with contextlib.suppress(KeyError):
        return os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir
    return None


def _value(found: re.Match, written: str, where: str) -> str:
    name = found[1] or found[2]
    value = os.environ.get(name)
    if value:
        return value
    state = "not set" if value is None else "empty"
    raise PathRefused(_message(where, written, f"the variable ${name} is {state}", "set it, or write the full path"))


def _message(where: str, written: str, what: str, remedy: str) -> str:
    return f"{where + ': ' if where else ''}{written}: {what} on {socket.gethostname()}; {remedy}"

"""Why entries of an array cannot be read: a chunk that is missing or damaged, a server that does not answer."""

import re
from pathlib import Path

from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis.stored.zarr import library

MISSING = "is missing"
"""What the library says of a chunk that is not there."""
_NO_PARTS = "was ignored by server"
"""What the library says where a server sends a whole file although a part of it was asked for."""
_LOST = re.compile(r'chunk \{(.*)\} stored at (?:.*?"(.*)"|(http\S+)) is missing')
_NOT_PUBLIC = re.compile(r"PERMISSION_DENIED|HTTP code 40[13]")
_SENT_ON = re.compile(r"HTTP code 30\d")
_UNREACHED = ("no answer within", "retry attempts failed", "CURL error")


class NotRead(InputError, OSError):
    """Entries that cannot be read; also an OSError, as whoever reads any format expects it."""


class NotReached(PassingInputError, OSError):
    """Entries that a server did not send."""


def not_read(path: Path, name: str, error: Exception | str) -> NotRead | NotReached:
    """Why entries of an array of a store cannot be read, and what to do."""
    said = error if isinstance(error, str) else library.brief(error)
    lost = _LOST.match(said)
    if lost:
        chunk, where = lost[1].replace(" ", ""), lost[2] or lost[3]
        return NotRead(
            f"{path}: {name}: the chunk {chunk} is missing ({where}): it would be read as fill values; copy or "
            "download the store again"
        )
    if _NOT_PUBLIC.search(str(error)):
        return NotRead(
            f"{path}: {name}: may not be read by everybody ({said}); ask its owner to open it, or copy the store to "
            "this machine"
        )
    if _NO_PARTS in str(error):
        return NotRead(
            f"{path}: {name}: its shards cannot be read, since the server sends whole files only (it ignores "
            "'Range'); copy the store to this machine, or serve it by another program"
        )
    if any(mark in said for mark in _UNREACHED):
        return NotReached(f"{path}: {name}: cannot be reached ({said}); run the task again later")
    return NotRead(f"{path}: {name}: cannot be read ({said}); the store is not whole, or damaged; copy it again")


def unreachable(path: Path, error: Exception) -> PassingInputError:
    """The refusal where a server does not answer, or with another address."""
    if code := _SENT_ON.search(str(error)):
        return PassingInputError(
            f"{path}: the server sends on to another address ({code[0]}), which is not followed; give that address "
            f"(curl -sIL {path}/.zmetadata shows it)"
        )
    return PassingInputError(f"{path}: cannot be reached ({library.brief(error)}); check the address and the network")

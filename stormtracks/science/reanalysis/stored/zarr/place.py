"""Where a store lies: a folder of this machine, or an address on the web; reads its small files."""

import re
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from stormtracks import address, web_path
from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis.stored.zarr import library, refusals

LARGEST_FILE = 256 * 2**20
"""Bytes of metadata that are read at most: a hundred thousand variables have fewer."""
ANSWER_S = 60.0
"""A server that has not answered by then is not asked on."""


class Place(Protocol):
    """Where a store lies."""

    path: Path

    def read(self, name: str) -> bytes | None:
        """A small file of the store; None where there is none."""

    def kvstore(self, name: str) -> dict[str, Any]:
        """What tensorstore calls the folder of a name in the store."""


class Folder:
    """A store in the file system."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> bytes | None:
        """A small file of the store; None where there is none."""
        path = self.path / name
        try:
            if path.stat().st_size > LARGEST_FILE:
                raise InputError(f"{path}: has more than {LARGEST_FILE >> 20} MiB, so it is damaged; copy it again")
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise PassingInputError(f"{path}: cannot be read: {error.strerror}; fix it") from error

    def kvstore(self, name: str) -> dict[str, Any]:
        """What tensorstore calls the folder of a name in the store."""
        return {"driver": "file", "path": f"{self.path / name}/".replace("//", "/")}


class Web:
    """A store on the web, which anyone may read: no account, key or other credentials are looked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._url = _url(str(path))
        self._open: Any = None

    def read(self, name: str) -> bytes | None:
        """A small file of the store; None where there is none, or where the server says that it is not public."""
        if self._open is None:
            self._open = library.tensorstore().KvStore.open(self.kvstore(""), context=library.context(0)).result()
        try:
            found = self._open.read(name).result(timeout=ANSWER_S)
        except TimeoutError as error:
            raise PassingInputError(f"{self.path}: no answer within {ANSWER_S:g} s; try again later") from error
        except (ValueError, OSError, RuntimeError) as error:
            if "PERMISSION_DENIED" in str(error):  # of what is not there, where the list of files is not public
                return None
            raise refusals.unreachable(self.path, error) from error
        if found.state == "value" and len(found.value) > LARGEST_FILE:
            raise InputError(f"{self.path}/{name}: has more than {LARGEST_FILE >> 20} MiB; check the address")
        return bytes(found.value) if found.state == "value" else None

    def kvstore(self, name: str) -> dict[str, Any]:
        """What tensorstore calls the folder of a name in the store."""
        parts = urlsplit(self._url)
        path = "/".join(part for part in (parts.path.strip("/"), name) if part)
        return {"driver": "http", "base_url": f"{parts.scheme}://{parts.netloc}", "path": f"/{path}/"}


def of(path: Path) -> Place:
    """The place of a path or address.

    Raises
    ------
    InputError
        An address that is not a safe one, or is incomplete.
    """
    return Web(web_path.of(path)) if web_path.is_address(path) else Folder(Path(path))


def _url(text: str) -> str:
    """The address that is read: buckets by the way on which everybody reads them.

    Examples
    --------
    >>> from stormtracks.science.reanalysis.stored.zarr.place import _url
    >>> _url("gs://bucket/era5.zarr")
    'https://storage.googleapis.com/bucket/era5.zarr'
    """
    parts = urlsplit(text)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InputError(
            f"{parts.scheme}://{parts.hostname}...: an address may have no account, '?' or '#'; leave it out"
        )
    if not re.fullmatch(r"[A-Za-z0-9._:\[\]-]+", parts.netloc) or ".." in parts.path.split("/"):
        raise InputError(f"{text}: is not an address; write it like https://HOST/PATH or s3://BUCKET/PATH")
    if parts.scheme == "http":
        _refuse_open_way(text, parts.hostname or "")
    if parts.scheme == "gs":
        return f"https://storage.googleapis.com/{parts.netloc}{parts.path}"
    if parts.scheme == "s3" and "." in parts.netloc:  # a certificate is valid for one name before the dot
        return f"https://s3.amazonaws.com/{parts.netloc}{parts.path}"
    return f"https://{parts.netloc}.s3.amazonaws.com{parts.path}" if parts.scheme == "s3" else text


def _refuse_open_way(text: str, host: str) -> None:
    """Refuse http to other machines: who is in between could change the data, and nobody would see it."""
    try:
        here = address.is_loopback(host)
    except OSError as error:
        raise PassingInputError(f"{text}: cannot be reached (there is no host {host}); check the address") from error
    if not here:
        raise InputError(f"{text}: http is read from this machine alone, since it can be altered on the way; use https")

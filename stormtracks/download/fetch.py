"""One file over HTTP into its partial file: resumed, retried, at the pace that the server asks for.

Why not pooch: it downloads into a temporary file that it removes when the connection breaks, so a file of a
gigabyte from a slow archive begins again each time; it neither asks for ranges nor waits as long as a server
says. What remains of it (a cache by hash) does not fit archives that publish no hashes. So: requests.
"""

import errno
import logging
import re
import threading
from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import requests
import urllib3

from stormtracks import __version__
from stormtracks.download.courtesy import DIGITS, Courtesy, backoff, retry_after, whole_number
from stormtracks.download.cuttable import Cuttable
from stormtracks.download.errors import DownloadError, NotThereError, StoppedError
from stormtracks.download.options import Options
from stormtracks.download.partial import PartialFile
from stormtracks.readable import duration, size

log = logging.getLogger(__name__)

Notify: TypeAlias = Callable[[int, int | None], None]

CHUNK_BYTES = 2**18
PROGRESS_BYTES = 2**20
"""An attempt that brought this much made progress: the count of attempts begins again."""
CONNECT_S = 30.0
TEMPORARY = {408, 425, 429, 500, 502, 503, 504}
"""Answers of servers that may do better the next time."""
_FINAL = (requests.TooManyRedirects, requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)


class _AgainError(Exception):
    """This attempt failed, the next may not; `wait_s` where the server said how long."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def fetch(address: str, part: PartialFile, options: Options, courtesy: Courtesy, notify: Notify | None = None) -> bool:
    """Bring a partial file to its full size.

    Parameters
    ----------
    address : str
    part : PartialFile
        Inside its `with` block; what it holds of the same version of the same address is kept.
    options : Options
    courtesy : Courtesy
    notify : callable, optional
        ``notify(done, total)`` in bytes, total None where the server does not say.

    Returns
    -------
    bool
        Whether the whole file came in one piece. If not, the server said that the pieces belong together.

    Raises
    ------
    NotThereError
        The server has no such file.
    DownloadError
        It cannot be fetched, or not now; what has arrived stays in the partial file.
    """
    host = urlsplit(address).netloc
    failed, reached = 0, part.size
    with requests.Session() as session:
        session.max_redirects = 5  # archives redirect once or twice; more than five is a circle
        line = Cuttable()
        line.serve(session)
        while True:
            courtesy.wait_for(host)
            try:
                return _Attempt(session, line, address, part, options, courtesy, notify or _silent).run()
            except _AgainError as again:
                failed = 1 if part.size >= reached + PROGRESS_BYTES else failed + 1
                reached = max(reached, part.size)
                _wait_or_give_up(again, failed, address, options, courtesy)


def _wait_or_give_up(again: _AgainError, failed: int, address: str, options: Options, courtesy: Courtesy) -> None:
    if failed >= options.attempts:
        raise DownloadError(
            f"{address}: {again} (attempt {failed} of {options.attempts}). The downloaded part is kept; run the same "
            "command again to resume"
        ) from again
    if again.wait_s is not None and again.wait_s > options.longest_wait_s:
        raise DownloadError(
            f"{address}: {again} and asks for a wait of {duration(again.wait_s)}, but the longest wait is "
            f"{duration(options.longest_wait_s)}; run the same command again later"
        ) from again
    wait_s = backoff(failed, options.backoff_s)
    log.info("%s: %s; trying again (attempt %d of %d)", address, again, failed + 1, options.attempts)
    if again.wait_s is None:
        courtesy.sleep(wait_s)
    else:  # a little more than asked for, so that not all downloads come back at once
        courtesy.pause(urlsplit(address).netloc, again.wait_s + 0.1 * wait_s)


class _Attempt:
    """One request and its answer."""

    def __init__(
        self,
        session: requests.Session,
        line: Cuttable,
        address: str,
        part: PartialFile,
        options: Options,
        courtesy: Courtesy,
        notify: Notify,
    ) -> None:
        self.session = session
        self.line = line
        self.address = address
        self.part = part
        self.options = options
        self.courtesy = courtesy
        self.notify = notify

    def run(self) -> bool:
        timeout = min(CONNECT_S, self.options.timeout_s), self.options.timeout_s
        try:
            with (
                _SpeedCheck(self.options, self.line) as speed,
                self._asked(timeout) as response,
            ):
                self._check_redirect(response)
                begun, total = self._beginning(response)
                speed.begin()
                self._receive(response, total, speed)
        except _FINAL as error:
            raise DownloadError(f"{self.address}: {error}") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _AgainError(_short(error)) from error
        except OSError as error:
            raise self._of_disk_or_line(error) from error
        return begun == 0

    def _asked(self, timeout: tuple[float, float]) -> requests.Response:
        try:
            return self.session.get(self.address, headers=self._headers(), stream=True, timeout=timeout)
        except requests.RequestException:
            raise
        except ValueError as error:  # what requests lets through of where a server redirects to
            raise DownloadError(
                f"{self.address}: redirects to what is not an address ({error}); give another address with --archives "
                "FILE"
            ) from error

    def _headers(self) -> dict[str, str]:
        # Identity: a range of a compressed file would be a range of other bytes.
        headers = {"User-Agent": f"stormtracks/{__version__}", "Accept-Encoding": "identity"}
        validator = self.part.validator(self.address)  # with If-Range, a changed file comes whole instead
        if validator and self.part.size:
            headers |= {"Range": f"bytes={self.part.size}-", "If-Range": validator}
        elif self.part.size:
            self.part.restart()
        return headers

    def _check_redirect(self, response: requests.Response) -> None:
        if self.address.startswith("https:") and not response.url.startswith("https:"):
            raise DownloadError(
                f"{self.address}: redirects to {response.url}, which is not encrypted, so the file could be changed on "
                "the way; give another address with --archives FILE"
            )

    def _beginning(self, response: requests.Response) -> tuple[int, int | None]:
        """Where the body begins and how large the whole is; the partial file is cut to fit."""
        status = response.status_code
        if status == 200:
            return self._from_start(response)
        if status == 206:
            return self._from_the_middle(response)
        if status == 416:
            return self._nothing_more(response)
        if status in (404, 410):
            raise NotThereError(
                f"{self.address}: the server has no such file ({status}). If the archive has moved, give its new "
                "address with --archives FILE (with a line `data set: address`)"
            )
        if status in (401, 403):
            raise DownloadError(
                f"{self.address}: the server requires a login ({status}); give another address with --archives FILE, "
                "or download the file in a browser"
            )
        if status in TEMPORARY:
            raise _AgainError(
                f"the server is temporarily unavailable ({status} {response.reason})",
                retry_after(response.headers.get("Retry-After")),
            )
        raise DownloadError(
            f"{self.address}: the server answered {status} {response.reason}, which was not expected; open the address "
            "in a browser to see what it says"
        )

    def _from_start(self, response: requests.Response) -> tuple[int, int | None]:
        headers = response.headers
        total = whole_number(headers.get("Content-Length"))
        self.part.restart(
            {
                "address": self.address,
                "etag": headers.get("ETag"),
                "total": total,
                "last_modified": headers.get("Last-Modified"),
            }
        )
        return 0, total

    def _from_the_middle(self, response: requests.Response) -> tuple[int, int | None]:
        found = re.fullmatch(
            rf"bytes ({DIGITS})-({DIGITS})/({DIGITS}|\*)", response.headers.get("Content-Range", "").strip()
        )
        if not found or int(found[1]) != self.part.size or self._changed(response, found[3]):
            self.part.restart()
            raise _AgainError("the file on the server has changed, or the server sent another part than requested")
        return int(found[1]), None if found[3] == "*" else int(found[3])

    def _nothing_more(self, response: requests.Response) -> tuple[int, int]:
        found = re.fullmatch(rf"bytes \*/({DIGITS})", response.headers.get("Content-Range", "").strip())
        if not found or int(found[1]) != self.part.size:
            self.part.restart()
            raise _AgainError("the file on the server is shorter than the part already downloaded")
        return self.part.size, self.part.size

    def _changed(self, response: requests.Response, total: str) -> bool:
        """Whether this is another version than that of the partial file: a server may not know If-Range."""
        note, headers = self.part.note, response.headers
        pairs: tuple[tuple[Any, Any], ...] = (
            (note.get("etag"), headers.get("ETag")),
            (note.get("last_modified"), headers.get("Last-Modified")),
            (note.get("total"), None if total == "*" else int(total)),
        )
        return any(old is not None and new is not None and old != new for old, new in pairs)

    def _receive(self, response: requests.Response, total: int | None, speed: "_SpeedCheck") -> None:
        name, arrived, folder = self.part.final.name, self.part.size, self.part.final.parent
        self.courtesy.promise(name, CHUNK_BYTES if total is None else total - arrived, folder)
        self.notify(arrived, total)
        while total is None or arrived < total:
            # What is there, not a full chunk: on a line that drips, waiting for a full one would hide how slow it is.
            data = response.raw.read1(CHUNK_BYTES, decode_content=False)
            if not data:
                break
            self.part.write(data)
            arrived += len(data)
            if self.courtesy.stop.is_set():
                raise StoppedError
            if total is None:  # the server does not say how much comes: there must be room for the next piece
                self.courtesy.promise(name, CHUNK_BYTES, folder)
            else:
                self.courtesy.written(name, total - arrived)
            self.notify(arrived, total)
            speed.count(len(data))
        speed.count(0)  # where it was cut, its end is not the file's
        if total is not None and arrived != total:
            raise _AgainError(f"the connection broke after {arrived} of {total} bytes")

    def _of_disk_or_line(self, error: OSError) -> DownloadError | _AgainError:
        """The network's errors are OSErrors like the disk's: which one is it?"""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return DownloadError(
                f"{self.part.path}: the disk is full; free some space and run the same command again. The "
                f"{size(self.part.size)} downloaded so far are kept"
            )
        if error.filename or error.errno in (errno.EIO, errno.EROFS, errno.EACCES):
            return DownloadError(
                f"{self.part.path}: cannot be written ({error.strerror}); check the folder's disk and permissions"
            )
        return _AgainError(_short(error))  # a connection that broke


class _SpeedCheck:
    """Notices a connection that only drips, also while nothing of the file comes yet, and cuts it.

    (One that is silent ends by the socket's own timeout.)
    """

    def __init__(self, options: Options, line: Cuttable) -> None:
        self._span_s = options.timeout_s
        self._least = options.slowest_bytes_per_s * options.timeout_s
        self._line = line
        self._over = threading.Event()
        self._began = threading.Event()
        self._bytes = 0
        self._slow = ""  # how slow it was

    def __enter__(self) -> "_SpeedCheck":
        threading.Thread(target=self._watch, daemon=True, name="speed").start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._over.set()
        self._began.set()
        if self._slow and error is not None and not isinstance(error, (DownloadError, StoppedError)):
            raise _AgainError(self._slow) from error

    def begin(self) -> None:
        """The headers are there, the file begins."""
        self._bytes = 0
        self._began.set()

    def count(self, arrived: int) -> None:
        """Count what has arrived of the file."""
        self._bytes += arrived
        if self._slow:
            raise _AgainError(self._slow)

    def _watch(self) -> None:
        # The time to connect is limited by itself; headers may take as long as silence.
        if not self._began.wait(min(CONNECT_S, self._span_s) + self._span_s) and not self._over.is_set():
            self._cut(f"too slow: no whole headers in {duration(self._span_s)}")
        while not self._over.wait(self._span_s):
            if self._bytes < self._least:
                self._cut(f"too slow: only {size(self._bytes)} in {duration(self._span_s)}")
            self._bytes = 0

    def _cut(self, reason: str) -> None:
        self._slow = self._slow or reason
        self._line.cut()


def _short(error: BaseException) -> str:
    """The cause of a chain of wrapped network errors, without the libraries' own decoration."""
    reason: Any = error
    while True:
        inner = getattr(reason, "reason", None)
        inner = inner or next((argument for argument in reason.args if isinstance(argument, Exception)), None)
        if not isinstance(inner, Exception):
            break
        reason = inner
    return re.sub(r"<[^>]*>:? ?|HTTPS?Connection\w*\([^)]*\): ?", "", str(reason)) or type(reason).__name__


def _silent(done: int, total: int | None) -> None:
    pass

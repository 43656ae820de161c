"""One file over HTTP into its part: resumed, retried, at the pace that the server asks for.

Why not pooch: it downloads into a temporary file that it removes when the connection breaks, so a file of a
gigabyte from a slow archive begins again each time; it neither asks for ranges nor waits as long as a server
says. What is left of it then (a cache by hash) does not fit archives that publish no hashes. So: requests.
"""

import errno
import logging
import re
import time
from urllib.parse import urlsplit

import requests
import urllib3

from stormtracks import __version__
from stormtracks.download.courtesy import backoff, in_words, retry_after
from stormtracks.download.errors import DownloadError, NotThereError, StoppedError

log = logging.getLogger(__name__)

CHUNK_BYTES = 2**18
PROGRESS_BYTES = 2**20
"""An attempt that brought this much was not in vain: the count of attempts begins again."""
CONNECT_S = 30.0
PASSING = {408, 425, 429, 500, 502, 503, 504}
"""Answers that may be better the next time."""
_FINAL = (requests.TooManyRedirects, requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)


class _AgainError(Exception):
    """This attempt failed, the next may not; `wait_s` where the server said how long."""

    def __init__(self, reason, wait_s=None):
        super().__init__(reason)
        self.wait_s = wait_s


def fetch(address, part, options, courtesy, notify=None):
    """Bring a part to its full size.

    Parameters
    ----------
    address : str
    part : Part
        Entered; what it holds of the same version of the same address is kept.
    options : Options
    courtesy : Courtesy
    notify : callable, optional
        ``notify(done, total)`` in bytes, total None where the server does not say.

    Returns
    -------
    bool
        Whether the whole file came in one piece: if not, the server's word was trusted that the pieces fit.

    Raises
    ------
    NotThereError
        The server has no such file.
    DownloadError
        It cannot be had, or not now; what came stays in the part.
    """
    host, failed, reached = urlsplit(address).netloc, 0, part.size
    with requests.Session() as session:
        session.max_redirects = 5
        while True:
            courtesy.wait_for(host)
            try:
                return _Attempt(session, address, part, options, courtesy, notify or _silent).run()
            except _AgainError as again:
                failed = 1 if part.size >= reached + PROGRESS_BYTES else failed + 1
                reached = max(reached, part.size)
                _wait_or_give_up(again, failed, address, options, courtesy)


def _wait_or_give_up(again, failed, address, options, courtesy):
    if failed >= options.attempts:
        raise DownloadError(
            f"{address}: {again} (attempt {failed} of {options.attempts}); what came is kept, the "
            "same command goes on from there"
        ) from again
    if again.wait_s is not None and again.wait_s > options.longest_wait_s:
        raise DownloadError(
            f"{address}: {again}, and asks to wait {again.wait_s:.0f} s, longer than "
            f"{options.longest_wait_s:.0f} s; give the same command later"
        ) from again
    wait_s = backoff(failed, options.backoff_s)
    log.info("%s: %s; attempt %d of %d follows", address, again, failed + 1, options.attempts)
    if again.wait_s is None:
        courtesy.sleep(wait_s)
    else:  # a little more than asked for, so that the others do not all come back at once
        courtesy.pause(urlsplit(address).netloc, again.wait_s + 0.1 * wait_s)


class _Attempt:
    """One request and its answer."""

    def __init__(self, session, address, part, options, courtesy, notify):
        self.session, self.address, self.part = session, address, part
        self.options, self.courtesy, self.notify = options, courtesy, notify

    def run(self):
        timeout = min(CONNECT_S, self.options.timeout_s), self.options.timeout_s
        try:
            with self.session.get(self.address, headers=self._headers(), stream=True, timeout=timeout) as response:
                self._check_way(response)
                begun, total = self._beginning(response)
                self._receive(response, total)
        except _FINAL as error:
            raise DownloadError(f"{self.address}: {error}") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _AgainError(_short(error)) from error
        except OSError as error:
            raise self._of_the_disk(error) from error
        return begun == 0

    def _headers(self):
        headers = {"User-Agent": f"stormtracks/{__version__}", "Accept-Encoding": "identity"}
        validator = self.part.validator(self.address)
        if validator and self.part.size:
            headers |= {"Range": f"bytes={self.part.size}-", "If-Range": validator}
        elif self.part.size:
            self.part.restart()
        return headers

    def _check_way(self, response):
        if self.address.startswith("https:") and not response.url.startswith("https:"):
            raise DownloadError(
                f"{self.address}: leads to {response.url}, which anyone on the way could change; give "
                "the address that is meant (--archives)"
            )

    def _beginning(self, response):
        """Where the body begins and how large the whole is; the part is made to fit."""
        status = response.status_code
        if status == 200:
            return self._from_start(response)
        if status == 206:
            return self._from_the_middle(response)
        if status == 416:
            return self._nothing_more(response)
        if status in (404, 410):
            raise NotThereError(
                f"{self.address}: the server has no such file ({status}). Has the archive moved? Give "
                "its address with --archives FILE (a line `data set: address`)"
            )
        if status in (401, 403):
            raise DownloadError(f"{self.address}: the server does not give this without a login ({status})")
        if status in PASSING:
            raise _AgainError(
                f"the server is busy or ill ({status} {response.reason})",
                retry_after(response.headers.get("Retry-After")),
            )
        raise DownloadError(f"{self.address}: unexpected answer {status} {response.reason}")

    def _from_start(self, response):
        headers = response.headers
        total = int(headers["Content-Length"]) if headers.get("Content-Length", "").isdigit() else None
        self.part.restart(
            {
                "address": self.address,
                "etag": headers.get("ETag"),
                "total": total,
                "last_modified": headers.get("Last-Modified"),
            }
        )
        return 0, total

    def _from_the_middle(self, response):
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", response.headers.get("Content-Range", "").strip())
        if not found or int(found[1]) != self.part.size or self._changed(response, found[3]):
            self.part.restart()
            raise _AgainError("the file at the server changed, or another part than asked for came")
        return int(found[1]), None if found[3] == "*" else int(found[3])

    def _nothing_more(self, response):
        found = re.fullmatch(r"bytes \*/(\d+)", response.headers.get("Content-Range", "").strip())
        if not found or int(found[1]) != self.part.size:
            self.part.restart()
            raise _AgainError("the file at the server is shorter than what is here")
        return self.part.size, self.part.size

    def _changed(self, response, total):
        """Whether this is another version than the part's: a server may not know If-Range."""
        note, headers = self.part.note, response.headers
        pairs = (
            (note.get("etag"), headers.get("ETag")),
            (note.get("last_modified"), headers.get("Last-Modified")),
            (note.get("total"), None if total == "*" else int(total)),
        )
        return any(old is not None and new is not None and old != new for old, new in pairs)

    def _receive(self, response, total):
        size, pulse, name = self.part.size, _Pulse(self.options), self.part.final.name
        self.courtesy.promise(name, (total or 0) - size if total else 0, self.part.final.parent)
        self.notify(size, total)
        while total is None or size < total:
            # What is there, not a full chunk: on a line that drips, waiting for one would see no time pass.
            data = response.raw.read1(CHUNK_BYTES, decode_content=False)
            if not data:
                break
            self.part.write(data)
            size += len(data)
            if self.courtesy.stop.is_set():
                raise StoppedError
            self.courtesy.written(name, (total - size) if total else 0)
            self.notify(size, total)
            pulse.beat(len(data))
        if total is not None and size != total:
            raise _AgainError(f"the connection ended at {size} of {total} bytes")

    def _of_the_disk(self, error):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            left = in_words(self.part.size)
            return DownloadError(f"{self.part.path}: the disk is full; {left} are kept to go on from")
        if error.filename or error.errno in (errno.EIO, errno.EROFS, errno.EACCES):
            return DownloadError(f"{self.part.path}: cannot be written: {error}")
        return _AgainError(_short(error))  # a connection that broke


class _Pulse:
    """Notices a connection that only drips: silence is the socket's own timeout."""

    def __init__(self, options):
        self._span, self._least = options.timeout_s, options.slowest_bytes_per_s * options.timeout_s
        self._since, self._bytes = time.monotonic(), 0

    def beat(self, size):
        self._bytes += size
        passed = time.monotonic() - self._since
        if passed < self._span:
            return
        if self._bytes < self._least:
            raise _AgainError(f"only {self._bytes} bytes in {passed:.0f} s")
        self._since, self._bytes = time.monotonic(), 0


def _short(error):
    """The cause of a chain of wrapped network errors, without the libraries' own decoration."""
    reason = error
    while True:
        inner = getattr(reason, "reason", None)
        inner = inner or next((argument for argument in reason.args if isinstance(argument, Exception)), None)
        if not isinstance(inner, Exception):
            break
        reason = inner
    return re.sub(r"<[^>]*>:? ?|HTTPS?Connection\w*\([^)]*\): ?", "", str(reason)) or type(reason).__name__


def _silent(done, total):
    pass

"""The story of a download: which files, which of them are there, the others several at once, the report."""

import collections
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from stormtracks.download import archives, era5
from stormtracks.download.courtesy import Courtesy, in_words
from stormtracks.download.errors import DownloadError, NotThereError, StoppedError, UnreadableError
from stormtracks.download.fetch import fetch
from stormtracks.download.options import Options
from stormtracks.download.partial import Part
from stormtracks.download.unpack import unpack, unpacked
from stormtracks.download.verification import verify

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes
    ----------
    name : str
        Below the destination.
    status : {'fetched', 'there', 'failed'}
    size : int
        Bytes on disk, of what was unpacked for a tar.
    seconds : float
    error : str or None
        Why it failed.
    notes : tuple of str
        What is worth knowing although it did not fail (members that were left out, say).
    """

    name: str
    status: str
    size: int = 0
    seconds: float = 0.0
    error: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """What became of a download."""

    dataset: str
    dest: Path
    outcomes: tuple[Outcome, ...]

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The files that could not be had."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "failed")

    @property
    def complete(self) -> bool:
        """Whether every file is there: what the exit status of a command says."""
        return not self.failures

    def summary(self) -> str:
        """A line of counts, then a line for each failure and note."""
        count = collections.Counter(outcome.status for outcome in self.outcomes)
        size = sum(o.size for o in self.outcomes if o.status == "fetched")
        lines = [
            f"{self.dataset} in {self.dest}: {count['fetched']} fetched ({in_words(size)}), "
            f"{count['there']} already there, {count['failed']} failed"
        ]
        lines += [f"  failed: {o.error}" for o in self.failures]
        lines += [f"  note: {o.name}: {note}" for o in self.outcomes for note in o.notes]
        return "\n".join(lines)


def download(
    dataset: str,
    years: Iterable[int] | None = None,
    variables: Iterable[str] | None = None,
    dest: Path | str = "data",
    options: Options | None = None,
    progress: Callable | None = None,
) -> Report:
    """Fetch the files of a data set that are not yet there.

    Parameters
    ----------
    dataset : {'20crv2c', '20crv3', 'ibtracs', 'era5'} or a name that `options.archives` describes
        For 'era5' a script for the `cdsapi` client is written, since its archive wants an account.
    years : iterable of int, optional
        Needed but for IBTrACS.
    variables : iterable of str, optional
        By the archive's own names; None: the usual ones (the winds at 850 hPa; all basins).
    dest : path
        Folder; made where it is missing.
    options : Options, optional
    progress : callable, optional
        ``progress(name, state, done, total)``, from several threads; state is 'fetching', 'checking',
        'unpacking', 'fetched', 'there' or 'failed'; bytes, total None where unknown.

    Returns
    -------
    Report
        A file that could not be had is in its `failures`; the others are there all the same.

    Raises
    ------
    DownloadError
        The wish itself cannot be met: unknown data set, year or variable, no room for it on the disk.
    """
    options, dest = options or Options(), Path(dest)
    if dataset == "era5":
        return Report(dataset, dest, (_request_script(years, variables, dest),))
    wanted = archives.items(archives.archive(dataset, options.archives), years, variables)
    dest.mkdir(parents=True, exist_ok=True)
    one = _One(dest, options, Courtesy(), progress or _silent)
    one.check_room(wanted)
    return Report(dataset, dest, _several(one, wanted, options.at_once))


def _request_script(years, variables, dest):
    path = era5.write_script(years, variables, dest)
    note = f"run `python {path}` with your own account (https://cds.climate.copernicus.eu/how-to-api)"
    return Outcome(path.name, "fetched", path.stat().st_size, notes=(note,))


class _One:
    """How one file is had."""

    def __init__(self, dest, options, courtesy, progress):
        self.dest, self.options, self.courtesy, self.progress = dest, options, courtesy, progress

    def check_room(self, wanted):
        """Refuse at once what will not fit; the exact sizes are asked for file by file."""
        missing = [item for item in wanted if not self._present(item)]
        need = sum(item.typical_bytes for item in missing)
        name = f"{len(missing)} files of about {in_words(need / max(1, len(missing)))}"
        self.courtesy.promise(name, need, self.dest)
        self.courtesy.release(name)

    def outcome(self, item) -> Outcome:
        """Fetch, check, unpack; whatever goes wrong is told in the outcome."""
        start = time.monotonic()
        try:
            status, size, notes = self._have(item)
        except StoppedError:
            raise
        except (DownloadError, OSError) as error:
            log.warning("%s: failed: %s", item.name, error)
            self.progress(item.name, "failed", 0, None)
            text = str(error) if isinstance(error, DownloadError) else f"{item.name}: {error}"
            return Outcome(item.name, "failed", seconds=time.monotonic() - start, error=text)
        finally:
            self.courtesy.release(item.name)
        log.info("%s: %s, %s", item.name, status, in_words(size))
        self.progress(item.name, status, size, size)
        return Outcome(item.name, status, size, time.monotonic() - start, notes=notes)

    def _have(self, item):
        path = archives.destination(item, self.dest)
        if not self.options.refresh and self._whole(item, path):
            return "there", *self._unpacked_size(item, path)
        if not (item.kind == "tar" and not self.options.refresh and _readable(item, path)):
            self._fetch(item, path)
        if item.kind == "tar":
            unpack(path, self.dest, item.contents, self.courtesy, self._notify(item, "unpacking"))
        return "fetched", *self._unpacked_size(item, path)

    def _fetch(self, item, path):
        with Part(path) as part:
            missing = []
            for address in item.addresses:
                try:
                    self._fetch_whole(item, address, part)
                    return
                except NotThereError as error:
                    missing.append(str(error))
            raise NotThereError("; ".join(missing))

    def _fetch_whole(self, item, address, part):
        """Once more from the start where pieces that the server said would fit made no whole."""
        notify = self._notify(item, "fetching")
        in_one_piece = fetch(address, part, self.options, self.courtesy, notify)
        try:
            self._finish(item, address, part)
        except UnreadableError:
            part.restart()
            if in_one_piece:
                raise
            fetch(address, part, self.options, self.courtesy, notify)
            self._finish(item, address, part)

    def _finish(self, item, address, part):
        self.progress(item.name, "checking", part.size, part.size)
        verify(part.path, item.kind, address)
        part.finish()

    def _present(self, item):
        path = archives.destination(item, self.dest)
        return not self.options.refresh and (path.exists() or unpacked(path, self.dest) is not None)

    def _whole(self, item, path):
        if item.kind == "tar":
            return unpacked(path, self.dest) is not None
        return _readable(item, path)

    def _unpacked_size(self, item, path):
        if item.kind != "tar":
            return path.stat().st_size, ()
        found = unpacked(path, self.dest)
        return sum((self.dest / name).stat().st_size for name in found.names), found.notes

    def _notify(self, item, state):
        return lambda done, total: self.progress(item.name, state, done, total)


def _readable(item, path):
    try:
        verify(path, item.kind)
    except (UnreadableError, FileNotFoundError):
        return False
    return True


def _several(one, wanted, at_once):
    """Outcomes in the order wanted.

    Threads that die with the process: when the person stops it, none is waited for (what came is in its
    part).
    """
    outcomes, todo = {}, queue.SimpleQueue()
    for item in wanted:
        todo.put(item)
    threads = [
        threading.Thread(target=_work_off, args=(one, todo, outcomes), daemon=True)
        for _ in range(min(at_once, len(wanted)))
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        one.courtesy.stop.set()
        raise
    return tuple(outcomes[item.name] for item in wanted)


def _work_off(one, todo, outcomes):
    while True:
        try:
            item = todo.get_nowait()
        except queue.Empty:
            return
        try:
            outcomes[item.name] = one.outcome(item)
        except StoppedError:
            return
        except Exception as error:  # a bug must not leave the others waiting for a thread that is gone
            log.exception("%s", item.name)
            text = f"{item.name}: {type(error).__name__}: {error}"
            outcomes[item.name] = Outcome(item.name, "failed", error=text)


def _silent(name, state, done, total):
    pass

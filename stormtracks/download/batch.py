"""The story of a download: which files, which of them are there, the others several at once, the report."""

import collections
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from stormtracks.download import archives, era5
from stormtracks.download.archives import Item
from stormtracks.download.courtesy import Courtesy
from stormtracks.download.errors import DownloadError, NotThereError, StoppedError, UnreadableError
from stormtracks.download.fetch import fetch
from stormtracks.download.options import Options
from stormtracks.download.partial import PartialFile
from stormtracks.download.unpack import unpack, unpacked
from stormtracks.download.verification import verify
from stormtracks.errors import StormtracksError
from stormtracks.readable import size as in_bytes

log = logging.getLogger(__name__)

Notify: TypeAlias = Callable[[str, str, int, int | None], None]
"""``progress(name, state, done, total)``: state is 'fetching', 'checking', 'unpacking', 'fetched', 'there' or 'failed';
the others are bytes, total None where unknown."""
Status: TypeAlias = Literal["fetched", "there", "failed"]


@dataclass(frozen=True)
class FileOutcome:
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
        What is worth knowing although it did not fail (such as members that were left out).
    """

    name: str
    status: Status
    size: int = 0
    seconds: float = 0.0
    error: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """What became of a download."""

    dataset: str
    dest: Path
    outcomes: tuple[FileOutcome, ...]

    @property
    def failures(self) -> tuple[FileOutcome, ...]:
        """The files that could not be fetched."""
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
            f"{self.dataset} in {self.dest}: {count['fetched']} fetched ({in_bytes(size)}), "
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
    progress: Notify | None = None,
) -> Report:
    """Fetch the files of a data set that are not yet there.

    Parameters
    ----------
    dataset : {'20crv2c', '20crv3', 'ibtracs', 'era5'} or a name that `options.archives` describes
        For 'era5' a script for the `cdsapi` client is written, since its archive needs an account.
    years : iterable of int, optional
        Needed, except for IBTrACS.
    variables : iterable of str, optional
        By the archive's own names; None: the usual ones (the winds at 850 hPa; all basins).
    dest : path
        Folder; created where it is missing.
    options : Options, optional
    progress : callable, optional
        Called from several threads; see `Notify`.

    Returns
    -------
    Report
        A file that could not be fetched is in its `failures`; the others are there all the same.

    Raises
    ------
    DownloadError
        Nothing can be fetched: unknown data set, year or variable, or too little space on the disk.
    """
    options = options or Options()
    dest = Path(dest)
    if dataset == "era5":
        return Report(dataset, dest, (_request_script(years, variables, dest, options.fields),))
    wanted = archives.items(archives.archive(dataset, options.archives), years, variables, options.fields)
    dest.mkdir(parents=True, exist_ok=True)
    fetcher = _Fetcher(dest, options, Courtesy(), progress or _silent)
    fetcher.check_space(wanted)
    return Report(dataset, dest, _several(fetcher, wanted, options.at_once))


def _request_script(
    years: Iterable[int] | None, variables: Iterable[str] | None, dest: Path, fields: bool
) -> FileOutcome:
    path = era5.write_script(years, variables, dest, fields=fields)
    note = f"run `python {path}` with your own account (https://cds.climate.copernicus.eu/how-to-api)"
    return FileOutcome(path.name, "fetched", path.stat().st_size, notes=(note,))


class _Fetcher:
    """How one file is fetched; shared by the threads, and without a state of its own."""

    def __init__(self, dest: Path, options: Options, courtesy: Courtesy, progress: Notify) -> None:
        self.dest = dest
        self.options = options
        self.courtesy = courtesy
        self.progress = progress

    def check_space(self, wanted: Sequence[Item]) -> None:
        """Refuse at once what will not fit; the exact sizes are asked for file by file."""
        missing = [item for item in wanted if not self._present(item)]
        need = sum(item.typical_bytes for item in missing)
        name = f"{len(missing)} files of about {in_bytes(need / max(1, len(missing)))}"
        self.courtesy.promise(name, need, self.dest)
        self.courtesy.release(name)

    def outcome(self, item: Item) -> FileOutcome:
        """Fetch, verify, unpack; the outcome says what went wrong."""
        start = time.monotonic()
        try:
            status, size, notes = self._obtain(item)
        except StoppedError:
            raise
        except (StormtracksError, OSError) as error:
            log.warning("%s: failed: %s", item.name, error)
            self.progress(item.name, "failed", 0, None)
            text = str(error) if isinstance(error, DownloadError) else f"{item.name}: {error}"
            return FileOutcome(item.name, "failed", seconds=time.monotonic() - start, error=text)
        finally:
            self.courtesy.release(item.name)
        log.info("%s: %s, %s", item.name, status, in_bytes(size))
        self.progress(item.name, status, size, size)
        return FileOutcome(item.name, status, size, time.monotonic() - start, notes=notes)

    def _obtain(self, item: Item) -> tuple[Status, int, tuple[str, ...]]:
        path = archives.destination(item, self.dest)
        if not self.options.refresh and self._whole(item, path):
            return "there", *self._size_and_notes(item, path)
        if not (item.kind == "tar" and not self.options.refresh and _readable(item, path)):
            self._fetch(item, path)
        if item.kind == "tar":
            unpack(path, self.dest, item.contents, self.courtesy, self._notify(item, "unpacking"))
        return "fetched", *self._size_and_notes(item, path)

    def _fetch(self, item: Item, path: Path) -> None:
        with PartialFile(path) as part:
            missing = []
            for address in item.addresses:
                try:
                    self._fetch_whole(item, address, part)
                    return
                except NotThereError as error:
                    missing.append(str(error))
            raise NotThereError("; ".join(missing))

    def _fetch_whole(self, item: Item, address: str, part: PartialFile) -> None:
        """Fetch again from the start where the pieces, which the server said belong together, make no whole."""
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

    def _finish(self, item: Item, address: str, part: PartialFile) -> None:
        self.progress(item.name, "checking", part.size, part.size)
        verify(part.path, item.kind, address)
        part.finish()

    def _present(self, item: Item) -> bool:
        path = archives.destination(item, self.dest)
        return not self.options.refresh and (path.exists() or unpacked(path, self.dest) is not None)

    def _whole(self, item: Item, path: Path) -> bool:
        if item.kind == "tar":
            return unpacked(path, self.dest) is not None
        return _readable(item, path)

    def _size_and_notes(self, item: Item, path: Path) -> tuple[int, tuple[str, ...]]:
        if item.kind != "tar":
            return path.stat().st_size, ()
        found = unpacked(path, self.dest)
        if found is None:
            raise DownloadError(f"{path}: files just unpacked from it have disappeared; run the same command again")
        return sum((self.dest / name).stat().st_size for name in found.names), found.notes

    def _notify(self, item: Item, state: str) -> Callable[[int, int | None], None]:
        return lambda done, total: self.progress(item.name, state, done, total)


def _readable(item: Item, path: Path) -> bool:
    try:
        verify(path, item.kind)
    except (UnreadableError, FileNotFoundError):
        return False
    return True


def _several(fetcher: _Fetcher, wanted: Sequence[Item], at_once: int) -> tuple[FileOutcome, ...]:
    """Outcomes in the order wanted.

    The threads die with the process: when the person stops it, none is waited for (what has arrived stays in the
    partial files). A bug in one of them is raised when the others have ended.
    """
    work = _Work(wanted)
    threads = [threading.Thread(target=work.do, args=(fetcher,), daemon=True) for _ in range(min(at_once, len(wanted)))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        fetcher.courtesy.stop.set()
        raise
    if work.bugs:
        raise work.bugs[0]
    return tuple(work.outcomes[item.name] for item in wanted)


class _Work:
    """What the threads share: files still to be fetched, and what became of the others."""

    def __init__(self, wanted: Sequence[Item]) -> None:
        self.outcomes: dict[str, FileOutcome] = {}
        self.bugs: list[Exception] = []
        self._waiting: queue.SimpleQueue[Item] = queue.SimpleQueue()
        for item in wanted:
            self._waiting.put(item)

    def do(self, fetcher: _Fetcher) -> None:
        """Fetch one file after another until none is left."""
        while True:
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return
            try:
                self.outcomes[item.name] = fetcher.outcome(item)
            except StoppedError:
                return
            except Exception as error:  # a bug, which must not cost the other files
                self.bugs.append(error)


def _silent(name: str, state: str, done: int, total: int | None) -> None:
    pass

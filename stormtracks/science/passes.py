"""The maxima of a member, or of all members in one pass over files that keep all members in a chunk.

The archive of 20CRv2 stores one time of all members in a chunk, so whoever reads one member inflates all. Instead the
first tasks of a year on a host make, together, one pass over its files: a block of times each, found work by lock,
and leave every member's maxima in a scratch folder, from which each task takes its own. Whatever dies, its lock goes
with it and another slot does the block.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np

from stormtracks.science.records import Maxima

BLOCK_BYTES = 2 << 20
"""Fields are worked on so many bytes at a time, to stay in a processor's cache."""

BLOCK_STEPS = 16
"""Times in a block of a pass: small enough to be shared out, large enough to be few files."""

KEPT_PASSES = 3
"""Finished passes that stay in the scratch folder, for tasks still to come."""

FORMAT = 1
_RECORD = np.dtype([("step", "<i4"), ("lat", "<f8"), ("lon", "<f8"), ("vorticity", "<f4")])


def member_maxima(season, member, stages, scratch, progress=None):
    """Maxima of one member over a whole season.

    Parameters
    ----------
    season : reanalysis.Season
    member : int
        As the schedule counts, from 0.
    stages : Stages
        What turns a block of the season into maxima, and what it depends on.
    scratch : Path
        Folder on a local disk for passes over all members.
    progress : callable, optional
        Called with (times done, times in all).

    Returns
    -------
    Maxima
    """
    report = progress or (lambda done, total: None)
    if not season.together:
        steps = _steps_in_cache(season)
        blocks = [stages.maxima(season, start, steps, [member]) for start in _starts(season, steps, report)]
        return _joined([maxima for maxima, _ in blocks])
    with _Pass(season, stages, scratch) as everyone:
        everyone.finish(report)
        return everyone.member(member)


class Stages:
    """Winds or vorticity of a block -> maxima of each member.

    Parameters
    ----------
    cyclonic : callable
        ``cyclonic(arrays, grid) -> ndarray`` (n, lat, lon), from (u, v) or (vorticity,).
    find : callable
        ``find(fields, grid) -> Maxima``.
    depends_on : mapping
        The settings that maxima depend on, in plain values; the others may differ between tasks that share a pass.
    """

    def __init__(self, cyclonic, find, depends_on):
        self.cyclonic = cyclonic
        self.find = find
        self.depends_on = depends_on

    def maxima(self, season, start, count, members):
        """Maxima of some members over `count` times from `start`, and each one's member (index into `members`)."""
        stop = min(start + count, len(season.axis))
        arrays = season.read(start, stop, members)
        width = arrays[0].shape[1]
        fields = [array.reshape(-1, *season.grid.shape) for array in arrays]
        cyclonic = np.empty_like(fields[0])
        few = max(1, BLOCK_BYTES // cyclonic[0].nbytes // 8)
        for first in range(0, len(cyclonic), few):
            part = slice(first, first + few)
            cyclonic[part] = self.cyclonic([field[part] for field in fields], season.grid)
        found = self.find(cyclonic, season.grid)
        step, owner = np.divmod(found.step, width)
        return Maxima((step + start).astype(np.int32), found.lat, found.lon, found.vorticity), owner

    def identity(self, season):
        """What the maxima depend on, as text that is the same only if they are."""
        inputs = [(file.path.name, file.size, file.mtime_ns) for file in season.inputs()]
        return json.dumps([FORMAT, self.depends_on, inputs], sort_keys=True)


class _Pass:
    """One pass over all members, shared by the slots of a host; a context that keeps its folder from being cleared."""

    def __init__(self, season, stages, scratch):
        self.season, self.stages = season, stages
        year = season.axis.times[0].astype("datetime64[Y]")
        identity = hashlib.sha256(stages.identity(season).encode()).hexdigest()[:16]
        self.folder = Path(scratch) / "passes" / f"{year}-{identity}"

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.using = _lock(self.folder / "in_use", fcntl.LOCK_SH)
        os.utime(self.folder)
        _clear_old(self.folder.parent)
        return self

    def __exit__(self, *_):
        os.close(self.using)

    def finish(self, report):
        """Do every block that nobody has done or is doing, then wait for those that others are doing."""
        total = len(self.season.axis)
        for wait in (False, True):
            left = [start for start in range(0, total, BLOCK_STEPS) if not self._file(start).exists()]
            for count, start in enumerate(left, start=1):
                self._do(start, wait)
                report(total - (len(left) - count) * BLOCK_STEPS, total)

    def member(self, member):
        """The maxima of one member, from the blocks."""
        parts = [self._read(self._file(start), member) for start in range(0, len(self.season.axis), BLOCK_STEPS)]
        table = np.concatenate(parts)
        return Maxima(*(np.ascontiguousarray(table[name]) for name in _RECORD.names))

    def _file(self, start):
        return self.folder / f"{start:06d}.maxima"

    def _do(self, start, wait):
        lock = _lock(self.folder / f"{start:06d}.lock", fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        if lock is None:
            return
        try:
            if not self._file(start).exists():
                self._write(start)
        finally:
            os.close(lock)

    def _write(self, start):
        stop = min(start + BLOCK_STEPS, len(self.season.axis))
        everyone = slice(None)
        blocks = [self.stages.maxima(self.season, step, 1, everyone) for step in range(start, stop)]
        maxima = _joined([found for found, _ in blocks])
        owner = np.concatenate([owners for _, owners in blocks])
        order = np.argsort(owner, kind="stable")
        table = np.empty(len(owner), _RECORD)
        for name in _RECORD.names:
            table[name] = getattr(maxima, name)[order]
        ends = np.searchsorted(owner[order], np.arange(len(self.season.members) + 1)).astype("<i8")
        _write_whole(self._file(start), ends.tobytes() + table.tobytes())

    def _read(self, path, member):
        with path.open("rb") as file:
            file.seek(8 * member)
            first, last = np.frombuffer(file.read(16), "<i8")
            file.seek(8 * (len(self.season.members) + 1) + first * _RECORD.itemsize)
            return np.frombuffer(file.read((last - first) * _RECORD.itemsize), _RECORD)


def _steps_in_cache(season):
    nlat, nlon = season.grid.shape
    return max(1, BLOCK_BYTES // (4 * nlat * nlon))


def _starts(season, count, report):
    total = len(season.axis)
    for start in range(0, total, count):
        yield start
        report(min(start + count, total), total)


def _joined(parts):
    return Maxima(*(np.concatenate([getattr(part, name) for part in parts]) for name in _RECORD.names))


def _lock(path, how):
    """An open, locked file descriptor, or None where another process holds the lock."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _write_whole(path, content):
    """A file that is there completely or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror} while writing the maxima of a pass", str(path)) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()


def _clear_old(folder):
    """Remove all but the newest passes, except those somebody is using."""
    passes = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for path in passes[:-KEPT_PASSES]:
        lock = _lock(path / "in_use", fcntl.LOCK_EX | fcntl.LOCK_NB)
        if lock is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)

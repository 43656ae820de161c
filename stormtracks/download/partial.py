"""The unfinished file beside its final name, and the note that says what it is a part of."""

import contextlib
import fcntl
import json
import os
from pathlib import Path

from stormtracks.download.errors import DownloadError


class Part:
    """``NAME.part``, with ``NAME.part.json`` beside it: what it is the beginning of.

    Used in a `with` block, during which no other process can write the same part. What is there when the
    block ends stays, to be taken up again, unless `finish` gave it the final name or `discard` removed it.

    Notes
    -----
    The lock is on the note, not on the part: HDF5 locks the files that it opens, and the part is opened for
    its check.
    """

    def __init__(self, final):
        self.final = Path(final)
        self.path = self.final.with_name(self.final.name + ".part")
        self._note_path = self.final.with_name(self.final.name + ".part.json")
        self._note_file = self._file = None
        self.note = {}

    def __enter__(self):
        self.final.parent.mkdir(parents=True, exist_ok=True)
        self._note_file = _locked(self._note_path)
        try:
            self.note = json.loads(self._note_file.read() or "{}")
        except ValueError:  # a note cut off by a power failure: the part cannot be trusted
            self.note = {}
        self._file = self.path.open("ab", buffering=0)
        if not self.note:
            self._file.truncate(0)
        return self

    def __exit__(self, *exception):
        if self._file is not None:
            self._file.close()
            if self.path.exists() and not self.path.stat().st_size:
                self.discard()
        self._note_file.close()

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self.path.stat().st_size

    def validator(self, address) -> str | None:
        """What tells the server which version of the file this is the beginning of; None where nothing can.

        Notes
        -----
        A weak ETag does not promise the same bytes, so the date of change stands in for it (RFC 9110,
        13.1.5).
        """
        if self.note.get("address") != address:
            return None
        etag = self.note.get("etag") or ""
        return self.note.get("last_modified") if etag.startswith("W/") or not etag else etag

    def restart(self, note=None):
        """Begin from nothing; `note` (plain values) says what the following bytes belong to."""
        self._file.truncate(0)
        self.note = note or {}
        self._note_file.seek(0)
        self._note_file.truncate()
        self._note_file.write(json.dumps(self.note))
        self._note_file.flush()

    def write(self, data):
        """Add bytes at the end."""
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]

    def finish(self):
        """Flush to the disk and give the file its name, in place of what may have it."""
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None
        self.path.replace(self.final)
        flush_folder(self.final.parent)
        self._note_path.unlink(missing_ok=True)

    def discard(self):
        """Remove what is there."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.path.unlink(missing_ok=True)
        self._note_path.unlink(missing_ok=True)


def flush_folder(folder):
    """Make a rename in a folder last through a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _locked(path):
    """The note, opened and locked; the very file under the name, since who had the lock may have removed it."""
    while True:
        file = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise DownloadError(f"{path.with_suffix('')}: another download is writing it") from None
        with contextlib.suppress(FileNotFoundError):
            if os.fstat(file.fileno()).st_ino == path.stat().st_ino:
                file.seek(0)
                return file
        file.close()

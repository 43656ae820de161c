"""The folder that a worker's results go to must stay the one it was.

Where a disk is unmounted, an empty folder of the same name is left, on another disk; where a folder is removed, the
next task would create it anew. Either way results would be reported as complete that lie where nobody looks for them.
"""

import contextlib
import os

from stormtracks.errors import StormtracksError


class FolderLost(StormtracksError):
    """The folder is gone, or another one has its name; the message says what to do."""


class KeptFolder:
    """A folder that is held open for as long as this lives, which also keeps an automounter from taking it away.

    Parameters
    ----------
    path : path or None
        None: nothing is kept. One that does not exist yet is held from the first `check` that finds it.
    """

    def __init__(self, path: str | os.PathLike | None) -> None:
        self.path = path
        self._held: int | None = None  # its descriptor
        self._hold()

    def check(self) -> None:
        """Raise `FolderLost` unless the name still leads to the folder that is held."""
        if self.path is None:
            return
        if self._held is None:
            self._hold()
            return
        try:
            same = os.path.samestat(os.fstat(self._held), os.stat(self.path))  # noqa: PTH116 - as its neighbour
        except OSError as error:
            raise FolderLost(
                f"the results folder {self.path} is gone ({error.strerror}): put it back, or create it and restart "
                "the worker"
            ) from None
        if not same:
            raise FolderLost(
                f"the results folder {self.path} is not the one that this worker started with. Perhaps a disk was "
                "unmounted, or the folder was replaced: put it back, or restart the worker to use the new folder"
            )

    def close(self) -> None:
        """Let go of it."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _hold(self) -> None:
        if self.path is not None:
            with contextlib.suppress(FileNotFoundError):
                # O_PATH: held, not read, so that the folder's permissions do not matter.
                self._held = os.open(self.path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)

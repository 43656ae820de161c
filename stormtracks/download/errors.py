"""What a download refuses or cannot do."""

from stormtracks.errors import BadValue


class DownloadError(BadValue):
    """A file that cannot be fetched; the message names the address, what happened and what to do."""


class NotThereError(DownloadError):
    """The server says that there is no such file (404, 410): final for this address, another may have it."""


class UnreadableError(DownloadError):
    """What arrived is not what it should be (a web page, half a file); it never gets the file's name."""


class StoppedError(Exception):
    """The person stopped the download: not a failure of the file, and never shown."""

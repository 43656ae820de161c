"""What a download refuses or cannot do, in words for the person who asked for it."""

from stormtracks.science.errors import InputError


class DownloadError(InputError):
    """A file that cannot be had; the message names the address, what happened and what to do."""


class NotThereError(DownloadError):
    """The server says that there is no such file (404, 410): final for this address, another may have it."""


class UnreadableError(DownloadError):
    """What arrived is not what it should be (a web page, half a file); it never gets the file's name."""


class StoppedError(Exception):
    """The person stopped the download: not a failure of the file."""

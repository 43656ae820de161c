"""What science refuses: a message for the scientist, never a traceback."""

from stormtracks.errors import BadValue


class InputError(BadValue):
    """Input that cannot be understood or trusted; the message names the file, what is wrong and what to do."""


class ResultError(InputError):
    """A result that does not exist, is damaged, cannot be written, or was made from other settings or inputs."""

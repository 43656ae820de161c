"""What science refuses: a message for the scientist, never a traceback."""

from collections.abc import Iterable

from stormtracks.errors import BadValue


class InputError(BadValue):
    """Input that cannot be understood or trusted; the message names the file, what is wrong and what to do."""


class PassingInputError(InputError):
    """Input that is not here, or not whole yet: another host may have it, or this one later."""

    final = False


class NoData(PassingInputError):
    """Nothing of a year, or of a forecast, is in the folder of data of this host."""

    lacks_data = True


class LevelMissing(InputError):
    """A pressure level that the files do not have; `levels` (hPa) are those that they have."""

    def __init__(self, message: str, levels: Iterable[float] = ()) -> None:
        super().__init__(message)
        self.levels = tuple(levels)


class ManyStarts(InputError):
    """Forecasts that overlap in time, of which a year was asked for; the message says what starts there are."""


class ResultError(InputError):
    """A result that does not exist, is damaged, cannot be written, or was made from other settings or inputs."""


class NeedsResult(ResultError):
    """A result of another task that has to be there first; `needs` is that task."""

    final = False  # it may be made meanwhile, or be there on another host

    def __init__(self, message: str, needs: str = "") -> None:
        super().__init__(message)
        self.needs = needs

"""What is refused on a host."""

from stormtracks.errors import StormtracksError


class HostFault(StormtracksError):
    """One host cannot do what was asked; the message says what to do, and the other hosts are not affected."""

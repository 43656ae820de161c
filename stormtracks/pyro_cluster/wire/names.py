"""The names of workers at the nameserver: what they begin with, and all that are listed, page after page."""

from typing import Any

from Pyro4.errors import CommunicationError, ProtocolError

from stormtracks.pyro_cluster.wire.failures import NotOurs

PREFIX = "stormtracks.worker."
"""What the name of each worker at the nameserver begins with."""
MOST_NAMES = 10_000
"""Names that a nameserver has room for."""
PAGE_NAMES = 500
"""The most names in one answer of the nameserver, which is then some 100 kB; a full page may be followed by another."""


def listed(nameserver: Any, place: str, prefix: str = PREFIX) -> dict[str, str]:
    """What a nameserver lists.

    Parameters
    ----------
    nameserver : wire.Proxy
    place : str
        Where it is, HOST:PORT, for messages.
    prefix : str
        What the names begin with.

    Returns
    -------
    dict of str to str
        Name, with the prefix -> URI.

    Raises
    ------
    NotOurs
        It does not answer as a nameserver does.
    CommunicationError, OSError
        It does not answer.
    """
    names = page = _page(nameserver, place, prefix)
    while len(page) >= PAGE_NAMES and len(names) < MOST_NAMES:
        page = _page(nameserver, place, prefix, after=max(page))
        if page.keys() <= names.keys():  # it never ends
            break
        names = names | page
    return names


def _page(nameserver: Any, place: str, prefix: str, **after: str) -> dict[str, str]:
    try:
        page = nameserver.list(prefix=prefix, **after)
    except Exception as error:  # whatever another program raises
        if isinstance(error, (CommunicationError, OSError)) and not isinstance(error, ProtocolError):
            raise
        raise _odd(place, f"answers with {type(error).__name__}: {error!s:.200}") from error
    if isinstance(page, dict) and all(isinstance(text, str) for pair in page.items() for text in pair):
        return page
    raise _odd(place, "does not answer with a list of names")


def _odd(place: str, what: str) -> NotOurs:
    return NotOurs(f"the nameserver at {place} {what}; check which program listens there")

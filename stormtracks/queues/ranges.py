"""Indices of an array as queues write them."""

from collections.abc import Iterator


def indices(text: str) -> Iterator[int]:
    """Each index of ranges.

    Parameters
    ----------
    text : str
        Numbers and ranges between commas, with a step after ":". What follows "%" is how many run at a time.

    Raises
    ------
    ValueError
        Something else.

    Examples
    --------
    >>> from stormtracks.queues import ranges
    >>> list(ranges.indices("1,3-5,10-16:3%2"))
    [1, 3, 4, 5, 10, 13, 16]
    """
    for part in text.partition("%")[0].split(","):
        ends, _, step = part.partition(":")
        first, _, last = ends.partition("-")
        yield from range(int(first), int(last or first) + 1, int(step or 1))

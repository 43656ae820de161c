"""Which worker has most of a year's results from earlier runs: a chain of tasks is to build on them where they lie."""

from collections import Counter
from collections.abc import Iterable, Mapping

from stormtracks import label
from stormtracks.label import Label

File = tuple[Label, str]
"""Year, or start of a forecast, and name."""


def owned_years(files: Mapping[str, Iterable[File]]) -> dict[str, list[Label]]:
    """The years of which each worker has more results than any other one.

    Parameters
    ----------
    files : mapping
        Name of each worker -> year and name of each of its results.

    Returns
    -------
    dict
        Name -> years, the last one first. A year of which two workers have equally many, as where they share a folder,
        is nobody's.

    Examples
    --------
    >>> from stormtracks.pyro_cluster.manager.owners import owned_years
    >>> owned_years({"a": [(2000, "x"), (2001, "x")], "b": [(2000, "x"), (2000, "y"), (2001, "x")]})
    {'a': [], 'b': [2000]}
    """
    numbers = {name: Counter(year for year, _ in of) for name, of in files.items()}
    owned: dict[str, list[Label]] = {name: [] for name in files}
    for year in reversed(label.in_order(year for of in numbers.values() for year in of)):
        ranked = sorted(numbers, key=lambda name: numbers[name][year], reverse=True)
        if len(ranked) == 1 or numbers[ranked[0]][year] > numbers[ranked[1]][year]:
            owned[ranked[0]].append(year)
    return owned

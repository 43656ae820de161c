"""Pairs that contend for tails and heads: which of them become links, so that the sum of their costs is least."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.components import components


@dataclass(frozen=True)
class Contests:
    """Pairs in groups that hang together by their tails and heads; what is chosen in one does not matter to others.

    A group of more than one pair has a table of tails x heads, and the tables of all follow one another.

    Attributes
    ----------
    alone : ndarray of bool, shape (npairs,)
        Which pairs are a group by themselves.
    cell : ndarray of int, shape (npairs,)
        Where each pair is in the tables; of those alone it means nothing.
    begin, width : ndarray of int, shape (ntables,)
        Where each table begins, and its columns.
    table : ndarray of int, shape (npairs + 1,)
        Of each pair the first table that has none of the pairs before it; at last how many tables there are.
    end : int
        Where the last table ends.
    """

    alone: Bools
    cell: Ints
    begin: Ints
    width: Ints
    table: Ints
    end: int

    @classmethod
    def of(cls, tails: Ints, heads: Ints) -> "Contests":
        """The groups of pairs, by tail and head, of which those of a time have neither with another time."""
        alone = (np.bincount(tails)[tails] == 1) & (np.bincount(heads)[heads] == 1) if len(tails) else tails > 0
        several = np.flatnonzero(~alone)
        size = int(max(tails.max(initial=-1), heads.max(initial=-1))) + 1
        # A maximum is the tail of one pair and the head of another: heads have numbers of their own.
        name = components(2 * size, tails[several], heads[several] + size)[tails[several]]
        group, row, rows = _ranks(name, tails[several], size)
        _, column, width = _ranks(name, heads[several], size)
        last = np.cumsum(rows * width)
        begin = last - rows * width
        cell = np.zeros(len(tails), np.int64)
        cell[several] = begin[group] + row * width[group] + column
        table = np.zeros(len(tails) + 1, np.int64)
        table[several + 1] = group + 1
        return cls(alone, cell, begin, width, np.maximum.accumulate(table), int(last[-1]) if len(last) else 0)

    def decided(self, pairs: slice, cost_m: Ints, limit_m: int) -> Ints:
        """Which pairs of a time become links, so that the sum of costs is least.

        Parameters
        ----------
        pairs : slice
        cost_m : ndarray of int, shape (npairs,)
            What each costs, metres; below 0: it is not to be.
        limit_m : int
            What a maximum without a link counts, more or less: at least the highest cost, and more than 0.

        Returns
        -------
        ndarray of int
            Indices of pairs, the first of the slice being 0; ascending.

        Notes
        -----
        Where several choices of a group have the least sum, `scipy.optimize.linear_sum_assignment` decides, with tails
        and heads in order: tails get their heads one after another, each along the shortest way, of equal ways that to
        a free and earlier head; where there are fewer heads, heads get their tails.
        """
        # Thousandths of metres are exact in floats, so that equal sums are equal; any link is better than none.
        gain = np.where(cost_m >= 0, 1000.0 * cost_m - 1001.0 * limit_m, 0.0)
        chosen = self.alone[pairs] & (gain < 0)
        first, last = int(self.table[pairs.start]), int(self.table[pairs.stop])
        if first == last:
            return np.flatnonzero(chosen)
        from scipy.optimize import linear_sum_assignment  # half of a worker's start-up time, and the default does not

        several = np.flatnonzero(~self.alone[pairs])
        begins = self.begin[first:last].tolist()
        ends = [*begins[1:], int(self.begin[last]) if last < len(self.begin) else self.end]
        costs, cell = np.zeros(ends[-1] - begins[0]), self.cell[pairs][several] - begins[0]
        costs[cell] = gain[several]
        best = np.zeros(len(costs), bool)
        for begin, end, width in zip(begins, ends, self.width[first:last].tolist(), strict=True):
            one = slice(begin - begins[0], end - begins[0])
            best[one].reshape(-1, width)[linear_sum_assignment(costs[one].reshape(-1, width))] = True
        chosen[several] = best[cell] & (gain[several] < 0)
        return np.flatnonzero(chosen)


def _ranks(name: Ints, value: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """Of each pair the rank of its group and, within that, of its value; how many values each group has."""
    different, place = np.unique(name * size + value, return_inverse=True)
    _, group, count = np.unique(different // max(size, 1), return_inverse=True, return_counts=True)
    rank = np.arange(len(different)) - (np.cumsum(count) - count)[group]
    return group[place], rank[place], count

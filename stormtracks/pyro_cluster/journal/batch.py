"""The statements of one commit, with rows of one table in one statement: SQLite is called ten times less often.

Each call lets other threads run meanwhile and then waits for its turn again. Beside a thread that is always at work
this took three times as long as the writing itself.
"""

import functools
import itertools
from collections.abc import Iterable, Iterator

Statement = tuple[str, tuple]
"""SQL and its values."""

ROWS = 16
"""That are written at once: with these SQLite has the least to do per row."""
_LARGEST_ROW = 50  # values; SQLite may be built to take 999 in a statement
_INSERTION = "INSERT OR REPLACE INTO "


def gathered(statements: Iterable[Statement]) -> Iterator[list[Statement]]:
    """The statements in an order that amounts to the same: those that can be one come together.

    Insertions of different texts are into different tables, so that it does not matter which comes first. The rows of
    one table keep their order, and nothing passes a statement of another kind.

    Parameters
    ----------
    statements : iterable of (str, tuple)

    Yields
    ------
    list of (str, tuple)
        Either one, or `ROWS` insertions of the same text.
    """
    waiting: dict[str, list[Statement]] = {}
    for statement in statements:
        sql, values = statement
        if not sql.startswith(_INSERTION) or len(values) > _LARGEST_ROW:
            yield from _each(waiting)
            yield [statement]
            continue
        rows = waiting.setdefault(sql, [])
        rows.append(statement)
        if len(rows) == ROWS:
            del waiting[sql]
            yield rows
    yield from _each(waiting)


def as_one(statements: list[Statement]) -> Statement:
    """The one statement that some insertions of the same text are together."""
    if len(statements) == 1:
        return statements[0]
    sql = _of_rows(statements[0][0], len(statements))
    return sql, tuple(itertools.chain.from_iterable(values for _, values in statements))


@functools.lru_cache(maxsize=32)
def _of_rows(insertion: str, rows: int) -> str:
    head, values, row = insertion.rpartition(" VALUES ")
    return f"{head}{values}{', '.join([row] * rows)}"


def _each(waiting: dict[str, list[Statement]]) -> Iterator[list[Statement]]:
    """What waited for more of its kind, one by one; it waits no longer."""
    for rows in waiting.values():
        yield from ([statement] for statement in rows)
    waiting.clear()

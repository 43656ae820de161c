"""Statements that are carried out together amount to what they are one after the other."""

import sqlite3
from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from stormtracks.pyro_cluster.journal import batch, schema

WORKING, PLACES = schema.insertion("working"), schema.insertion("places")
LEAVE = "DELETE FROM working WHERE worker = ? AND slot = ?"
names, numbers = st.sampled_from(["w1", "w2"]), st.integers(0, 3)
statements = st.one_of(
    st.tuples(st.just(WORKING), st.tuples(names, numbers, numbers, numbers, numbers)),
    st.tuples(st.just(PLACES), st.tuples(names, numbers)),
    st.tuples(st.just(LEAVE), st.tuples(names, numbers)),
    st.tuples(st.just("UPDATE places SET places = places || 'x'"), st.just(())),
)
MANY = [(WORKING, ("w1", 0, year, 0, 0)) for year in range(2 * batch.ROWS + 3)]


def content(execute):
    db = sqlite3.connect(":memory:")
    schema.create(db)
    execute(db)
    return [db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in ("working", "places")]


@settings(max_examples=60, deadline=None)
@given(st.lists(statements, max_size=60))
@example(MANY)
@example([*MANY, (LEAVE, ("w1", 0)), *MANY[:1]])
def test_the_tables_are_the_same(these):
    together = content(lambda db: [db.execute(*batch.as_one(some)) for some in batch.gathered(these)])
    assert together == content(lambda db: [db.execute(*one) for one in these])
    assert Counter(one for some in batch.gathered(these) for one in some) == Counter(these)


def test_rows_come_together_though_others_are_between_them():
    these = [one for pair in zip(MANY[: batch.ROWS], [(PLACES, ("w", 1))] * batch.ROWS, strict=True) for one in pair]
    assert [len(some) for some in batch.gathered(these)] == [batch.ROWS, batch.ROWS]


def test_rows_of_many_values_stay_alone():
    large = ("INSERT OR REPLACE INTO t VALUES (...)", tuple(range(60)))
    assert all(len(some) == 1 for some in batch.gathered([large] * 40))

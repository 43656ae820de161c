"""The tables of a journal. One of an earlier version gets the columns that it lacks; one of a later version is used.

Statements name their columns, so that columns that others have added do no harm. A run of one task has a row for each
year and member, as it always had; in the journal of a chain each row also names its task. In a run of forecasts the
column ``year`` has their starts: SQLite keeps text in an INTEGER column as it is.
"""

import sqlite3

FORMAT = 1
APPLICATION = 0x73746F72
"""'stor': tells our files from other SQLite files."""
TABLES = {
    "run": {
        "name": "TEXT PRIMARY KEY",
        **dict.fromkeys(("task",), "TEXT"),
        **dict.fromkeys(("start_year", "end_year", "members"), "INTEGER"),
        **dict.fromkeys(("settings", "nameserver", "version"), "TEXT"),
        **{"started": "REAL", "pid": "INTEGER", "host": "TEXT", "heartbeat": "REAL", "state": "TEXT"},
        **{"hosts": "TEXT", "results": "TEXT"},
        **{"starts": "TEXT"},  # of forecasts, as JSON; no value in a run of years
    },
    "tasks": {
        **{"year": "INTEGER", "member": "INTEGER", "status": "TEXT", "worker": "TEXT", "host": "TEXT"},
        **{"seconds": "REAL", "cpu_seconds": "REAL", "path": "TEXT", "counts": "TEXT", "skipped": "INTEGER"},
        **{"error": "TEXT", "traceback": "TEXT", "attempts": "INTEGER", "finished": "REAL"},
        **{"code_version": "TEXT"},
        **{"recipe": "TEXT", "digest": "TEXT"},
        **{"entry": "TEXT"},  # of hosts.yaml, where the worker was one of several
    },
    "working": {"worker": "TEXT", "slot": "INTEGER", "year": "INTEGER", "member": "INTEGER", "since": "REAL"},
    "events": {"time": "REAL", "text": "TEXT"},
    "places": {"worker": "TEXT", "places": "TEXT"},
    "attempts": {
        **{"worker": "TEXT", "slot": "INTEGER", "year": "INTEGER", "member": "INTEGER", "task": "TEXT"},
        **{"began": "REAL", "ended": "REAL", "status": "TEXT", "cpu_seconds": "REAL", "read_seconds": "REAL"},
        **{"error": "TEXT"},
    },
}
"""Name of each table -> its columns with their types. New columns come at the end."""
_KEYS = {"tasks": "year, member", "working": "worker, slot", "places": "worker"}
OF_CHAIN = {"task": "TEXT"}
"""What the table ``tasks`` of a chain has besides, as its last column and a part of its key."""


def create(db: sqlite3.Connection, chain: bool = False) -> None:
    """Create the tables and columns that are missing, within the transaction that `db` is in.

    Parameters
    ----------
    db : sqlite3.Connection
    chain : bool
        Whether the run has several tasks for each year and member.
    """
    db.execute(f"PRAGMA application_id = {APPLICATION}")
    db.execute(f"PRAGMA user_version = {FORMAT}")
    for table in TABLES:
        columns, there = _columns(table, chain), columns_of(db, table)
        if not there:
            more = f", {', '.join(OF_CHAIN)}" if chain and table == "tasks" else ""
            key = f", PRIMARY KEY ({_KEYS[table]}{more})" if table in _KEYS else ""
            without = " WITHOUT ROWID" if table in _KEYS else ""
            described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            db.execute(f"CREATE TABLE {table} ({described}{key}){without}")
            continue
        for name, kind in columns.items():
            if name not in there:
                db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")


def columns_of(db: sqlite3.Connection, table: str) -> list[str]:
    """The columns that a table of a journal has; an empty list: there is no such table."""
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def insertion(table: str, chain: bool = False) -> str:
    """The statement that adds a row, or replaces the one of the same key; its values come in the order of `TABLES`."""
    columns = _columns(table, chain)
    return f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _columns(table: str, chain: bool) -> dict[str, str]:
    return TABLES[table] | (OF_CHAIN if chain and table == "tasks" else {})

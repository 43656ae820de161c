"""The options of a run, for both command lines that start one: `inv manage` and `pyro_manager`.

Loads next to nothing: `inv --list` reads the table.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from stormtracks import starts
from stormtracks.errors import BadValue

_KINDS = {int: "a whole number", float: "a number"}


class Option(NamedTuple):
    """One option as it is typed, without the dashes.

    Attributes
    ----------
    name : str
    help : str
        Also says what is taken where the option is not given.
    kind : type
        bool: a switch; list: may be given several times, as text.
    default : object
    needed : bool
    """

    name: str
    help: str
    kind: type = str
    default: Any = None
    needed: bool = False

    @property
    def key(self) -> str:
        """Its name in Python."""
        return self.name.replace("-", "_")

    def read(self, given: object) -> Any:
        """The value of what was typed, or of what a caller gave.

        Raises
        ------
        BadValue
            Text that is not a number, where one is wanted; an option that is needed and was not given.
        """
        if given is None and self.needed:
            raise BadValue(f"--{self.name} is missing; give the {self.help.partition(';')[0]}")
        if given is None or self.kind not in _KINDS:
            return self.default if given is None else given
        try:
            return self.kind(given)
        except ValueError:
            raise BadValue(f"--{self.name} must be {_KINDS[self.kind]}, not {given!r}") from None


OPTIONS = (
    Option("start-year", "first year; needed, unless --starts is given", int),
    Option("end-year", "last year, included; default: the start year", int),
    Option("members", "number of ensemble members, the same for each year (or start); needed", int, needed=True),
    Option(
        "task",
        "task to do for each member of each year (or start), or several with commas between them, done one after the "
        "other: vort_track,field_collection,classify; default: vort_track",
        default="vort_track",
    ),
    Option(
        "timeout",
        "maximum time for one task: seconds, or a share of the median of the complete tasks such as 300%, or none; "
        "default: ten times the median, but at least one hour (known from ten complete tasks on)",
    ),
    Option(
        "retries",
        "how often a failed task is repeated, after 1, 4, 16 and then 60 s; what can only fail again, such as damaged "
        "input, is not; default: 2",
        int,
        2,
    ),
    Option(
        "halt",
        "end the run when so many tasks have failed, or such a share of those that have ended (20% say, once 20 have "
        "ended), or none: never; default: when the first 100 tasks have all failed",
    ),
    Option(
        "settings",
        "YAML file with settings (thresholds and so on); may be given several times, the last file counts most; "
        "default: the standard settings",
        list,
        (),
    ),
    Option("set", "one setting as key=value; may be given several times; default: none", list, ()),
    Option("run", "name of the run; the same name resumes it; default: TASK_FIRST-LAST"),
    Option("results", "folder for the results, below the results folder of each worker; default: that folder itself"),
    Option(
        "redo-away",
        "do tasks again whose results lie on workers that are away, rather than wait for these",
        bool,
        False,
    ),
    Option("overwrite", "start the run again, and replace results that were made with other settings", bool, False),
    Option(
        "wait",
        "seconds to wait for a worker, until the journal can be written, or while every worker fails (ten times as "
        "long once the run has completed a task); jobs that are pending in a queue are waited for as long as they are; "
        "default: 60",
        float,
        60.0,
    ),
    Option("any-version", "also use workers that run another version of stormtracks", bool, False),
    Option(
        "engine",
        "what runs the workers: pyro (those of hosts.yaml) or dask (those of --scheduler, or processes of this "
        "machine, which end with the run); default: pyro",
        default="pyro",
    ),
    Option(
        "scheduler",
        "address of the Dask scheduler, such as tls://HOST:8786; default: that of the entry with launch: dask in "
        "hosts.yaml",
    ),
    Option(
        "starts",
        "in place of years, starts of forecasts (UTC): a list such as 2025-06-01T00,2025-06-08T00, or one every seven "
        "days (or /12h) such as 2025-06-01T00..2025-08-31T00/7d; default: years",
    ),
)
HELP = {option.name: option.help for option in OPTIONS}


def read(given: Mapping[str, object]) -> dict[str, Any]:
    """The values of all options, from what was given.

    Parameters
    ----------
    given : mapping
        Options by their names in Python (``start_year``); None, or no entry: the default.

    Returns
    -------
    dict
        A value for each option; ``end_year`` is the start year where it was not given. ``starts`` is a tuple, empty for
        a run of years; of forecasts ``start_year`` and ``end_year`` are the first and the last of them.

    Raises
    ------
    BadValue

    Examples
    --------
    >>> from stormtracks.pyro_cluster.manager.options import read
    >>> values = read({"start_year": "2005", "members": "56"})
    >>> values["start_year"], values["end_year"], values["members"], values["retries"]
    (2005, 2005, 56, 2)
    """
    values = {option.key: option.read(given.get(option.key)) for option in OPTIONS}
    _read_lines(values)
    return values


def _read_lines(values: dict[str, Any]) -> None:
    """Years, or starts of forecasts in their place."""
    if values["starts"] is None:
        if values["start_year"] is None:
            raise BadValue("--start-year is missing; give the first year, or starts of forecasts with --starts")
        values["starts"] = ()
        if values["end_year"] is None:
            values["end_year"] = values["start_year"]
        return
    if values["start_year"] is not None or values["end_year"] is not None:
        raise BadValue("--starts and --start-year or --end-year were given; give either starts of forecasts or years")
    values["starts"] = starts.read(values["starts"])
    values["start_year"], values["end_year"] = values["starts"][0], values["starts"][-1]

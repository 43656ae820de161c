"""`inv report`: a run in one HTML page."""

from stormtracks import config
from stormtracks import report as pages
from stormtracks.console.local_paths import best_tracks_file
from stormtracks.console.terminal import output, progress
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.pyro_cluster.journal import runs
from stormtracks.pyro_cluster.journal.journal import JournalRefused


def report(dest, years, options):
    """Write the page and say where it is; or serve it until Ctrl-C."""
    try:
        _report(dest, years, options)
    except JournalRefused as error:
        raise BadValue(str(error)) from error


def _report(dest, years, options):
    folder, journal = options["results"], options["run"]
    if not folder:
        cluster = config.load()
        folder = cluster.results
        journal = journal or next(iter(runs.names()[-1:]), None)
    best = best_tracks_file(options["best_tracks"])
    out = output()
    if options["live"]:
        place = {"port": int(options["port"] or 0), "best_tracks": best}
        pages.serve(folder, journal, years_of(years), announce=lambda at: _announce(out, at), **place)
        return
    with progress("reading results") as show:
        written = pages.write(folder, dest, journal, years_of(years), best, show)
    out.print(f"{written} ({written.stat().st_size / 1e6:.1f} MB); open it in a browser", soft_wrap=True, markup=False)


def _announce(out, address):
    out.print(f"open {address} in a browser on this machine; Ctrl-C ends it", soft_wrap=True, markup=False)

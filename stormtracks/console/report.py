"""`inv report`: a run in one HTML page."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from stormtracks import paths
from stormtracks import report as pages
from stormtracks.console.filtering import EVERYTHING, Looked
from stormtracks.console.list_summary import list_of
from stormtracks.console.local_paths import best_tracks_file, results_folder
from stormtracks.console.status import hosts_file
from stormtracks.console.terminal import output, progress
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.pyro_cluster.journal import projects, runs
from stormtracks.readable import size


def report(dest: str, years: str | None, options: Mapping[str, Any], looked: Looked = EVERYTHING) -> None:
    """Write the page and say where it is; or serve it until Ctrl-C. `looked` says which tracks it shows."""
    folder, run, best = results_folder(options["results"]), options["run"], best_tracks_file(options["best_tracks"])
    if not run and not options["results"]:  # the folder of hosts.yaml is that of the newest run
        run = projects.newest(hosts_file())[0]
    if run and not options["results"]:
        folder = folder / (runs.read(run).run.get("results") or "")
    out, storm_list = output(), list_of(options["list"])
    if storm_list and options["live"]:
        raise BadValue("--live shows all tracks of a run in progress; leave --list out")
    if options["live"]:
        if options["against"]:
            raise BadValue("--live shows a run in progress, which is not compared; leave --against out")
        if looked.asked or looked.members:
            raise BadValue("--live shows all tracks of a run in progress; leave the filter and --members out")
        if not 0 <= options["port"] < 65536:
            raise BadValue(f"--port must be 1 to 65535, or 0 for any free port, not {options['port']}")
        served = {"port": options["port"], "best_tracks": best}
        pages.serve(folder, run, years_of(years), announce=lambda address: _announce(out, address), **served)
        return
    place = paths.expand(dest, where="--dest")
    against = options["against"] and paths.expand(options["against"], where="--against")
    with progress("reading results") as show:
        chosen: dict[str, Any] = {"members": looked.members, "asked": looked.asked, "against": against}
        written = pages.write(folder, place, run, years_of(years), best, show, options["mixed"], storm_list, **chosen)
    out.print(f"{written} ({size(written.stat().st_size)}); open it in a browser", soft_wrap=True)


def _announce(out: Console, address: str) -> None:
    out.print(f"open {address} in a browser on this machine; Ctrl-C stops the server", soft_wrap=True)

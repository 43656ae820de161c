"""`inv download`: files of an archive onto this disk."""

import sys

from stormtracks import config
from stormtracks.console.terminal import output
from stormtracks.console.years import years as years_of
from stormtracks.download import Options, progress_display
from stormtracks.download import download as fetch
from stormtracks.errors import BadValue


def download(dataset, years, variables, dest, options):
    """Fetch what is not there, showing how far it is; exit status 1 where a file could not be had."""
    if not dataset:
        raise BadValue("which data set? name one with --dataset: 20crv2c, 20crv3, ibtracs or era5")
    archives = config.load_archives(options["archives"]) if options["archives"] else None
    chosen = Options(at_once=options["at_once"], refresh=options["refresh"], archives=archives)
    names = [name.strip() for name in (variables or "").split(",") if name.strip()]
    with progress_display.shown() as progress:
        report = fetch(dataset, years_of(years), names or None, dest, chosen, progress)
    output().print(report.summary(), soft_wrap=True, markup=False)
    if not report.complete:
        sys.exit(1)

"""`inv download`: files of an archive onto this disk."""

import sys
from collections.abc import Mapping
from typing import Any

from stormtracks import config, paths
from stormtracks.console.terminal import output
from stormtracks.console.years import numbers
from stormtracks.download import Options, progress_display
from stormtracks.download import download as fetch
from stormtracks.download.archives import ARCHIVES
from stormtracks.errors import BadValue


def download(
    dataset: str | None, years: str | None, variables: str | None, dest: str, options: Mapping[str, Any]
) -> None:
    """Fetch the files that are not there, showing the progress; exit status 1 where one could not be fetched."""
    if not dataset:
        raise BadValue(f"--dataset is missing; choose one of: {', '.join([*ARCHIVES, 'era5'])}")
    overrides = options["archives"]
    archives = config.load_archives(paths.expand(overrides, where="--archives")) if overrides else None
    chosen = Options(
        at_once=options["at_once"], refresh=options["refresh"], fields=options["fields"], archives=archives
    )
    names = [name.strip() for name in (variables or "").split(",") if name.strip()]
    folder = paths.expand(dest, where="--dest")
    with progress_display.shown() as progress:
        report = fetch(dataset, numbers(years), names or None, folder, chosen, progress)
    output().print(report.summary(), soft_wrap=True)
    if not report.complete:
        sys.exit(1)

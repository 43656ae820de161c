"""`inv demo`: the shipped sample, every member, from files to storms."""

import tempfile
from pathlib import Path

from stormtracks import config
from stormtracks.console.terminal import output, progress, table
from stormtracks.science import pipeline, reanalysis, results
from stormtracks.science.settings import Setup

SAMPLE = config.CHECKOUT / "sample"


def demo(folder=None):
    """Track all members of the sample into a fresh folder and show which storms were found in how many of them."""
    folder = Path(folder or tempfile.mkdtemp(prefix="stormtracks-demo-"))
    setup = Setup(SAMPLE / "20crv2c_1987", folder, SAMPLE / "ibtracs" / "IBTrACS.NA.v04r00.nc")
    ((year, members),) = reanalysis.inventory(setup.data).items()
    with progress(f"{year}, {members} members") as report:
        for member in range(members):
            pipeline.run_task(year, member, "vort_track", setup)
            report(member + 1, members)
    show_storms(folder, year)


def show_storms(folder, year):
    """For each best track of a year: in how many members it was found, and how near."""
    found = {}
    members = results.members(folder, year)
    for member in members:
        matches = results.load_matches(results.path(folder, "vort_track", year, member))
        for row in range(len(matches)):
            storm = found.setdefault((matches.sid[row], matches.name[row], float(matches.max_wind_kt[row])), [])
            if matches.hit[row]:
                storm.append(matches.mean_distance_km[row])
    made = table(f"storms of {year}", "storm", "name", ">strongest wind (kt)", ">members", ">mean distance (km)")
    for (sid, name, wind), distances in sorted(found.items()):
        mean = f"{sum(distances) / len(distances):.0f}" if distances else ""
        made.add_row(sid, name, f"{wind:.0f}", f"{len(distances)} of {len(members)}", mean)
    out = output()
    out.print(made)
    out.print(f"results: {folder}", soft_wrap=True)

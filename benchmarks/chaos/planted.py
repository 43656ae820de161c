"""The planted data of a soak, and what a run without faults makes of them."""

from pathlib import Path

from stormtracks.science import ibtracs, pipeline, synthetic

YEARS = {2003: "20crv2c", 2004: "20crv3", 2005: "20crv2c", 2006: "20crv3"}
"""Both ways in which an archive keeps its members: all in each chunk, and a file for each."""
MEMBERS = 8
CHAIN = tuple(pipeline.TASKS)
BEST_TRACKS = Path(__file__).resolve().parents[2] / "sample" / "ibtracs" / "IBTrACS.NA.v04r00.nc"


def plant(folder):
    """Write the data: `YEARS` x `MEMBERS`, twelve days each on a grid of 5 degrees, with pressure and heights."""
    for year, layout in YEARS.items():
        season = {"start": f"{year}-08-20", "stop": f"{year}-08-31", "like": "20crv2c"}
        plan = synthetic.Plan(year, MEMBERS, grid=5.0, layout=layout, complevel=1, **season)
        best = ibtracs.load(BEST_TRACKS, plan.times[0], plan.times[-1])
        synthetic.plant(folder, plan, best)


def do_without_faults(data, folder, tasks=CHAIN):
    """Do every task here, one after the other."""
    setup = {"data": str(data), "results": str(folder), "best_tracks": str(BEST_TRACKS)}
    for year, member in cells():
        for task in tasks:
            pipeline.run_task(year, member, task, setup)


def cells():
    """Every (year, member)."""
    return [(year, member) for year in YEARS for member in range(MEMBERS)]

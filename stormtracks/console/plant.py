"""`inv plant`: an ensemble whose storms are known."""

from pathlib import Path

from stormtracks import config
from stormtracks.console.terminal import output, progress
from stormtracks.errors import BadValue
from stormtracks.science import ibtracs, synthetic

STEP_HOURS = {"20crv2c": 6, "20crv3": 3}
SAMPLE_TRACKS = config.CHECKOUT / "sample" / "ibtracs" / "IBTrACS.NA.v04r00.nc"


def plant(dest, wanted, best_tracks=None, overwrite=False):
    """Write what a plan asks for, with its progress, and say what is there and how to track it."""
    if not dest:
        raise BadValue("where to? name a folder with --dest")
    plan = synthetic.Plan(step_hours=STEP_HOURS.get(wanted["layout"], 6), **wanted)
    best = ibtracs.load(best_tracks or SAMPLE_TRACKS, plan.times[0], plan.times[-1])
    with progress(f"planting {plan.members} members of {plan.year}") as report:
        planted = synthetic.plant(Path(dest), plan, best, report, overwrite)
    size = sum(file.stat().st_size for file in planted.files) / 1e6
    out = output()
    out.print(
        f"{planted.storms} storms in {planted.members} members at {planted.steps} times: "
        f"{len(planted.files)} files, {size:.0f} MB, in {dest}",
        soft_wrap=True,
    )
    out.print(f"the truth: {planted.truth}", soft_wrap=True)
    out.print(f"track one member: inv track --year {plan.year} --ensemble-member 0 --data {dest} --results RESULTS")

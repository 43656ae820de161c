"""What the first table of docs/performance.md says, and in which block each figure stands."""

from benchmarks.page import Figure, Row


def _member(row):
    return tuple(Figure("one_member", row, column) for column in ("ratio", "old ratio", "task ms/step"))


def _ensemble(layout):
    before = rf"{layout}: .*\nwhat .*of the old floor\n(?:.*\n)*?all processes +"
    patterns = rf"{before}\S+ \(\S+\) +(\S+)", rf"{before}.* (\S+)(?:\n|$)", rf"{before}(\S+)"
    return tuple(Figure("ensemble", pattern=pattern) for pattern in patterns)


_OVER = "**{0}** x the floor, {1} x the old one ({2} ms per step)"

ROWS = (
    Row("one member, winds to result file, 2 degrees", "1.4 x the floor", _OVER, _member("2 degrees, a file a member")),
    Row("the same, a month", "1.5 x the old floor", _OVER, _member("2 degrees, a month")),
    Row("the same at 1 degree", "0.65 x the old floor", _OVER, _member("1 degree, a file a member")),
    Row("the same at 0.25 degrees, a week", "0.75 x the old floor", _OVER, _member("0.25 degrees, a week")),
    Row(
        "56 members, 733 steps, archive layout, through the cluster, CPU of all processes",
        "0.95 x the floor, aim 0.75",
        "**{0}** x the floor, {1} x the old one ({2} s)",
        _ensemble("20crv2c"),
    ),
    Row(
        "the same, one file per member",
        "0.85 x the floor, aim 0.65",
        "**{0}** x the floor, {1} x the old one ({2} s)",
        _ensemble("20crv3"),
    ),
    Row("peak memory of a slot", "600 MB", "{0}", (Figure("ensemble", pattern=r"peak memory of a slot: (\d+ MB)"),)),
    Row(
        "the chain `vort_track`, `field_collection`, `classify`",
        "1.3 x reading its variables, aim 1.0",
        "**{0}** x the floor, {1} x the old one",
        tuple(Figure("field_collection", "all three tasks", column) for column in ("ratio", "of the old floor")),
    ),
    Row(
        "linking 160,000 maxima",
        "nearest 0.04 s, motion 0.15 s",
        "{0}; {1} s",
        tuple(Figure("growth", pattern=rf"\n{linker} +160,000 +\S+ +(\S+) ") for linker in ("nearest", "motion")),
    ),
    Row(
        "consensus of 56 members, a season",
        "15 s, 600 MB",
        "{0} s, {1} MB",
        tuple(Figure("behind_the_tracks", "consensus, kernel", column) for column in ("CPU s", "peak MB")),
    ),
    Row(
        "`inv summary` of 12,000 results: first; again; with a year more",
        "10 s",
        "{0}; {1}; {2} s",
        tuple(
            Figure("behind_the_tracks", f"inv summary, {when}", "CPU s") for when in ("first", "again", "a year more")
        ),
    ),
    Row(
        "track density of a member",
        "0.05 s",
        "{0} s",
        (Figure("behind_the_tracks", "density, kernel", "CPU s"),),
    ),
    Row(
        "linking by motion, 1,000 maxima per step",
        "8 ms per step",
        "{0} ms per step",
        (Figure("behind_the_tracks", "motion, kernel", "CPU ms per step"),),
    ),
    Row(
        "peak memory of a task of an hourly year at 0.25 degrees",
        "300 MB",
        "{0} MB",
        (Figure("hourly_year", "kernel", "peak MB"),),
    ),
    Row("each further step, to 10,000", "constant", "{0}", (Figure("growth", pattern="each further step: (.*)"),)),
    Row(
        "`inv --list`, `fab --list`, `inv status`",
        "0.4 s",
        "{0}; {1}; {2} s",
        tuple(Figure("startup", row, "wall s") for row in ("inv --list", "fab --list", "inv status")),
    ),
    Row("worker with 2 slots ready", "1.5 s", "{0} s", (Figure("startup", "worker with 2 slots ready", "wall s"),)),
    Row(
        "2,000 empty tasks, journal and TLS, 2 workers",
        "1,500 per second",
        "{0} per second",
        (Figure("peers", pattern=r"stormtracks +\S+ s \(.*\) +(\S+) tasks/s"),),
    ),
    Row(
        "manager of 100 busy workers, waiting",
        "2 % of a core",
        "{0}",
        (Figure("million", pattern=r"of waiting: (\S+ %)"),),
    ),
    Row(
        "efficiency of 2 slots",
        "0.85",
        "{0} by the clock, {1} by CPU",
        (
            Figure("speedup", pattern=r"efficiency of 2 slots: (\S+) by the clock"),
            Figure("speedup", pattern=r"(\S+) by CPU"),
        ),
    ),
    Row(
        "what the index of a folder adds to saving a result",
        "5 ms",
        "{0} ms without, {1} with it",
        tuple(
            Figure("results_index", pattern=rf"{how} +(\S+)\n") for how in ("without the index", "with its piece")
        ),
    ),
)  # fmt: skip

"""`inv classify`: a list of tropical cyclones fitted on some years and tested on others, beside the physical rule."""

from collections.abc import Sequence

from stormtracks import label, paths
from stormtracks.console.local_paths import results_folder
from stormtracks.console.tables import FIRST, LAST, Column, Form, Table, show
from stormtracks.console.terminal import output, progress
from stormtracks.console.years import numbers
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import lists, results, trial
from stormtracks.science.trial import CLASSES_KT, Trial


def classify(
    fit: str | None, test: str | None, folder: str | None, members: str | None, save: str | None, form: Form
) -> None:
    """Fit, test, print what was found, and write the weights where they are asked for."""
    there = results_folder(folder)
    chosen = results.choose(there, "field_collection", None, numbers(members, "members"))
    fitted, tested = _shared_out(list(chosen), years_of(fit, "fit"), years_of(test, "test"))
    with progress("reading results") as report:
        found = trial.trial(
            there, {year: chosen[year] for year in fitted}, {year: chosen[year] for year in tested}, report
        )
    if form.for_people:
        _show(found, form)
    else:
        show(_table(found), form, found.to_json())
    if save:
        path = paths.expand(save, where="--save")
        lists.save_weights(found.weights, path)
        if form.for_people:
            output().print(
                f"{path}: the weights; use them with --set classifier={'logistic:' + str(path)}", soft_wrap=True
            )


def _shared_out(
    there: Sequence[Label], fit: Sequence[Label] | None, test: Sequence[Label] | None
) -> tuple[list[Label], list[Label]]:
    """Years to fit and to test on: even and odd ones, unless they are given; those that are not fitted are tested.

    Forecasts are shared out by the years of their starts: neighbouring ones have the same storms.
    """
    for option, years in (("fit", fit), ("test", test)):
        if missing := label.in_order(set(years or ()) - set(there)):
            raise BadValue(
                f"--{option}: no result of the task field_collection of {', '.join(map(str, missing))}; choose from "
                f"{', '.join(map(str, there))}"
            )
    if fit is None:
        fit = [
            year
            for year in there
            if year not in (test or ()) and (test is not None or int(label.name(year)[:4]) % 2 == 0)
        ]
    if test is None:
        test = [year for year in there if year not in fit]
    if not fit or not test:
        raise BadValue(
            f"there are results of {', '.join(map(str, there))} only, but one year to fit on and another to test on "
            "are needed; compute more years, or give other ones with --fit and --test"
        )
    return list(fit), list(test)


def _table(found: Trial) -> Table:
    skill = (Column(f"pod_{kt:g}_kt", f"POD {kt:g} kt", form=_narrow, worth=7) for kt in CLASSES_KT)
    columns = (
        Column("list", identifies=True),
        Column("storms", form=".1f", worth=LAST),
        *skill,
        Column("far", "FAR", form=_narrow, worth=FIRST),
    )
    rows = (
        (row.by.removeprefix("rule or ").replace(" ", ""), row.listed, *(row.pod[kt] for kt in CLASSES_KT), row.far)
        for row in found.rows
    )
    return Table("lists of tropical cyclones per member (90 % intervals)", columns, tuple(rows))


def _show(found: Trial, form: Form) -> None:
    years = (", ".join(map(str, of)) for of in (found.fitted, found.tested))
    out = output()
    out.print("fitted on {}, tested on {}".format(*years))
    known = "planted storms" if found.planted else "best tracks"
    out.print(f"{found.storms:,} storms of {CLASSES_KT[0]:g} kt or more in all members, by {known}", soft_wrap=True)
    show(_table(found), form)
    out.print(f"(rule: by {found.told_by}; p>=0.1: the rule's storms, and tracks of that probability)")
    for remark in found.remarks:
        out.print(f"note: {remark}", soft_wrap=True)
    for name, skill in found.steps.items():
        out.print(f"time steps of {name}: {skill}", soft_wrap=True)
    if not found.planted:
        out.print(
            "note: a track that no best track matches counts as false; with best tracks of one basin give --set region",
            soft_wrap=True,
        )


def _narrow(value: object) -> str:
    """A figure with its interval, such as 0.85 (.75-.95), so that five of them fit into a line."""
    mean, _, interval = str(value).partition(" ")
    return f"{mean} {interval.replace('0.', '.').replace('1.00', '1.0')}".rstrip()

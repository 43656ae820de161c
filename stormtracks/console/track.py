"""`inv track`: tasks of one member on this machine, without a cluster."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from stormtracks import config, paths
from stormtracks.console import shown_results
from stormtracks.console.local_paths import data_folder, local_path, local_worker, results_folder
from stormtracks.console.tables import show_all_json
from stormtracks.console.terminal import progress
from stormtracks.console.years import refuse_season
from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import chain
from stormtracks.science import pipeline
from stormtracks.science.settings import Settings, Setup

Options: TypeAlias = Mapping[str, Any]


def track(year: Label, ensemble_member: int, options: Options) -> None:
    """Do one task here, or a chain of them, and show what each found."""
    chosen = setup(options)
    refuse_season(chosen.settings.season, [year])
    form = options["form"]
    found = []
    for task in chain.steps_of(options["task"]):
        with progress(f"{year} member {ensemble_member} {task}") as report:
            details = pipeline.run_task(year, ensemble_member, task, chosen, report)
        found.append(details)
        if form.for_people:
            shown_results.show(details, form)
    if form.json:
        show_all_json(found)
    elif form.csv:
        shown_results.show(found[-1], form)


def setup(options: Options) -> Setup:
    """The setup that a command's options describe; hosts.yaml says, for this machine's worker, what they leave open."""
    named = options["settings"]
    settings = config.load_settings(paths.expand(named, where="--settings")) if named else {}
    return Setup(
        data=data_folder(options["data"]),
        results=results_folder(options["results"]),
        best_tracks=local_path("best_tracks", options["best_tracks"]),
        scratch=local_path("scratch"),
        dataset=_dataset(options),
        settings=Settings.from_mapping(settings, named or "").changed(options["set"]),
        overwrite=options["overwrite"],
    )


def _dataset(options: Options) -> dict[str, object] | None:
    """The description that was given; that of hosts.yaml is used with the data of hosts.yaml only."""
    if options["dataset"]:
        return config.load_dataset(paths.expand(options["dataset"], where="--dataset"))
    local = None if options["data"] else local_worker()
    return local.dataset if local else None

"""The winds that tasks read, and what turns them into maxima, with a run's settings."""

import functools
from pathlib import Path

from stormtracks import private
from stormtracks.science import maxima, passes, reanalysis, wind_maxima
from stormtracks.science.settings import Settings, Setup


def stages(settings: Settings) -> passes.Stages:
    """What turns a block of a season into maxima, with these settings."""
    read, found = settings.keywords(reanalysis.open_season), settings.keywords(maxima.find)
    return passes.Stages(functools.partial(wind_maxima.find, **found), depends_on=read | found)


def scratch(winds: reanalysis.Season, setup: Setup) -> Path:
    """Where passes lie: in the scratch folder, which must be ours, or below the results, which others may share."""
    if setup.scratch is None or winds.block.members == 1:
        return setup.scratch or setup.results
    return private.folder(setup.scratch, passes.REMEDY, common=True)

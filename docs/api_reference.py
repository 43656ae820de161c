"""The API reference: which functions and classes are public, and the directives by which Sphinx makes their entries.

What is here is what a notebook or a script may rely on. Signatures and texts come from the docstrings.
"""

SECTIONS = {
    "Single stages": (
        "They take numbers and arrays, and write nothing.",
        (
            "stormtracks.science.reanalysis.open_season",
            "stormtracks.science.vorticity.cyclonic_vorticity",
            "stormtracks.science.maxima.find",
            "stormtracks.science.linking.link",
            "stormtracks.science.ibtracs.load",
            "stormtracks.science.matching.match",
        ),
    ),
    "Whole tasks": (
        "They read data and write the file of a result.",
        (
            "stormtracks.science.pipeline.run_task",
            "stormtracks.science.settings.Settings",
        ),
    ),
    "Results": (
        "Files of results, one at a time.",
        (
            "stormtracks.science.results.years",
            "stormtracks.science.results.members",
            "stormtracks.science.results.path",
            "stormtracks.science.results.load",
            "stormtracks.science.results.load_tracks",
            "stormtracks.science.results.load_matched",
            "stormtracks.science.results.load_fields",
            "stormtracks.science.results.load_list",
            "stormtracks.science.results.load_header",
            "stormtracks.science.results.load_settings",
            "stormtracks.science.results.Result",
            "stormtracks.science.results.Header",
        ),
    ),
    "Arrays with names": (
        "What passes from stage to stage.",
        (
            "stormtracks.science.records.Grid",
            "stormtracks.science.records.TimeAxis",
            "stormtracks.science.records.Maxima",
            "stormtracks.science.records.Tracks",
            "stormtracks.science.records.BestTracks",
            "stormtracks.science.records.Matches",
            "stormtracks.science.lists.StormList",
            "stormtracks.science.track_fields.TrackFields",
        ),
    ),
    "The ensemble as a whole": (
        "",
        (
            "stormtracks.science.consensus.consensus",
            "stormtracks.science.consensus.ConsensusTracks",
            "stormtracks.science.consensus.ConsensusStorms",
            "stormtracks.science.summary.summarise",
            "stormtracks.science.summary.summarise_list",
            "stormtracks.science.climatology.density.track_density",
        ),
    ),
    "Figures and files": (
        "",
        (
            "stormtracks.science.plots.year_tracks",
            "stormtracks.science.plots.storm_members",
            "stormtracks.science.plots.density",
            "stormtracks.science.plots.vorticity_field",
            "stormtracks.science.plots.storms_per_year",
            "stormtracks.science.plots.save",
            "stormtracks.science.export.write",
            "stormtracks.science.export.Selection",
            "stormtracks.report.html_report.write",
        ),
    ),
}
"""Heading -> what its entries are for, and their full names."""


def sections():
    """The reference as Markdown with Sphinx's directives."""
    return "\n\n".join(_section(*item) for item in SECTIONS.items())


def _section(heading, content):
    text, names = content
    entries = "\n".join(map(_entry, names))
    return f"## {heading}\n\n{text}\n\n```{{eval-rst}}\n{entries}\n```"


def _entry(name):
    if name.rpartition(".")[2][0].isupper():
        return f".. autoclass:: {name}\n   :members:\n"
    return f".. autofunction:: {name}\n"

"""The API reference: which functions and classes are public, and the directives by which Sphinx makes their entries.

What is here is what a notebook or a script may rely on. Signatures and texts come from the docstrings.
"""

SECTIONS = {
    "A folder of results, opened": (
        "Tables, data sets and figures of all years and members: [how](notebook.md). `MemberTracks` and `Agreed` have "
        "the methods of `TrackSet` too.",
        (
            "stormtracks.open",
            "stormtracks.notebook.results.Results",
            "stormtracks.notebook.track_set.TrackSet",
            "stormtracks.notebook.track_set.HeadTable",
            "stormtracks.notebook.tracks.MemberTracks",
            "stormtracks.notebook.agreed.Agreed",
            "stormtracks.notebook.matches.AllMatches",
            "stormtracks.notebook.figures.plots.Plots",
            "stormtracks.notebook.compared.Compared",
            "stormtracks.notebook.compared.ComparedTable",
            "stormtracks.notebook.chosen.selection.Piece",
        ),
    ),
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
    "Filters and heads": (
        "What is known of a track without its points, and what may be asked of it.",
        (
            "stormtracks.science.heads.of",
            "stormtracks.science.heads.Heads",
            "stormtracks.science.filters.Filter",
        ),
    ),
    "The ensemble as a whole": (
        "Candidates have their names in `ConsensusTracks.candidate_name`.",
        (
            "stormtracks.science.consensus.consensus",
            "stormtracks.science.consensus.ConsensusTracks",
            "stormtracks.science.consensus.ConsensusStorms",
            "stormtracks.science.summary.summarise",
            "stormtracks.science.summary.summarise_list",
            "stormtracks.science.climatology.density.track_density",
            "stormtracks.science.climatology.of_folder.population",
            "stormtracks.science.climatology.population.Population",
        ),
    ),
    "Two sets of tracks compared": (
        "Folders of results, or files of other trackers.",
        (
            "stormtracks.science.comparison.side",
            "stormtracks.science.comparison.compare",
            "stormtracks.science.comparison.Comparison",
            "stormtracks.science.comparison.Agreement",
            "stormtracks.science.comparison.Rule",
            "stormtracks.science.comparison.pair",
            "stormtracks.science.comparison.Pairing",
            "stormtracks.science.track_files.load",
            "stormtracks.science.track_files.TrackFile",
        ),
    ),
    "Figures and files": (
        "Each function gives Matplotlib's Figure, and takes a `Print`.",
        (
            "stormtracks.science.plots.Print",
            "stormtracks.science.plots.year_tracks",
            "stormtracks.science.plots.storm_members",
            "stormtracks.science.plots.density",
            "stormtracks.science.plots.Marks",
            "stormtracks.science.plots.intensity",
            "stormtracks.science.plots.lifetime",
            "stormtracks.science.plots.season",
            "stormtracks.science.plots.reliability_diagram",
            "stormtracks.science.plots.compared_tracks",
            "stormtracks.science.plots.vorticity_field",
            "stormtracks.science.plots.storms_per_year",
            "stormtracks.science.plots.save",
            "stormtracks.science.plots.storm_film",
            "stormtracks.science.plots.year_film",
            "stormtracks.science.plots.save_film",
            "stormtracks.science.export.write",
            "stormtracks.science.export.write_members",
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

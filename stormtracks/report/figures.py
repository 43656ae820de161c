"""The figures of a run as data addresses; a run without matplotlib and Cartopy has a page without them."""


def pictures(outline, best_tracks=None):
    """Pictures as (title, words, data address), and why there are none where there are none."""
    return [], "There are no figures."

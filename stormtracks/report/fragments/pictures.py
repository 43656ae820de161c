"""Pictures with what they show in words, or the reason why there are none."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from stormtracks.label import Label
from stormtracks.report.fragments.shown import shown


class Picture(NamedTuple):
    """A figure of the page: title, what it shows, data address, and the year that it is of (None: of all)."""

    title: str
    description: str
    address: str
    year: Label | None = None


def figures(pictures: Sequence[Picture], note: str = "") -> str:
    """Pictures with their captions, and what is to be said of them all; or the reason why there are none."""
    said = f'<p class="note">{shown(note)}</p>' if note else ""
    if not pictures:
        return said or '<p class="note">There are no figures.</p>'
    return f'{said}<div class="figures">{"".join(map(_figure, pictures))}</div>'


def _figure(picture: Picture) -> str:
    year = "" if picture.year is None else f' data-year="{shown(picture.year)}"'
    image = f'<img src="{escape(picture.address)}" alt="{shown(picture.description)}" loading="lazy" decoding="async">'
    caption = f"<figcaption><b>{shown(picture.title)}.</b> {shown(picture.description)}</figcaption>"
    return f"<figure{year}>{image}{caption}</figure>"

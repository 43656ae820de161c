"""Pieces -> one HTML file, which holds all that it needs and a policy that lets nothing else run or load."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from stormtracks.report import trackdata

FOLDER = Path(__file__).parent / "page"
READER = ("data/arrays.js", "data/tracks.js", "map/nearest.js", "data/reader.js")
"""What a worker runs too: it reads the tracks while the page is used."""
SCRIPTS = (
    "data/reading.js", "data/texts.js", "map/earth.js", "map/view.js",
    "map/painter.js", "map/legend.js", "map/overlay.js", "map/input.js", "map/map.js", "controls/choice.js",
    "controls/clock.js", "controls/link.js", "storm/chart.js", "storm/storm.js", "storm/panel.js", "tables/tables.js",
    "tables/strongest.js", "tables/following.js", "run/gantt.js", "page.js",
)  # fmt: skip
STYLES = ("style/page.css", "style/tables.css", "style/map.css", "style/storm.css", "run/gantt.css", "style/print.css")
FRAGMENTS = ("finding", "storms", "candidates", "skill", "figures", "run", "grid", "failures", "settings")
COMPARISON = "comparison"
"""The fragment of a section that only some pages have, and the section's place in the page."""


@dataclass(frozen=True)
class PageContents:
    """What a page shows.

    Attributes
    ----------
    title, created : str
        Texts, not yet escaped.
    fragments : dict of str to str
        HTML for each of `FRAGMENTS`, escaped; and for `COMPARISON`, where there is one.
    tracks : dict or None
        As `trackdata.TrackSet.packed` gives them.
    live : dict or None
        For a page with a server behind it: how often it asks (seconds) and the version of the tracks it has.
    line : str
        What a line of the grid is called: "Year", "Start".
    """

    title: str
    created: str
    fragments: dict[str, str] = field(default_factory=dict)
    tracks: dict[str, Any] | None = None
    live: dict[str, int] | None = None
    line: str = "Year"


def html(contents: PageContents) -> str:
    """The whole page."""
    style = "\n" + "\n".join(_read(name) for name in STYLES)
    reader, script = ('\n"use strict";\n' + "\n".join(_read(name) for name in names) for names in (READER, SCRIPTS))
    return Template(_read("page.html")).substitute(
        {name: contents.fragments.get(name, "") for name in FRAGMENTS},
        title=escape(contents.title), created=escape(contents.created), style=style,
        reader=reader, script=script,
        policy=_policy(style, (reader, script), bool(contents.live)), tracks=_json(contents.tracks),
        coast=_json(trackdata.coast()), live=_json(contents.live),
        line=escape(contents.line), of_line=escape(contents.line.lower()), **_comparison(contents),
    )  # fmt: skip


def _comparison(contents: PageContents) -> dict[str, str]:
    """The section of a comparison and the link to it; nothing on a page without one."""
    inner = contents.fragments.get(COMPARISON)
    if not inner:
        return {"comparison": "", "comparison_link": ""}
    section = Template(_read("comparison.html")).substitute(comparison=inner)
    return {"comparison": section, "comparison_link": f' <a href="#{COMPARISON}">Comparison</a>'}


def _policy(style: str, scripts: Sequence[str], live: bool) -> str:
    """Only this style and these scripts, known by their hashes: even text that was not escaped could do nothing.

    Workers come from the page's own memory alone, and nothing but these scripts can start one.
    """
    connect = "'self'" if live else "'none'"
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {' '.join(map(_hash, scripts))}; "
        f"worker-src blob:; img-src data:; connect-src {connect}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(value: object) -> str:
    """JSON that can stand in a script element: no text in it can end the element."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")

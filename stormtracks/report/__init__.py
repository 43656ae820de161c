"""A run -> one HTML page that needs nothing else: `write` makes the file, `serve` shows a run in progress.

`outline` looks at the run, `trackdata` packs the tracks for its map, `fragments` writes the pieces of HTML, `figures`
the pictures, `page` puts them into one file; `html_report` calls them all, `live` serves the page on this machine.
``page/`` is what the browser gets: the template, the style and the map.
"""

from stormtracks.report.html_report import write
from stormtracks.report.live import serve

__all__ = ["serve", "write"]

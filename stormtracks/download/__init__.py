"""Archives -> files on this disk: `download` is the entrance, `archives` the one table of addresses.

`batch` tells the story; `fetch` brings one file over HTTP into its `partial` file, with the `courtesy` that
public servers ask for; `verification` reads it before it gets its name; `unpack` opens the tar files of 20CRv3;
`era5` writes the request for Copernicus's client; `progress_display` shows progress in a terminal.
"""

from stormtracks.download.batch import FileOutcome, Report, download
from stormtracks.download.errors import DownloadError
from stormtracks.download.options import Options

__all__ = ["DownloadError", "FileOutcome", "Options", "Report", "download"]

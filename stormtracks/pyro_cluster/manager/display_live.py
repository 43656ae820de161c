"""The live picture on a terminal. NO_COLOR leaves the colours out."""

import shutil

from rich.console import Console
from rich.live import Live
from rich.text import Text

from stormtracks.pyro_cluster.manager.display import Progress, picture


class LiveDisplay:
    """The picture at the foot of the terminal, with what happened scrolling by above it."""

    interval = 0.5

    def __init__(self, dispatcher, stream):
        self._progress = Progress(dispatcher)
        self._console = Console(file=stream, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)

    def __enter__(self):
        self._live.__enter__()
        return self

    def __exit__(self, *exception):
        self._live.update(Text(""), refresh=True)  # the table that follows says it all
        self._live.__exit__(*exception)

    def say(self, text):
        """Show a line about what happened; from any thread."""
        self._console.print(Text(text))

    def update(self):
        """Draw the picture anew."""
        width, height = shutil.get_terminal_size()
        lines = picture(self._progress, height, width - 1)
        self._live.update(Text("\n").join(_coloured(line) for line in lines), refresh=True)


def _coloured(line):
    text = Text(line, no_wrap=True)
    head, colon, signs = line.partition(": ")
    if colon and head[:4].strip().isdigit():
        start = len(head) + 2
        for offset, sign in enumerate(signs):
            style = _STYLES.get(sign)
            if style:
                text.stylize(style, start + offset, start + offset + 1)
    return text


_STYLES = {"+": "green", "W": "yellow", "F": "bold red", "T": "bold red"}

"""What an editor and mypy know of the package: `open` is loaded late, and so its type is said here."""

from stormtracks.notebook import open as open  # noqa: A004

__version__: str

"""``python -m stormtracks.science.kernel`` compiles the kernel, or says in a line why not: both are a success."""

import sys

from stormtracks.science.kernel import build
from stormtracks.terminal_text import clean_line


def main() -> None:
    """Compile it where its library is not there."""
    try:
        build.build()
    except build.NotBuilt as reason:
        sys.stderr.write(f"{clean_line(reason)}\n")  # it holds what a compiler said


if __name__ == "__main__":
    main()

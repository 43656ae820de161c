"""docs/performance.md: blocks of figures, each what the command in its mark has printed; the first table is of them.

A block is text between ``<!-- made by python -m benchmarks.NAME ... -->`` and the end of the fence that follows. The
first table lies between `FIRST` and `LAST`, and each of its figures is found in a block.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from benchmarks.surroundings import CHECKOUT

PAGE = CHECKOUT / "docs" / "performance.md"
FIRST, LAST = "<!-- made of the blocks below: inv bench --all -->", "<!-- end -->"
_BLOCK = re.compile(
    r"<!-- made by (?P<command>python -m benchmarks\.[^\n]+?) -->\n```\n(?P<shown>.*?)\n```\n", re.DOTALL
)
_PLACEHOLDER = re.compile(r"\b[A-Z]{3,}\b")
NOT_FOUND = "?"


@dataclass(frozen=True)
class Figure:
    """Where a figure of the first table stands: the row and column of a block's table, or a pattern's groups."""

    name: str
    """Words that the command of the block has, such as ``one_member``."""
    row: str = ""
    column: str = ""
    pattern: str = ""

    def of(self, blocks):
        """The figure as the block has it; `NOT_FOUND` where no block does."""
        for command, shown in blocks:
            if f".{self.name} " not in f"{command} ":
                continue
            found = _by_pattern(shown, self.pattern) if self.pattern else cell(shown, self.row, self.column)
            if found is not None:
                return found
        return NOT_FOUND


@dataclass(frozen=True)
class Row:
    """A row of the first table: what, its target, its figures in a sentence of braces."""

    what: str
    target: str
    sentence: str
    figures: tuple[Figure, ...]


def blocks(text):
    """(command, what it printed) of each block of a page."""
    return [(found["command"], found["shown"]) for found in _BLOCK.finditer(text)]


def needs(command):
    """What anyone who runs a command has to name, such as FILE; empty where it runs as it is."""
    return " ".join(_PLACEHOLDER.findall(command.partition("benchmarks.")[2]))


def with_shown(text, command, shown):
    """The page with what a command printed in place of what it printed before."""

    def replaced(found):
        old = found["command"] != command
        return found[0] if old else f"<!-- made by {command} -->\n```\n{shown.strip()}\n```\n"

    return _BLOCK.sub(replaced, text)


def with_first_table(text, rows):
    """The page with the figures of its blocks in the first table."""
    before, _, rest = text.partition(FIRST)
    _, _, after = rest.partition(LAST)
    found, lines = blocks(text), ["| what | target | figure | command |", "|---|---|---|---|"]
    for row in rows:
        figures = row.sentence.format(*(figure.of(found) for figure in row.figures))
        lines.append(f"| {row.what} | {row.target} | {figures} | `inv bench {row.figures[0].name}` |")
    return f"{before}{FIRST}\n\n" + "\n".join(lines) + f"\n\n{LAST}{after}"


def cell(shown, row, column):
    """A cell of a table that `surroundings.table` made, by the beginning of its row and the name of its column."""
    head, ends = None, ()
    lines = shown.split("\n")
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if below and set(below) <= {"-", " "}:
            head, ends = line, [found.span() for found in re.finditer("-+", below)]
        elif head is not None and line.startswith(row):
            names = {head[start:stop].strip(): line[start:stop].strip() for start, stop in ends}
            if column in names:
                return names[column]
    return None


def _by_pattern(shown, pattern):
    found = re.search(pattern, shown)
    return found and " ".join(filter(None, found.groups() or (found[0],)))


def write(text, page: Path = PAGE):
    """Put a new text into the page."""
    page.write_text(text)

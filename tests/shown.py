"""What the README and the pages of docs/ show: blocks of commands, commands in running text, files in YAML."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = {path.name: path for path in [*sorted(ROOT.glob("[RC]*.md")), *sorted((ROOT / "docs").glob("*.md"))]}
_FENCE = re.compile(
    r"(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?^```(?P<kind>[a-z]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_INLINE = re.compile(r"(?<!`)`((?:\./)?(?:inv|fab) [^`]+)`(?!`)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its kind (sh, console, python, yaml), its text, and why it cannot run here, if it cannot."""

    kind: str
    text: str
    reason: str | None

    def steps(self):
        """(command, expected output or None) one after the other."""
        text = self.text.replace("\\\n", " ")
        if self.kind == "sh":
            return [(line, None) for line in text.splitlines() if line and not line.startswith("#")]
        parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)[1:]
        return list(zip(parts[::2], parts[1::2], strict=True))


def blocks(page, *kinds):
    """The blocks of some kinds of a page."""
    found = (Block(m["kind"], m["text"], m["reason"]) for m in _FENCE.finditer(PAGES[page].read_text()))
    return [block for block in found if block.kind in kinds]


def calls(page):
    """The words, program first, of every command of ours that a page shows, also in running text."""
    return typed(page) + named(page)


def typed(page):
    """Those that a reader is to type: in blocks."""
    return _ours(command for block in blocks(page, "sh", "console") for command, _ in block.steps())


def named(page):
    """Those that running text names, maybe without the values that they need."""
    return _ours(_INLINE.findall(_FENCE.sub("", PAGES[page].read_text())))


def _ours(lines):
    return [words for line in lines for words in _commands(line) if words[0] in ("inv", "fab")]


def _commands(line):
    """The simple commands of a shell line, each a list of words; `do` begins one too."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found = [[]]
    for word in lexer:
        if word == "do" or set(word) <= set("();<>|&"):
            found.append([])
        else:
            found[-1].append(word.removeprefix("./") if not found[-1] else word)
    return [words for words in found if words]

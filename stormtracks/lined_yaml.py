"""A YAML file -> a mapping that knows in which line each of its keys stands, for messages."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from stormtracks import written
from stormtracks.strict_dataclass import KeyRefused
from stormtracks.written import Written

TEXTS = ("env",)
"""Keys below which every value is its text, as it stands there: 02 stays 02."""
MOST_VALUES = 100_000
"""In a file, each as often as an alias (*name) repeats it: aliases of aliases make billions out of ten lines."""
DEEPEST = 20
"""Lists and mappings inside one another; PyYAML takes seconds for thousands of them."""


class LinedMapping(dict[str, Any]):
    """A mapping that knows its file, the line it begins in and the line of each of its keys."""

    line = 1
    path = Path()

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lines: dict[str, int] = {}

    def place(self, key: str) -> str:
        """Where a key stands: "hosts.yaml, line 12"."""
        return f"{self.path}, line {self.lines.get(key, self.line)}"


def read(path: Path) -> LinedMapping:
    """The mapping that a YAML file holds.

    A value without quotes is a `written.Written` where it could be more than a text.

    Raises
    ------
    KeyRefused
        With the line: a key that is given twice, a file that is not YAML, holds something else, or cannot be read.
    """
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Loader(text)  # a SafeLoader: no tag makes an object
        loader.path = path
        node = loader.get_single_node()
        _refuse_many(node, {})
        content = None if node is None else loader.construct_document(node)
    except OSError as error:
        raise KeyRefused(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise KeyRefused(f"{path}: cannot be read (not UTF-8 text); save it as UTF-8") from error
    # TypeError: a list cannot be a key; ValueError: a number of thousands of digits; RecursionError: too deep.
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise KeyRefused(_message(path, text, error)) from error
    if not isinstance(content, LinedMapping):
        if content is None:
            raise KeyRefused(f"{path}: is empty, or all of its lines are comments; write 'key: value' lines into it")
        hint = "write 'key: value', with a blank after the colon"
        raise KeyRefused(f"{path}: expected keys and values, found {content!r:.100}; {hint}")
    return content


def resolved(value: Any, place: str = "") -> Any:
    """The value as what it is: texts, numbers, true, false, nothing; mappings still know their lines.

    Parameters
    ----------
    value
    place : str
        Where it stands, for the message.

    Raises
    ------
    KeyRefused
        A number that some read otherwise than others.
    """
    if isinstance(value, LinedMapping):
        made = LinedMapping({key: resolved(item, f"{value.place(key)}: '{key}'") for key, item in value.items()})
        made.lines = value.lines
        made.line = value.line
        made.path = value.path
        return made
    if isinstance(value, list):
        return [resolved(item, place) for item in value]
    if isinstance(value, Written) and value.doubt and not written.is_float(value):
        raise KeyRefused(f"{place} is {value}: {value.doubt}, or in quotes if it is a text")
    return str(value) if isinstance(value, Written) and value.doubt else getattr(value, "value", value)


def plain(value: Any) -> Any:
    """The resolved value without the memory of lines."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in resolved(value).items()}
    return [plain(item) for item in value] if isinstance(value, list) else resolved(value)


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which here remembers lines, refuses a key given twice, and leaves values as written."""

    path = Path()
    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own, which it does not change
        "<": [pair for pair in yaml.SafeLoader.yaml_implicit_resolvers["<"] if pair[0] == "tag:yaml.org,2002:merge"]
    }
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse what lies too deep as soon as the reader is there: what follows is not looked at."""
        self._depth += 1
        if self._depth > DEEPEST:
            problem = f"more than {DEEPEST} lists or mappings lie inside one another; close the brackets"
            raise yaml.composer.ComposerError(None, None, problem, self.peek_event().start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _refuse_many(node: yaml.Node | None, counts: dict[int, int]) -> int:
    """How many values a node stands for; `counts` has those of nodes that were counted, by identity."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in counts:
        counts[id(node)] = 1  # inside itself, which is refused when it is made
        inside = itertools.chain.from_iterable(node.value) if isinstance(node, yaml.MappingNode) else node.value
        counts[id(node)] += sum(_refuse_many(one, counts) for one in inside)
    if counts[id(node)] > MOST_VALUES:
        problem = f"more than {MOST_VALUES:,} values, for *names repeat one another; write out what is meant"
        raise yaml.composer.ComposerError(None, None, problem, node.start_mark)
    return counts[id(node)]


def _construct(loader: _Loader, node: yaml.MappingNode) -> Iterator[LinedMapping]:
    """A mapping. PyYAML takes what is yielded at once and fills it later, so that YAML's anchors can refer to it."""
    mapping = LinedMapping()
    mapping.line = node.start_mark.line + 1
    mapping.path = loader.path
    yield mapping
    for key in [key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]:  # a merged key may come again
        name = _name(key)
        if name in mapping.lines:
            problem = f"the key '{name}' is given twice, first in line {mapping.lines[name]}; remove one"
            raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        mapping.lines[name] = key.start_mark.line + 1
    loader.flatten_mapping(node)
    for key, value in node.value:
        name = _name(key)
        if name in TEXTS and isinstance(value, yaml.MappingNode):
            value = _as_texts(value)
        mapping[name] = loader.construct_object(value, deep=True)


def _name(key: yaml.Node) -> str:
    """A key is a text, whatever it could be elsewhere."""
    if not isinstance(key, yaml.ScalarNode):
        problem = "a key must be a text; a text with braces or brackets needs quotes, such as '{year}'"
        raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
    return str(key.value)


def _as_texts(node: yaml.MappingNode) -> yaml.MappingNode:
    """The same mapping with quotes around each value."""
    quoted = [
        (key, yaml.ScalarNode(value.tag, value.value, value.start_mark, value.end_mark, style="'"))
        if isinstance(value, yaml.ScalarNode)
        else (key, value)
        for key, value in node.value
    ]
    return yaml.MappingNode(node.tag, quoted, node.start_mark, node.end_mark, node.flow_style)


def _scalar(loader: _Loader, node: yaml.ScalarNode) -> str | None:
    return written.read(node.value) if node.style is None else str(node.value)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct)
for _kind in ("str", "int", "float", "bool", "null", "timestamp", "value"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _scalar)

_HINTS = (  # a part of PyYAML's problem -> what to do
    (r"'\\t'", "use blanks, not tabs"),
    (r"start any token|alias|anchor|tag", "a text that begins with a mark such as *, &, !, % or @ needs quotes"),
    (r"mapping values are not", "a text with ': ' in it needs quotes; keys that belong together begin in one column"),
    (r"expected <block end>", "begin the keys that belong together in one column; close quotes and brackets"),
    (r"could not find expected ':'", "write 'key: value', with a blank after the colon"),
    (r"escape", "in double quotes \\ has a meaning; use single quotes"),
    (r"unexpected end of stream", "a quote or bracket is not closed"),
    (r"expected a single document", "remove the line ---"),
    (r"special characters are not allowed", "remove the character"),
)  # fmt: skip
_READ_FOR_HINTS = 300
"""Characters of a line."""
_BRACES = re.compile(r"^[^'\"#]*[:,{\[-]\s*(\{[^'\"}]*\}|\[[^'\"\]]*\])\s*[^\s,}\]#]")


def _message(path: Path, text: str, error: Exception) -> str:
    """PyYAML's problem, with its line and what to do about it."""
    problem, context = str(getattr(error, "problem", None) or error), str(getattr(error, "context", None) or "")
    marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
    mark = marks[1] if "expected ':'" in problem else marks[0] or marks[1]  # the line without a colon, not the next one
    lines = text.splitlines()
    line = lines[mark.line][:_READ_FOR_HINTS] if mark and mark.line < len(lines) else ""
    where = f", line {mark.line + 1}" if mark else ""
    return f"{path}{where}: {problem}{_hint(f'{context} {problem}', line)}"


def _hint(problem: str, line: str) -> str:
    if line.lstrip(" ").startswith("\t"):
        return "; use blanks, not tabs"
    if _BRACES.search(line):
        return "; a text with braces or brackets needs quotes, such as '{year}/u.nc'"
    return next((f"; {hint}" for pattern, hint in _HINTS if re.search(pattern, problem)), "")

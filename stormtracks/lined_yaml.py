"""A YAML file -> a mapping that knows in which line each of its keys stands, for messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from stormtracks.strict_dataclass import KeyRefused


class LinedMapping(dict[str, Any]):
    """A mapping that knows the line it begins in and the line of each of its keys."""

    line = 1

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lines: dict[str, int] = {}


def read(path: Path) -> LinedMapping:
    """The mapping that a YAML file holds.

    Raises
    ------
    KeyRefused
        With the line: a key that is given twice, a file that is not YAML, holds something else, or cannot be read.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # a SafeLoader: no tag makes an object
    except OSError as error:
        raise KeyRefused(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise KeyRefused(f"{path}: cannot be read (not UTF-8 text); save it as UTF-8") from error
    # TypeError: a list cannot be a key; ValueError: a number of thousands of digits; RecursionError: too deep.
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise KeyRefused(f"{path}{line}: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(content, LinedMapping):
        raise KeyRefused(f"{path}: expected keys and values, found {content!r:.100}")
    return content


def plain(value: Any) -> Any:
    """The value without the memory of lines."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which here remembers lines and refuses a key that is given twice."""


def _construct(loader: _Loader, node: yaml.MappingNode) -> Iterator[LinedMapping]:
    """A mapping. PyYAML takes what is yielded at once and fills it later, so that YAML's anchors can refer to it."""
    mapping = LinedMapping()
    mapping.line = node.start_mark.line + 1
    yield mapping
    for key in [key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]:  # a merged key may come again
        name = loader.construct_object(key, deep=True)
        if name in mapping.lines:
            problem = f"the key '{name}' is given twice, first in line {mapping.lines[name]}"
            raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        mapping.lines[name] = key.start_mark.line + 1
    loader.flatten_mapping(node)
    for key, value in node.value:
        mapping[loader.construct_object(key, deep=True)] = loader.construct_object(value, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct)

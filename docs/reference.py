"""The parts of the pages that are made from the code: commands, settings, keys, the result file.

A page marks the place of a part with a line such as ``<!-- made from the code: settings -->``. Below it a sentence
says to anyone who reads the page as it is where the part can be seen.
"""

import ast
import dataclasses
import inspect
import re
import sys
import textwrap
import types
import typing
from pathlib import Path

import api_reference

ROOT = Path(__file__).resolve().parents[1]
SENTENCE = "`./inv docs` builds the table that belongs here."
MARK = re.compile(rf"^<!-- made from the code: (?P<part>[a-z -]+) -->\n{re.escape(SENTENCE)}$", re.MULTILINE)


def filled(text):
    """The text of a page with its marks replaced.

    Raises
    ------
    KeyError
        A mark that names no part of `PARTS`.
    """
    return MARK.sub(lambda found: PARTS[found["part"]](), text)


def table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in lines)


def _cell(text):
    return re.sub(r"\s+", " ", str(text)).replace("|", "\\|").strip()


def commands(program, module):
    """A section for each command of a task file: what it does, its options."""
    return "\n\n".join(_command(program, context, body) for context, body in _tasks(module))


def _tasks(module):
    """(parser context, task), sorted by name."""
    loaded = _task_file(module)
    collection = getattr(loaded, "namespace", None) or loaded.ns
    contexts = sorted(collection.to_contexts(), key=lambda context: context.name)
    return [(context, collection[context.name]) for context in contexts]


def _task_file(module):
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return __import__(module)


def _command(program, context, body):
    from stormtracks.console import command_line

    description = re.sub(r"^Example: (.*)$", r"Example: `\1`", inspect.getdoc(body.body) or "", flags=re.MULTILINE)
    rows = [_option(typed, text) for typed, text in command_line.option_rows(context)]
    options = table(("option", "meaning", "default"), rows) if rows else "It has no options."
    return f"### {program} {context.name}\n\n{description}\n\n{options}"


def _option(typed, text):
    meaning, _, default = text.partition("; default: ")
    if meaning.endswith("; needed"):
        meaning, default = meaning.removesuffix("; needed"), "needed"
    return ", ".join(f"`{name}`" for name in typed.split(", ")), meaning, default


def settings(cls):
    """A table of a settings dataclass from its fields' metadata."""
    hints = typing.get_type_hints(cls)
    rows = []
    for field in dataclasses.fields(cls):
        about = field.metadata
        default = "none" if field.default is None else f"`{field.default}`"
        source = re.sub(r"docs/(\w+)\.md", r"[\1](\1.md)", about["source"])
        kind = ", ".join(filter(None, (_kind(hints[field.name]), about["unit"])))
        rows.append((f"`{field.name}`", default, kind, about["doc"], source))
    return table(("key", "default", "kind, unit", "meaning", "source"), rows)


def _kind(hint):
    """A type in words."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " or ".join(_kind(option) for option in typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        inside = typing.get_args(hint)
        return "list" if Ellipsis in inside else f"list of {len(inside)}"
    if typing.get_origin(hint) is dict:
        return "keys and values"
    return {float: "number", int: "whole number", str: "text", bool: "true or false", type(None): "none"}[hint]


def host_keys():
    """The keys of hosts.yaml: kinds and defaults from the code, meanings from the shipped file's own comments."""
    from stormtracks import config

    comments = _comments((ROOT / "hosts.yaml").read_text())
    server = {"host": ["address at which it listens"], "port": ["port at which it listens"]}
    parts = [
        ("nameserver", config.Nameserver, server),
        ("workers, and defaults for all of them", config.WorkerHost, comments),
    ]
    return "\n\n".join(f"### {title}\n\n{_keys(cls, meanings)}" for title, cls, meanings in parts)


def _keys(cls, comments):
    hints, rows = typing.get_type_hints(cls), []
    for field in dataclasses.fields(cls):
        parts = [comment.partition("default: ") for comment in comments[field.name]]
        meaning = next((before.rstrip("; ") for before, _, _ in parts if before), "")
        default = next((after for _, _, after in parts if after), _default(field))
        rows.append((f"`{field.name}`", default, _kind(hints[field.name]), meaning))
    return table(("key", "default", "kind", "meaning"), rows)


def _default(field):
    """A default as YAML would have it."""
    if field.default is dataclasses.MISSING:
        return "needed" if field.default_factory is dataclasses.MISSING else "empty"
    if field.default in (None, "", ()):
        return "none"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _comments(text):
    """Key -> the comments beside it in the shipped hosts.yaml, in which a key may occur twice."""
    found, last = {}, None
    for line in text.splitlines():
        key = re.match(r"#?\s+(?:- )?(?P<key>[a-z_]+): .*?\S\s+# (?P<comment>.+)", line)
        more = re.match(r"#?\s{20,}# (?P<comment>.+)", line)
        if key:
            last = key["key"]
            found.setdefault(last, []).append(key["comment"])
        elif more and last:
            found[last][-1] += " " + more["comment"]
        else:
            last = None
    return found


def attributes(cls):
    """A table of a dataclass from the Attributes section of its docstring."""
    rows = []
    for name, meaning in _described(inspect.getdoc(cls), "Attributes").items():
        field = cls.__dataclass_fields__[name]
        rows.append((f"`{name}`", _default(field), meaning.replace("``", "`")))
    return table(("key", "default", "meaning"), rows)


def _described(doc, section):
    """{name: text} of a section of a numpydoc docstring."""
    body = re.search(rf"{section}\n-+\n(?P<body>.*?)(?:\n\n[A-Z]\w+\n-+\n|\Z)", doc, re.DOTALL)["body"]
    entries = re.findall(r"^(?P<names>\w[\w, ]*?)(?: : .*)?\n(?P<text>(?:^[ \t]+.*\n?|\n)+)", body + "\n", re.MULTILINE)
    return {name: textwrap.dedent(text) for names, text in entries for name in names.split(", ")}


def result_file():
    """The variables of a result, group by group."""
    from stormtracks.science.results import layout, list_layout

    parts = []
    groups = ("Root", layout.TRACKS), ("Group maxima", layout.MAXIMA), ("Group matches", layout.MATCHES)
    further = (
        ("Root of any task's result, of a forecast alone", layout.FORECAST),
        ("Root of field_collection, beside the tracks", layout.FIELDS),
        ("Root of classify, beside its storms' tracks and fields", list_layout.STORMS),
        ("Group every of classify", list_layout.EVERY),
    )
    for title, columns in (*groups, *further):
        rows = [_column(name, column) for name, column in columns.items()]
        parts.append(f"### {title}\n\n" + table(("variable", "type", "dimension", "units", "meaning"), rows))
    return "\n\n".join(parts)


def _column(name, column):
    attributes = column.attributes
    meaning = attributes.get("long_name") or attributes.get("standard_name")
    if "comment" in attributes:
        meaning += f" ({attributes['comment']})"
    kind = {"i": "int", "f": "float", "S": "text"}[column.kind[0]] + str(8 * int(column.kind[1:] or 0) or "")
    return f"`{name}`", kind, column.dimension, attributes.get("units", ""), meaning


def archives():
    """Where `inv download` fetches from."""
    from stormtracks.download.archives import ARCHIVES

    rows = []
    for name, archive in ARCHIVES.items():
        years = f"{archive.years[0]}-{archive.years[1]}" if archive.years else "all"
        known = ", ".join(f"`{one}`" for one in archive.known) or "any name that the archive has"
        usual = ", ".join(f"`{one}`" for one in archive.variables)
        fields = ", ".join(f"`{one}`" for one in archive.fields)
        rows.append((f"`{name}`", years, usual, fields, known, "<br>".join(f"`{one}`" for one in archive.addresses)))
    return table(("data set", "years", "fetched by default", "with `--fields`", "all there are", "from"), rows)


def modules():
    """Every module with the first line of its docstring, package by package."""
    parts = []
    for folder in sorted({path.parent for path in (ROOT / "stormtracks").rglob("*.py")}):
        name = ".".join(folder.relative_to(ROOT).parts)
        rows = [(f"`{path.stem}`", _first_line(path)) for path in sorted(folder.glob("*.py")) if path.stem[0] != "_"]
        about = _first_line(folder / "__init__.py")
        parts.append(f"## {name}\n\n{about}" + (f"\n\n{table(('module', 'what it is'), rows)}" if rows else ""))
    return "\n\n".join(parts)


def _first_line(path):
    """The first paragraph of a module's docstring; the source is read, nothing is imported."""
    description = ast.get_docstring(ast.parse(path.read_text())) or ""
    return description.partition("\n\n")[0].replace("``", "`")


def _settings():
    from stormtracks.science.settings import Settings

    return settings(Settings)


def _consensus():
    from stormtracks.science.consensus import ConsensusSettings

    return settings(ConsensusSettings)


def _dataset():
    from stormtracks.science.reanalysis import Dataset

    return attributes(Dataset)


PARTS = {
    "commands inv": lambda: commands("inv", "tasks"),
    "commands fab": lambda: commands("fab", "fabfile"),
    "settings": _settings,
    "consensus settings": _consensus,
    "hosts": host_keys,
    "dataset": _dataset,
    "result file": result_file,
    "archives": archives,
    "modules": modules,
    "api": api_reference.sections,
}

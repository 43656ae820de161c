"""How a result was made: settings with their units, inputs by name, and the rest."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from stormtracks.readable import duration
from stormtracks.report.fragments.shown import file_name, moment
from stormtracks.report.fragments.table_html import html_table
from stormtracks.science.settings import RENAMED, Settings

_PRIVATE = ("host",)
"""What a page that is passed on does not say."""


def settings(provenance: Mapping[str, Any]) -> str:
    """Settings and inputs of a result."""
    if not provenance:
        return '<p class="note">There are no results yet.</p>'
    chosen = html_table(
        ("Setting", "Value", "Unit", "Meaning"), list(_settings(provenance.get("settings", {}))), "Settings"
    )
    inputs = [
        (file_name(one.get("path", "")), f"{one.get('size', 0):,}", moment(one.get("mtime_ns", 0) / 1e9))
        for one in provenance.get("inputs", ())
    ]
    files = html_table(("File", "Bytes", "Last change"), inputs, "Inputs")
    how = html_table(("What", "Value"), list(_others(provenance)), "Provenance")
    return f"{chosen}<h3>Inputs of the first result</h3>{files}<h3>How the first result was made</h3>{how}"


def _settings(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    about = {field.name: field.metadata for field in dataclasses.fields(Settings)}
    for key, value in values.items():
        known: Mapping[str, Any] = about.get(RENAMED.get(key, key), {})
        yield key, _value(value), known.get("unit", ""), known.get("doc", "")


def _others(provenance: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in provenance.items():
        if key in ("settings", "inputs", *_PRIVATE):
            continue
        if key in ("seconds", "cpu_seconds") and isinstance(value, (int, float)):
            yield key, duration(value)
        else:
            yield key, _value(value)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_value(item)}" for key, item in value.items() if key not in _PRIVATE)
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    if isinstance(value, str) and value.startswith(("/", "~")):
        return file_name(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    return "none" if value is None else str(value)

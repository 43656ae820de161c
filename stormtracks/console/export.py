"""`inv export`: tracks as files of other tools."""

from collections.abc import Mapping
from typing import Any, TypeVar

from stormtracks import paths
from stormtracks.console.filtering import looked_at, refuse_share
from stormtracks.console.list_summary import list_of
from stormtracks.console.local_paths import results_folder
from stormtracks.console.terminal import output, progress
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.science import export as exports
from stormtracks.science.consensus import ConsensusSettings
from stormtracks.strict_dataclass import unknown

_One = TypeVar("_One")


def export(file_format: str | None, dest: str | None, options: Mapping[str, Any]) -> None:
    """Write tracks, or consensus tracks, in a format of other tools, and say where they are."""
    if not file_format:
        raise BadValue(f"--format is missing; choose one of: {', '.join(exports.FORMATS)}")
    if file_format not in exports.FORMATS:
        raise BadValue(unknown(file_format, exports.FORMATS, "format"))
    place = paths.expand(dest or f"tracks{exports.FORMATS[file_format].suffix}", where="--dest")
    looked = looked_at(options)
    if not options["consensus"]:
        refuse_share(looked.asked, "write these with --consensus")
    selection = exports.Selection(
        years=_every(years_of(options["years"])),
        members=looked.members,
        consensus=ConsensusSettings() if options["consensus"] else None,
        storm_list=list_of(options["list"]),
        mixed=options["mixed"],
        asked=looked.asked,
    )
    folder = results_folder(options["results"])
    with progress("exporting") as report:
        asked = folder, place, file_format, selection, options["overwrite"], report
        written = [exports.write(*asked)] if options.get("one_file") else exports.write_members(*asked)
    for path in written:
        output().print(f"{path}", soft_wrap=True)


def _every(found: list[_One] | None) -> tuple[_One, ...] | None:
    return None if found is None else tuple(found)

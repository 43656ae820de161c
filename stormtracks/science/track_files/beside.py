"""What the file beside an export of ours says: columns that have no names in it, and the member."""

import json
from pathlib import Path
from typing import Any


def tempest(path: Path) -> dict[str, int]:
    """Which further column is what; empty for a file that is not an export."""
    about = _about(path)
    if about.get("format") != "tempest":
        return {}
    return {"vorticity": 0} | ({"pressure": 1, "wind": 2} if "list" in about["selection"] else {})


def track(path: Path) -> dict[str, int]:
    """Which added field is what, counted from the vorticity."""
    about = _about(path)
    is_list = about.get("format") == "track" and "list" in about["selection"]
    return {"pressure": 3, "wind": 4} if is_list else {}


def member(path: Path) -> int | None:
    """The member that an export is of; None where it says of none, or of several."""
    members = _about(path).get("selection", {}).get("members")
    return int(members[0]) if isinstance(members, list) and len(members) == 1 else None


def _about(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.with_name(path.name + ".about.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) and isinstance(read.get("selection"), dict) else {}

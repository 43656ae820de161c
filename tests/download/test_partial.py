"""The unfinished file: locked, described, and never under the final name."""

import pytest

from stormtracks.download.errors import DownloadError
from stormtracks.download.partial import PartialFile


def test_finish_gives_the_name_and_leaves_nothing_else(tmp_path):
    with PartialFile(tmp_path / "a") as part:
        part.restart({"address": "x"})
        part.write(b"whole")
        part.finish()
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_what_is_left_is_taken_up_again(tmp_path):
    with PartialFile(tmp_path / "a") as part:
        part.restart({"address": "x", "etag": '"1"'})
        part.write(b"half")
    with PartialFile(tmp_path / "a") as part:
        assert (part.size, part.validator("x"), part.validator("y")) == (4, '"1"', None)


def test_nothing_left_leaves_no_file(tmp_path):
    with PartialFile(tmp_path / "a"):
        pass
    assert not list(tmp_path.iterdir())


def test_a_damaged_note_makes_the_part_worthless(tmp_path):
    (tmp_path / "a.part").write_bytes(b"half")
    (tmp_path / "a.part.json").write_text('{"addr')
    with PartialFile(tmp_path / "a") as part:
        assert part.size == 0


def test_two_downloads_cannot_write_the_same_file(tmp_path):
    with (
        PartialFile(tmp_path / "a"),
        pytest.raises(DownloadError, match=r"a\.part: another download is writing this file"),
        PartialFile(tmp_path / "a"),
    ):
        pass

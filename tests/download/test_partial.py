"""The unfinished file: locked, described, and never under the final name."""

import pytest

from stormtracks.download import partial
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


def left(folder, content=b"half"):
    """An unfinished file and its note, as an interrupted download leaves them."""
    with PartialFile(folder / "a") as part:
        part.restart({"address": "x", "etag": '"1"'})
        part.write(content)
    return folder / "a.part", folder / "a.part.json"


def flipped(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


DAMAGE = {
    "zeros in the file": lambda part, note: part.write_bytes(bytes(4)),
    "a flipped bit in the file": lambda part, note: flipped(part, 2),
    "the file is cut": lambda part, note: part.write_bytes(b"hal"),
    "the file is gone": lambda part, note: part.unlink(),
    "a flipped bit in the note": lambda part, note: flipped(note, 15),
    "the note is cut": lambda part, note: note.write_text(note.read_text()[:30]),
    "zeros in the note": lambda part, note: note.write_bytes(bytes(200)),
    "the note is empty": lambda part, note: note.write_text(""),
    "the note is gone": lambda part, note: note.unlink(),
    "a note of 1.0": lambda part, note: note.write_text('{"address": "x", "etag": "1"}'),
    "another kind of value": lambda part, note: note.write_text("5"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_does_not_prove_itself_is_fetched_from_its_beginning(tmp_path, caplog, damage):
    DAMAGE[damage](*left(tmp_path))
    with PartialFile(tmp_path / "a") as part:
        assert (part.size, part.note, part.validator("x")) == (0, {}, None)
        part.restart({"address": "x"})
        part.write(b"whole")
        part.finish()
    assert (tmp_path / "a").read_bytes() == b"whole"
    [record] = caplog.records
    assert record.message.endswith(": this file is fetched from its beginning")


def test_what_came_after_the_last_proof_is_not_believed(tmp_path):
    part, _ = left(tmp_path)
    part.write_bytes(part.read_bytes() + bytes(9))  # as a power cut may leave it
    with PartialFile(tmp_path / "a") as part:
        assert part.size == 4
        part.write(b"whole")
    with PartialFile(tmp_path / "a") as part:
        assert part.path.read_bytes() == b"halfwhole"


def test_a_killed_download_loses_little(tmp_path, monkeypatch):
    monkeypatch.setattr(partial, "PROVEN_BYTES", 8)
    part = PartialFile(tmp_path / "a").__enter__()
    part.restart({"address": "x"})
    for _ in range(5):
        part.write(b"four")
    part._lock.release()  # what is all that a KILL does
    with PartialFile(tmp_path / "a") as again:
        assert (again.size, again.note) == (16, {"address": "x"})


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

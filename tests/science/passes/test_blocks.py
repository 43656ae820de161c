"""A block of a pass is believed only where it proves itself: no damage, no other block and no other user's passes."""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science.passes import blocks
from stormtracks.science.passes.blocks import Block, Unproven
from stormtracks.science.passes.stages import COLUMNS

MEMBERS, TIMES, EACH = 3, 4, 20
MISSING = np.arange(MEMBERS * TIMES).reshape(MEMBERS, TIMES)


def written(folder, depends_on="settings from 0", name="000000.maxima"):
    block = Block(folder / name, depends_on, MEMBERS, TIMES, COLUMNS, "maxima")
    numbers = np.arange(MEMBERS * EACH)
    maxima = {"step": numbers % TIMES, "lat": numbers * 0.5, "lon": numbers * 2.0, "vorticity": numbers * 1e-5}
    block.write(maxima, numbers % MEMBERS, MISSING)
    return block


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A block, what is in its file, and what each member reads from it."""
    block = written(tmp_path_factory.mktemp("pass"))
    return block, block.path.read_bytes(), [block.read(member) for member in range(MEMBERS)]


def test_each_member_reads_its_own(whole):
    block, content, read = whole
    block.path.write_bytes(content)  # other tests damage it, in any order
    assert block.fault() is None
    for member, (missing, table) in enumerate(read):
        assert np.array_equal(missing, MISSING[member])
        assert np.array_equal(table["lat"], np.arange(member, MEMBERS * EACH, MEMBERS) * 0.5)


@given(st.data())
def test_whatever_is_changed_a_member_reads_what_was_written_or_nothing(whole, data):
    block, content, read = whole
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, len(content)))
    block.path.write_bytes(content[:start] + data.draw(st.binary(max_size=60)) + content[stop:])
    for member, (missing, table) in enumerate(read):
        try:
            again = block.read(member)
        except Unproven:
            continue
        assert np.array_equal(again[0], missing) and np.array_equal(again[1], table)


@pytest.mark.parametrize("bit", range(8))
def test_no_flipped_bit_is_read(whole, bit):
    block, content, _ = whole
    for at in range(0, len(content), 7):
        block.path.write_bytes(content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :])
        assert any(block.fault(member) for member in range(MEMBERS)), at


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (lambda whole: b"", "is empty"),
        (lambda whole: bytes(len(whole)), "has zeros only"),
        (lambda whole: whole[:100], "is cut"),
        (lambda whole: whole[: len(whole) // 2], "is cut"),
        (lambda whole: whole[:-24], "is cut"),
        (lambda whole: whole + bytes(24), "is cut"),
        (lambda whole: np.arange(MEMBERS + 1).tobytes() + whole[-400:], "is of another format, or damaged"),
        (lambda whole: whole[:-1] + b"x", "is damaged"),
    ],
)
def test_what_is_not_whole_says_in_which_respect(whole, content, fault):
    block, right, _ = whole
    block.path.write_bytes(content(right))
    assert block.fault(MEMBERS - 1) == fault
    with pytest.raises(Unproven, match=fault):
        block.read(MEMBERS - 1)


def test_a_whole_block_of_another_pass_or_other_times_is_not_this_one(tmp_path):
    other = written(tmp_path, "settings from 16", "000016.maxima")
    block = written(tmp_path)
    os.replace(other.path, block.path)  # noqa: PTH105 - of a dataclass's path
    assert block.fault() == block.fault(0) == "belongs to another pass"


def test_what_another_user_may_have_written_is_not_read(tmp_path):
    block = written(tmp_path)
    assert block.path.stat().st_mode & 0o777 == 0o600
    block.path.chmod(0o666)
    assert block.fault(0) == "can be written by others (mode 0666)"
    block.path.rename(tmp_path / "elsewhere")
    assert block.fault(0) == blocks.ABSENT
    block.path.symlink_to(tmp_path / "elsewhere")
    assert block.fault(0) == "is a symbolic link"


def test_a_block_without_maxima_is_one_too(tmp_path):
    block = Block(tmp_path / "000000.maxima", "x", MEMBERS, TIMES, COLUMNS, "maxima")
    nothing = np.array([])
    block.write(dict.fromkeys(COLUMNS, nothing), nothing, MISSING)
    assert len(block.read(2)[1]) == 0

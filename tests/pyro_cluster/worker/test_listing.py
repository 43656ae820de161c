"""Names in a results folder, in pages of bounded size that together are all names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.errors import BadValue
from stormtracks.pyro_cluster.worker import listing


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("results")
    for year, members in ((2000, 30), (2001, 1), (2003, 12)):
        place = made / "vort_track" / str(year)
        place.mkdir(parents=True)
        for member in range(members):
            (place / f"member_{member:03d}.nc").touch()
        (place / ".member_999.nc~host~1~2~abc.part").touch()
    return made


def read(folder, years, task="vort_track"):
    found, after, pages = {}, None, 0
    while True:
        page = listing.page(folder, task, years, after)
        pages += 1
        for year, names in page["names"]:
            found.setdefault(year, []).extend(names)
        after = page["more"]
        if after is None:
            return found, pages


@given(st.lists(st.integers(1999, 2004), max_size=6), st.integers(20, 400))
def test_pages_are_small_and_together_whole(folder, years, room):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "PAGE_BYTES", room)
        found, pages = read(folder, years)
    numbers = {2000: 30, 2001: 1, 2003: 12}
    whole = {y: [f"member_{m:03d}.nc" for m in range(numbers[y])] for y in sorted({*years} & numbers.keys())}
    assert found == whole
    assert pages <= 1 + sum(map(len, whole.values()))


@pytest.mark.parametrize("room", [20, 50, 130, 400])
def test_starts_are_listed_after_years_in_pages_that_are_together_whole(tmp_path, room):
    folder, wanted = tmp_path, ["2025-06-08T00", 2000, "2025-06-01T00", "2025-06-01T0030"]
    for year in wanted:
        (folder / "vort_track" / str(year)).mkdir(parents=True)
        for member in range(5):
            (folder / "vort_track" / str(year) / f"member_{member:03d}.nc").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "PAGE_BYTES", room)
        found, _ = read(folder, wanted)
    assert list(found) == [2000, "2025-06-01T00", "2025-06-01T0030", "2025-06-08T00"]
    assert all(names == [f"member_{member:03d}.nc" for member in range(5)] for names in found.values())


@pytest.mark.parametrize("after", [["../x", ""], [True, ""], [[], ""], ["2025-06-01", ""]])
def test_a_page_after_what_is_no_year_is_refused(folder, after):
    with pytest.raises(BadValue, match="a year must be"):
        listing.page(folder, "vort_track", [2000], after)


@pytest.mark.slow
def test_ten_thousand_names_are_a_few_pages(tmp_path):
    place = tmp_path / "vort_track" / "2000"
    place.mkdir(parents=True)
    for member in range(10_000):
        (place / f"member_{member:03d}.nc").touch()
    found, pages = read(tmp_path, [2000])
    assert (len(found[2000]), pages) == (10_000, 2)


@pytest.mark.parametrize(
    ("task", "years"),
    [("../x", [2000]), (3, [2000]), ("a", ["2000"]), ("a", [10_000]), ("a", [True]), ("a", 3), ("a", ["../x"])],
)
def test_what_cannot_be_a_folder_is_refused(tmp_path, task, years):
    with pytest.raises(BadValue):
        listing.page(tmp_path, task, years)


@pytest.mark.parametrize("name", ["a\nb", "x" * 300, "a/" + "ü" * 150, "\x1b[2J", "a\0b", "..", "/abs", "", ".hidden"])
def test_what_is_no_folder_below_the_results_is_refused(tmp_path, name):
    with pytest.raises(BadValue):
        listing.within(tmp_path, name)

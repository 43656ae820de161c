"""`inv plot --list`: figures of the storms of a list."""

import pytest
from storm_lists import save_lists

from stormtracks.console import plot
from stormtracks.errors import BadValue


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(save_lists(tmp_path_factory.mktemp("results"), members=2))


def draw(folder, kind, dest, **options):  # as the command does
    names = "years", "member", "storm", "time", "data", "region", "best_tracks", "list"
    given = dict.fromkeys(names) | {"results": folder, "overwrite": False, "mixed": False, "list": "tc"} | options
    plot.plot(kind, str(dest), given)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "options"), [("tracks", {"member": 0}), ("storm", {"storm": "ARLENE"})])
def test_a_list_is_drawn(folder, tmp_path, kind, options):
    draw(folder, kind, tmp_path / "figure.png", **options)
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_the_density_of_a_list_counts_its_storms(folder, tmp_path):
    draw(folder, "density", tmp_path / "tc.png")
    draw(folder, "density", tmp_path / "etc.png", list="etc")
    assert (tmp_path / "tc.png").read_bytes() != (tmp_path / "etc.png").read_bytes()


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("reliability", {"min_peak": "9999"}, "no storm is left whose probability could be judged"),
        ("years", {}, "--kind years is not of a list of storms; leave --list out"),
        ("tracks", {"list": "tcs"}, "unknown list 'tcs'"),
    ],
)
def test_what_lists_do_not_have_is_refused(folder, tmp_path, kind, options, message):
    with pytest.raises(BadValue, match=message):
        draw(folder, kind, tmp_path / "figure.png", **options)
    assert not list(tmp_path.iterdir())

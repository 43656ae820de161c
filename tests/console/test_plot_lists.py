import pytest
from matplotlib.figure import Figure
from storm_lists import save_lists

from stormtracks.console import plot
from stormtracks.errors import BadValue
from stormtracks.science.consensus import consensus

OPTIONS = {"years": None, "member": None, "storm": None, "region": None, "best_tracks": None, "overwrite": True}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_lists(tmp_path_factory.mktemp("results"), members=2)


def draw(folder, kind, **options):
    place = folder / f"{kind}.png"
    plot.plot(kind, str(place), OPTIONS | {"results": str(folder), "mixed": False, "list": "tc"} | options)
    return place


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "options"), [("tracks", {"member": 1}), ("genesis", {}), ("storm", {"storm": "ARLENE"})]
)
def test_storms_of_a_list_are_drawn(folder, kind, options):
    assert draw(folder, kind, **options).stat().st_size > 10_000


def test_consensus_of_a_list_is_drawn_smooth(folder, monkeypatch):
    drawn = {}

    def keep(tracks, *others, **_):
        drawn.update(tracks=tracks, title=others[-1])
        return Figure()

    monkeypatch.setattr(plot.plots, "year_tracks", keep)
    monkeypatch.setattr(plot.plots, "save", lambda *_: "")
    draw(folder, "tracks")
    agreed = consensus(folder, 2005, list="tc")
    assert drawn["tracks"].lat.tolist() == agreed.lat_smooth.tolist() and drawn["title"].endswith("list tc")


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("field", {}, "--kind field is not of a list"),
        ("density", {"list": "hurricanes"}, "unknown list"),
        ("storm", {"storm": "NOBODY"}, "half of the lists"),
    ],
)
def test_what_cannot_be_drawn_is_refused(folder, kind, options, message):
    with pytest.raises(BadValue, match=message):
        draw(folder, kind, **options)

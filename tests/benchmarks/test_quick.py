"""The quick benchmark shows what has drifted; it never fails on that."""

import json

from benchmarks import quick


def test_a_ratio_that_differs_by_more_than_a_quarter_has_drifted():
    kept = {"one member": 1.0, "matching": 1.0, "linking": 1.0, "gone": 1.0}
    rows = quick.rows({"one member": 1.2, "matching": 1.3, "linking": 0.7, "new": 2.0}, kept)
    assert [(row[0], row[4], row[5]) for row in rows] == [
        ("one member", "+20%", ""),
        ("matching", "+30%", "drift"),
        ("linking", "-30%", "drift"),
        ("new", "", ""),
    ]
    assert [row[1] for row in rows] == ["the floor", *["the yardstick"] * 3]


def test_what_was_found_is_kept_where_that_is_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(quick, "KEPT", tmp_path / "kept.json")
    found = {"one member": 1.0}
    monkeypatch.setattr(quick, "measured", lambda folder, pairs: dict(found))
    quick.main(["--cache", str(tmp_path), "--keep"])
    found["one member"] = 2.0
    quick.main(["--cache", str(tmp_path)])
    assert "+100%  drift" in capsys.readouterr().out
    assert json.loads(quick.KEPT.read_text())["ratios"] == {"one member": 1.0}


def test_the_yardstick_is_some_work():
    assert 0 < quick.yardstick() < 10


def test_there_is_a_kept_ratio_of_each_case():
    kept = json.loads(quick.KEPT.read_text())
    assert {*quick.AGAINST_FLOOR} <= kept["ratios"].keys() and len(kept["ratios"]) == 8 and kept["of"]

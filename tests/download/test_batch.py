"""Whole downloads: what is there is skipped, what fails is told, nothing half-written has a final name."""

import dataclasses
import io
import signal
import subprocess
import sys
import tarfile
import time

import pytest
import requests
from rich.console import Console

from stormtracks.download import DownloadError, Options, download, progress_display


@pytest.fixture
def mine(archive, quick):
    """Options that lead to the archive on loopback."""
    table = {
        "20crv2c": {"addresses": [f"{archive.address}/{{variable}}_{{year}}.nc"], "typical_bytes": 1000},
        "20crv3": f"{archive.address}/{{variable}}_{{year}}.tar",
    }
    return dataclasses.replace(quick, archives=table)


def tar_of(netcdf, members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for member in members:
            info = tarfile.TarInfo(f"2005/UGRD850.2005_mem{member:03d}.nc")
            info.size = len(netcdf)
            tar.addfile(info, io.BytesIO(netcdf))
    return buffer.getvalue()


def statuses(report):
    return [outcome.status for outcome in report.outcomes]


def test_fetches_then_finds_all_there(archive, mine, netcdf, tmp_path):
    for variable in ("u850", "v850"):
        archive.put(f"{variable}_1987.nc", netcdf)
    first = download("20crv2c", [1987], dest=tmp_path, options=mine)
    again = download("20crv2c", [1987], dest=tmp_path, options=mine)
    assert statuses(first) == ["fetched"] * 2 and statuses(again) == ["there"] * 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["u850_1987.nc", "v850_1987.nc"]
    assert len(archive.requests) == 2 and first.complete


def test_what_is_there_but_not_whole_is_replaced(archive, mine, netcdf, tmp_path):
    archive.put("u850_1987.nc", netcdf)
    (tmp_path / "u850_1987.nc").write_bytes(netcdf[:1000])
    assert statuses(download("20crv2c", [1987], ["u850"], tmp_path, mine)) == ["fetched"]
    assert (tmp_path / "u850_1987.nc").read_bytes() == netcdf


def test_one_failure_does_not_cost_the_others(archive, mine, netcdf, tmp_path):
    archive.put("v850_1987.nc", netcdf)
    report = download("20crv2c", [1987], dest=tmp_path, options=mine)
    assert statuses(report) == ["failed", "fetched"] and not report.complete
    assert "1 fetched (3" in report.summary() and "u850_1987.nc: the server has no such file (404)" in report.summary()


def test_the_next_address_is_asked_where_the_first_has_nothing(archive, mine, netcdf, tmp_path):
    archive.put("new/u850_1987.nc", netcdf)
    mine.archives["20crv2c"]["addresses"].append(f"{archive.address}/new/{{variable}}_{{year}}.nc")
    assert download("20crv2c", [1987], ["u850"], tmp_path, mine).complete


def test_a_web_page_never_gets_the_name(archive, mine, tmp_path):
    archive.put("u850_1987.nc", b"<html>Please log in</html>")
    report = download("20crv2c", [1987], ["u850"], tmp_path, mine)
    assert "the server sent a web page" in report.failures[0].error
    assert not list(tmp_path.iterdir())


def test_a_length_too_short_never_gets_the_name(archive, mine, netcdf, tmp_path):
    archive.put(
        "u850_1987.nc",
        netcdf,
        plan=[
            lambda handler, resource: (
                handler.head(resource, length=5000),
                handler.wfile.write(netcdf[:5000]),
                handler.cut(),
            )
        ],
    )
    assert "cannot be read" in download("20crv2c", [1987], ["u850"], tmp_path, mine).failures[0].error
    assert not list(tmp_path.iterdir())


def test_pieces_that_make_no_whole_are_fetched_once_more(archive, mine, netcdf, tmp_path):
    def change_secretly(handler, resource):
        handler.head(resource, begin=1000)
        handler.wfile.write(bytes(len(netcdf) - 1000))

    archive.put("u850_1987.nc", netcdf, plan=[lambda h, r: h.serve(r, stop=1000), change_secretly])
    assert download("20crv2c", [1987], ["u850"], tmp_path, mine).complete
    assert archive.ranges_asked() == [None, "bytes=1000-", None]


def test_a_second_call_goes_on_where_the_first_gave_up(archive, mine, netcdf, tmp_path):
    archive.put("u850_1987.nc", netcdf, plan=[lambda h, r: h.serve(r, stop=50_000)])
    once = dataclasses.replace(mine, attempts=1)
    assert not download("20crv2c", [1987], ["u850"], tmp_path, once).complete
    assert not (tmp_path / "u850_1987.nc").exists()
    assert download("20crv2c", [1987], ["u850"], tmp_path, once).complete
    assert archive.ranges_asked() == [None, "bytes=50000-"]


def test_a_tar_is_unpacked_removed_and_not_fetched_again(archive, mine, netcdf, tmp_path):
    archive.put("UGRD850_2005.tar", tar_of(netcdf, range(1, 4)))
    for expected in ("fetched", "there"):
        report = download("20crv3", [2005], ["UGRD850"], tmp_path, mine)
        assert statuses(report) == [expected] and report.outcomes[0].size == 3 * len(netcdf)
    assert len(list((tmp_path / "2005").iterdir())) == 3
    assert not (tmp_path / "UGRD850_2005.tar").exists() and len(archive.requests) == 1


def test_a_tar_left_behind_is_unpacked_without_the_server(mine, netcdf, tmp_path):
    (tmp_path / "UGRD850_2005.tar").write_bytes(tar_of(netcdf, [7]))
    assert download("20crv3", [2005], ["UGRD850"], tmp_path, mine).complete
    assert (tmp_path / "2005/UGRD850.2005_mem007.nc").exists()


def test_refresh_fetches_what_is_there(archive, mine, netcdf, tmp_path):
    archive.put("u850_1987.nc", netcdf)
    (tmp_path / "u850_1987.nc").write_bytes(netcdf)
    fresh = dataclasses.replace(mine, refresh=True)
    assert statuses(download("20crv2c", [1987], ["u850"], tmp_path, fresh)) == ["fetched"]


def test_never_more_at_once_than_asked_for(archive, mine, netcdf, tmp_path):
    def slowly(handler, resource):
        archive.closing.wait(0.1)
        handler.serve(resource)

    for year in range(1980, 1986):
        archive.put(f"u850_{year}.nc", netcdf, plan=[slowly])
    assert download("20crv2c", range(1980, 1986), ["u850"], tmp_path, mine).complete
    assert archive.most_open == 2


@pytest.mark.parametrize("at_once", [0, 5])
def test_more_than_is_polite_is_refused(at_once):
    with pytest.raises(ValueError, match=f"'at_once' must be 1 to 4, not {at_once}"):
        Options(at_once=at_once)


def test_a_request_that_does_not_fit_is_refused_at_once(archive, mine, tmp_path):
    mine.archives["20crv2c"]["typical_bytes"] = 10**15
    with pytest.raises(DownloadError, match=r"2 files of about 1000.0 TB: needs 2000.0 TB"):
        download("20crv2c", [1987], dest=tmp_path, options=mine)
    assert not archive.requests


def test_progress_tells_every_file_and_its_end(archive, mine, netcdf, tmp_path):
    seen = []
    archive.put("u850_1987.nc", netcdf)
    download("20crv2c", [1987], dest=tmp_path, options=mine, progress=lambda *a: seen.append(a[:2]))
    assert {
        ("u850_1987.nc", "fetching"),
        ("u850_1987.nc", "checking"),
        ("u850_1987.nc", "fetched"),
        ("v850_1987.nc", "failed"),
    } <= set(seen)


@pytest.mark.parametrize("terminal", [True, False])
def test_the_progress_names_every_file(archive, mine, netcdf, tmp_path, terminal):
    archive.put("u850_1987.nc", netcdf)
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100)
    with progress_display.shown(console) as progress:
        download("20crv2c", [1987], dest=tmp_path, options=mine, progress=progress)
    assert "u850_1987.nc: fetched" in console.file.getvalue() and "v850_1987.nc: failed" in console.file.getvalue()


def test_a_bug_in_one_file_is_raised_when_the_others_are_there(archive, mine, netcdf, tmp_path, monkeypatch):
    def broken(session, address, get=requests.Session.get, **options):
        return {}["nmae"] if "u850" in address else get(session, address, **options)

    archive.put("v850_1987.nc", netcdf)
    monkeypatch.setattr(requests.Session, "get", broken)
    with pytest.raises(KeyError, match="nmae"):
        download("20crv2c", [1987], dest=tmp_path, options=mine)
    assert (tmp_path / "v850_1987.nc").exists() and not (tmp_path / "u850_1987.nc").exists()


def test_an_interrupted_download_ends_at_once_and_keeps_what_came(archive, netcdf, tmp_path):
    def half(handler, resource):
        handler.head(resource)
        handler.wfile.write(netcdf[:100_000])
        archive.closing.wait(60)

    address = archive.put("u850_1987.nc", netcdf, plan=[half]).replace("u850_1987", "{variable}_{year}")
    code = (
        "from stormtracks.download import *\n"
        f"download('20crv2c', [1987], ['u850'], {str(tmp_path)!r}, Options(archives={{'20crv2c': {address!r}}}))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    part = tmp_path / "u850_1987.nc.part"
    while process.poll() is None and not (part.exists() and part.stat().st_size == 100_000):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in process.communicate(timeout=20)[1]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["u850_1987.nc.part", "u850_1987.nc.part.json"]

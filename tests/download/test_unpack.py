"""Only expected, readable files leave a tar, and only by a whole name."""

import io
import json
import tarfile

import pytest

from stormtracks.download.courtesy import Courtesy
from stormtracks.download.errors import DownloadError
from stormtracks.download.unpack import unpack, unpacked

CONTENTS = r"2005/U\.2005_mem\d{1,4}\.nc"


@pytest.fixture
def make(tmp_path):
    """Write a tar of (name, data) and special members."""

    def make(*members):
        with tarfile.open(tmp_path / "U_2005.tar", "w") as tar:
            for member, data in members:
                info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(member)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        return tmp_path / "U_2005.tar"

    return make


def special(name, kind, target):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_members_get_their_names_and_the_tar_goes(make, tmp_path, netcdf):
    tar = make(("2005/U.2005_mem001.nc", netcdf), ("./2005/U.2005_mem002.nc", netcdf))
    found = unpack(tar, tmp_path / "data", CONTENTS, Courtesy())
    assert found.names == ("2005/U.2005_mem001.nc", "2005/U.2005_mem002.nc") and not found.notes
    assert files_below(tmp_path) == ["U_2005.contents.json", *(f"data/{name}" for name in found.names)]
    assert unpacked(tar, tmp_path / "data") == found


def test_a_missing_member_makes_the_list_worthless(make, tmp_path, netcdf):
    tar = make(("2005/U.2005_mem001.nc", netcdf))
    unpack(tar, tmp_path, CONTENTS, Courtesy())
    (tmp_path / "2005/U.2005_mem001.nc").unlink()
    assert unpacked(tar, tmp_path) is None


@pytest.mark.parametrize(
    "damage",
    [lambda text: text.replace("mem001", "mem002", 1), lambda text: text[:40], lambda text: "", lambda text: "5"],
)
def test_a_list_that_does_not_prove_itself_is_worthless(make, tmp_path, netcdf, caplog, damage):
    tar = make(("2005/U.2005_mem001.nc", netcdf))
    unpack(tar, tmp_path, CONTENTS, Courtesy())
    path = tmp_path / "U_2005.contents.json"
    path.write_text(damage(path.read_text()))
    assert unpacked(tar, tmp_path) is None
    assert "the tar file is fetched again" in caplog.text


def test_a_list_of_1_0_is_believed(make, tmp_path, netcdf):
    tar = make(("2005/U.2005_mem001.nc", netcdf))
    found = unpack(tar, tmp_path, CONTENTS, Courtesy())
    listed = {"files": {name: (tmp_path / name).stat().st_size for name in found.names}, "notes": []}
    (tmp_path / "U_2005.contents.json").write_text(json.dumps(listed))
    assert unpacked(tar, tmp_path) == found


def test_nothing_leads_out_of_the_folder(make, tmp_path, netcdf):
    tar = make(
        ("2005/U.2005_mem001.nc", netcdf),
        ("../evil.nc", b"x"),
        ("/tmp/evil.nc", b"x"),
        ("2005/../../U.2005_mem002.nc", b"x"),
        (special("2005/U.2005_mem003.nc", tarfile.SYMTYPE, "/etc/passwd"), b""),
        (special("2005/U.2005_mem004.nc", tarfile.LNKTYPE, "../../secret"), b""),
    )
    found = unpack(tar, tmp_path / "data", CONTENTS, Courtesy())
    assert files_below(tmp_path / "data") == ["2005/U.2005_mem001.nc"]
    assert "because not expected: ../evil.nc, /tmp/evil.nc" in found.notes[0]


def test_a_folder_that_is_a_link_elsewhere_is_refused(make, tmp_path, netcdf):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/2005").symlink_to(tmp_path)
    tar = make(("2005/U.2005_mem001.nc", netcdf))
    with pytest.raises(DownloadError, match="outside the destination"):
        unpack(tar, tmp_path / "data", CONTENTS, Courtesy())
    assert tar.exists()


def test_an_unreadable_member_is_left_out_and_named(make, tmp_path, netcdf):
    tar = make(("2005/U.2005_mem001.nc", netcdf), ("2005/U.2005_mem002.nc", netcdf[:5000]))
    found = unpack(tar, tmp_path, CONTENTS, Courtesy())
    assert found.names == ("2005/U.2005_mem001.nc",)
    assert found.notes[0].startswith("skipped, because it cannot be read: 2005/U.2005_mem002.nc")


def test_a_tar_of_other_things_is_refused_and_stays(make, tmp_path):
    tar = make(("2006/readme.txt", b"x"))
    with pytest.raises(DownloadError, match=r"none of its files has an expected name \(.*2006/readme\.txt\)"):
        unpack(tar, tmp_path, CONTENTS, Courtesy())
    assert tar.exists()


def test_no_room_is_refused_before_a_file_is_written(make, tmp_path, netcdf):
    tar = make(("2005/U.2005_mem001.nc", netcdf))
    with pytest.raises(DownloadError, match=r"U_2005\.tar: needs .* free"):
        unpack(tar, tmp_path / "data", CONTENTS, Courtesy(free_bytes=lambda folder: 10))
    assert files_below(tmp_path) == ["U_2005.tar"]

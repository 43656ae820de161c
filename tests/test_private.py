"""Folders and files that another user may have put there, or may change, are refused."""

import os
import stat

import pytest

from stormtracks import private


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_folder_and_those_above_it_are_created_for_us_alone(tmp_path):
    before = os.umask(0)
    try:
        place = private.folder(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert (mode(place), mode(place.parent)) == (0o700, 0o700)
    assert private.folder(place) == place


def test_a_folder_that_others_may_only_read_is_ours_too(tmp_path):
    tmp_path.chmod(0o755)
    assert private.folder(tmp_path) == tmp_path


def test_a_folder_of_another_user_is_refused(tmp_path, give_away):
    give_away(tmp_path)
    with pytest.raises(private.NotOurs, match=r"belongs to another user \(.+\): ask them to remove it, or"):
        private.folder(tmp_path)


@pytest.mark.parametrize("bits", [0o777, 0o770, 0o702])
def test_a_folder_that_others_may_write_is_refused_with_the_command(tmp_path, bits):
    tmp_path.chmod(bits)
    with pytest.raises(private.NotOurs, match=rf"by others \(mode 0{bits:o}\): run 'chmod 700 {tmp_path}', or x"):
        private.folder(tmp_path, "or x")


def test_a_folder_for_everybody_may_be_common_where_each_changes_only_what_is_theirs(tmp_path):
    tmp_path.chmod(0o1777)
    assert private.folder(tmp_path, common=True) == tmp_path
    with pytest.raises(private.NotOurs, match="written by others"):
        private.folder(tmp_path)
    tmp_path.chmod(0o777)
    with pytest.raises(private.NotOurs, match="written by others"):
        private.folder(tmp_path, common=True)


def test_a_link_and_a_file_are_refused(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "dangling").symlink_to(tmp_path / "none")
    (tmp_path / "file").touch()
    for name in ("link", "dangling"):
        with pytest.raises(private.NotOurs, match=f"{name} is a symbolic link to {tmp_path}/"):
            private.folder(tmp_path / name)
    with pytest.raises(private.NotOurs, match="file is not a folder: remove it"):
        private.folder(tmp_path / "file")


def test_a_look_creates_nothing(tmp_path):
    private.check_folder(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_each_folder_of_the_state_is_private(tmp_path, monkeypatch):
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "state"))
    place = private.state("host", "more")
    assert place == tmp_path / "state" / "host" / "more" and mode(place) == mode(tmp_path / "state") == 0o700
    (tmp_path / "state").chmod(0o775)
    with pytest.raises(private.NotOurs, match=r"state can be written .* run 'chmod 700 .*', or choose .*STORMTRACKS_"):
        private.state("host")


def test_a_state_that_cannot_be_written_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("STORMTRACKS_HOME", "/proc/state")  # where not even root can create a folder
    with pytest.raises(private.StateUnwritable, match=r"state cannot be written in /proc/state: .*STORMTRACKS_HOME"):
        private.state()


def test_a_file_is_opened_if_only_we_can_have_written_it(tmp_path, give_away):
    path = tmp_path / "block"
    path.write_bytes(b"ours")
    path.chmod(0o644)
    with private.open_file(path) as file:
        assert file.read() == b"ours"
    path.chmod(0o664)
    with pytest.raises(private.NotOurs, match="can be written by others"):
        private.open_file(path)
    path.chmod(0o644)
    give_away(path)
    with pytest.raises(private.NotOurs, match="belongs to another user"):
        private.open_file(path)


def test_a_link_or_a_pipe_in_place_of_a_file_is_neither_followed_nor_waited_for(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(private.NotOurs, match="link is a symbolic link"):
        private.open_file(tmp_path / "link")
    with pytest.raises(private.NotOurs, match="pipe is not a file"):
        private.open_file(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        private.open_file(tmp_path / "none")

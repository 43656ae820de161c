import pytest

from stormtracks.pyro_cluster.worker.kept_folder import FolderLost, KeptFolder


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "results"
    made.mkdir()
    return made


@pytest.fixture
def kept(folder):
    made = KeptFolder(folder)
    yield made
    made.close()


def test_the_same_folder_whatever_is_done_in_it(folder, kept):
    (folder / "more").mkdir()
    folder.chmod(0o300)
    kept.check()


def test_one_that_is_gone(folder, kept):
    folder.rmdir()
    with pytest.raises(FolderLost, match=r"results folder \S+ is gone \(No such file or directory\): put it"):
        kept.check()


def test_another_of_its_name(folder, kept):
    folder.rename(folder.with_name("away"))
    folder.mkdir()
    with pytest.raises(
        FolderLost, match=r"is not the one that this worker started with\. Perhaps a disk was unmounted"
    ):
        kept.check()
    folder.rmdir()
    folder.with_name("away").rename(folder)
    kept.check()


def test_one_that_is_made_later(tmp_path):
    later = KeptFolder(tmp_path / "later")
    later.check()
    later.path.mkdir()
    later.check()
    later.path.rmdir()
    with pytest.raises(FolderLost):
        later.check()
    later.close()


def test_none_is_never_lost():
    KeptFolder(None).check()

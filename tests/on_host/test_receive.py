"""The program that takes files in stays in its folder, whatever it is sent."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from stormtracks.on_host import receive

PROGRAM = Path(receive.__file__)


def take(folder, files, manifest=None):
    """Send an archive; the answer."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o6777
            tar.addfile(info, io.BytesIO(content))
    request = {"action": "take", "folder": str(folder), "manifest": manifest or dict.fromkeys(files, "")}
    sent = json.dumps(request).encode() + b"\n" + archive.getvalue()
    done = subprocess.run([sys.executable, PROGRAM], input=sent, capture_output=True, check=True)
    return json.loads(done.stdout.partition(b"stormtracks ")[2])


def test_files_are_placed_without_special_modes(tmp_path):
    assert take(tmp_path / "code", {"a/b.py": b"x"}) == {"folder": str(tmp_path / "code")}
    assert (tmp_path / "code" / "a" / "b.py").read_bytes() == b"x"
    assert (tmp_path / "code" / "a" / "b.py").stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/tmp/x"])
def test_nothing_leads_out(tmp_path, name):
    assert "is outside" in take(tmp_path / "code", {name: b"x"})["error"]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_is_gone_goes_with_its_empty_folders(tmp_path):
    take(tmp_path, {"a/b/c.py": b"x", "a/d.py": b"y"})
    take(tmp_path, {"a/d.py": b"y"})
    assert sorted(path.name for path in tmp_path.rglob("*")) == [receive.RECORD, "a", "d.py"]


@pytest.mark.parametrize("program", ["receive.py", "environment.py"])
def test_a_bug_is_answered_as_one(program):
    done = subprocess.run([sys.executable, PROGRAM.with_name(program)], input=b"{}", capture_output=True, check=True)
    answer = json.loads(done.stdout.partition(b"stormtracks ")[2])
    assert answer["bug"] == "KeyError: 'folder'"
    assert f"{program}" in answer["traceback"]


def test_a_broken_archive_leaves_the_files_as_they_were(tmp_path):
    take(tmp_path, {"a.py": b"old"})
    request = json.dumps({"action": "take", "folder": str(tmp_path), "manifest": {"a.py": ""}}).encode()
    done = subprocess.run([sys.executable, PROGRAM], input=request + b"\nno archive", capture_output=True, check=True)
    assert b"error" in done.stdout
    assert (tmp_path / "a.py").read_bytes() == b"old"
    assert [path.name for path in tmp_path.glob("*.new")] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("gone", "kept"),
        lambda text: text[:20],
        lambda text: "",
        lambda text: "5",
        lambda text: '["../elsewhere", 5]',
        lambda text: "[" * 100_000,
    ],
)
def test_a_record_that_does_not_prove_itself_removes_nothing(tmp_path, damage):
    take(tmp_path / "code", {"kept.py": b"x", "gone.py": b"y"})
    (tmp_path / "elsewhere").touch()
    record = tmp_path / "code" / receive.RECORD
    record.write_text(damage(record.read_text()))
    assert "error" not in take(tmp_path / "code", {"new.py": b"z"})
    assert {"kept.py", "gone.py", "new.py"} <= {path.name for path in (tmp_path / "code").iterdir()}
    assert (tmp_path / "elsewhere").exists()


def test_a_record_of_1_0_is_read(tmp_path):
    take(tmp_path, {"gone.py": b"y"})
    (tmp_path / receive.RECORD).write_text('["gone.py"]')
    take(tmp_path, {"new.py": b"z"})
    assert sorted(path.name for path in tmp_path.iterdir()) == [receive.RECORD, "new.py"]

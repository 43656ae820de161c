"""The package without its checkout, as pip installs it; `./inv` on machines with other Pythons; what is listed once."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest
import shown
from needs import need

import stormtracks
from stormtracks import checkout, extras
from stormtracks.on_host import packages

ROOT = shown.ROOT
NOT_HERE = "does not exist, because stormtracks was installed without its checkout; "


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A copy of the package alone, below a folder that is somebody's repository, as an environment may be."""
    repository = tmp_path_factory.mktemp("repository")
    need("git")
    subprocess.run(["git", "init", "-q", repository], check=True)
    site = repository / ".venv" / "site-packages"
    shutil.copytree(ROOT / "stormtracks", site / "stormtracks", ignore=shutil.ignore_patterns("__pycache__"))
    return site


@pytest.fixture
def elsewhere(site, tmp_path):
    """Runs Python with that package, in a folder of its own."""

    def run(*words):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STORMTRACKS_")}
        return subprocess.run(
            [sys.executable, *words],
            cwd=tmp_path,
            env=kept | {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
        )

    return run


@pytest.mark.slow
def test_science_works_from_a_notebook(elsewhere, tmp_path):
    (block,) = shown.blocks("install.md", "python")
    program = block.text.replace('"sample/', f'"{ROOT}/sample/') + "\nimport stormtracks\nprint(stormtracks.__file__)"
    done = elsewhere("-c", program)
    assert done.returncode == 0, done.stderr
    assert "/.venv/site-packages/" in done.stdout.splitlines()[-1]
    assert (tmp_path / "results" / "vort_track" / "1987" / "member_000.nc").exists()


@pytest.mark.parametrize("name", ["pyro_nameserver", "pyro_worker", "pyro_manager"])
def test_the_processes_of_the_cluster_start(elsewhere, name):
    done = elsewhere("-m", f"stormtracks.pyro_cluster.{name}", "--help")
    assert (done.returncode, done.stdout.split()[:2]) == (0, ["usage:", name]), done.stderr


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("from stormtracks.console import demo; demo.demo()", f"{NOT_HERE}run this in a clone of stormtracks"),
        ("from stormtracks.console import plant; plant.plant('x', {})", f"{NOT_HERE}give a file with --best-tracks"),
        (
            "from stormtracks import config; config.load()",
            f"{NOT_HERE}write one here, or give its path in STORMTRACKS_HOSTS",
        ),
        (
            "from stormtracks.hosts import deploy; deploy.files()",
            "/.venv/site-packages; run fab in a clone of the repository",
        ),
    ],
)
@pytest.mark.slow
def test_what_only_a_checkout_has_is_refused(elsewhere, program, message):
    done = elsewhere("-c", program)
    assert done.stderr.strip().endswith(message)
    assert re.search(r"^stormtracks\..*(NoCheckout|NothingToDeploy): ", done.stderr, re.MULTILINE)


def test_without_the_checkout_pip_knows_what_is_needed(monkeypatch, tmp_path):
    told = ["numpy<3,>=1.26", "netcdf4<2,>=1.7.5", "pytest<10,>=8; extra == 'dev'"]
    monkeypatch.setattr(packages, "CHECKOUT", tmp_path)
    monkeypatch.setattr(metadata, "requires", {"stormtracks": told}.__getitem__)
    assert packages.needed() == {"numpy": "<3,>=1.26", "netcdf4": "<2,>=1.7.5"}


def test_every_requirement_is_a_name_with_both_bounds_or_a_reason():
    of = r"(; python_version (<|>=) \"[\d.]+\")?"
    known = rf"[\w-]+(>=[\d.]+(,<[\d.]+)?{of}(  # .+)?|==[\d.]+  # .+)"
    for name in ("requirements.txt", "requirements-dev.txt", *map(extras.requirements, extras.EXTRAS)):
        lines = [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")]
        assert [line for line in lines if not re.fullmatch(known, line)] == []


def test_the_tests_have_every_extra():
    there = _lines("requirements-dev.txt")
    for name in extras.EXTRAS:
        assert _lines(extras.requirements(name)) <= there


def _lines(name):
    return {line.partition("  #")[0] for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")}


def test_the_version_stands_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["hatch"]["version"] == {"path": "stormtracks/__init__.py"}
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert cited[1] == stormtracks.__version__


def test_what_ci_names_exists():
    named = re.findall(r"\btests/[\w./]+|\.ci/[\w.]+", "".join(path.read_text() for path in (ROOT / ".ci").iterdir()))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


FAKE = """#!/bin/sh
case "$*" in
    *version_info*) exit {too_old} ;;
    --version) echo "Python {version}" ;;
    *venv*) echo "$*" >>{calls}; mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
    *"-m pip"*) echo "$*" >>{calls}; exit {pip} ;;
    *invoke*) echo "ran" ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    """A machine whose PATH has just what `./inv` uses and the Pythons given; gives what `./inv --list` says there."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in (
        "sh",
        "dirname",
        "sort",
        "sed",
        "cat",
        "cksum",
        "mkdir",
        "rmdir",
        "rm",
        "ln",
        "readlink",
        "uname",
        "cp",
        "id",
        "date",
        "sleep",
        "wc",
        "grep",
        "tail",
    ):
        (programs / tool).symlink_to(*need(tool))
    for name in ("inv", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)

    def pythons_are(pip=0, **pythons):
        for name, version in pythons.items():
            program = programs / name.replace("_", ".")
            too_old = int(tuple(map(int, version.split(".")[:2])) < (3, 11))
            program.write_text(FAKE.format(version=version, too_old=too_old, pip=pip, calls=tmp_path / "calls"))
            program.chmod(0o755)

    def inv(*typed, pip=0, environment=None, terminal=False, **pythons):
        pythons_are(pip, **pythons)
        env = {"PATH": str(programs)} | (environment or {})
        words = [tmp_path / "inv", *(typed or ["--list"])]
        if not terminal:
            done = subprocess.run(words, env=env, capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr
        ours, theirs = pty.openpty()
        done = subprocess.run(words, env=env, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        return done.returncode, os.read(ours, 10000).decode()

    def start():
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen([tmp_path / "inv", "--list"], env={"PATH": str(programs)}, **pipes)

    inv.programs, inv.pythons_are, inv.start = programs, pythons_are, start
    return inv


@pytest.mark.parametrize(
    ("pythons", "taken"),
    [
        ({"python3": "3.11.2"}, "3.11.2"),
        ({"python3": "3.14.4"}, "3.14.4"),
        ({"python3": "3.20.0"}, "3.20.0"),
        ({"python3": "3.11.2", "python3_13": "3.13.1"}, "3.11.2"),
        ({"python3": "3.10.1", "python3_9": "3.9.1", "python3_12": "3.12.1", "python3_14": "3.14.1"}, "3.14.1"),
        ({"python3_12": "3.12.1"}, "3.12.1"),
    ],
)
def test_python3_is_taken_or_the_newest_that_will_do(machine, pythons, taken):
    status, said = machine(**pythons)
    assert status == 0, said
    assert f"making .venv with Python {taken} ..." in said
    assert "ran" in said


def test_a_python_that_does_not_start_is_passed_over(machine):
    (machine.programs / "python3.15").write_text("#!/bin/sh\nexit 127\n")
    (machine.programs / "python3.15").chmod(0o755)
    (machine.programs / "python3.16-config").touch()
    assert "making .venv with Python 3.12.1" in machine(python3_12="3.12.1")[1]


def test_a_python_that_is_named_is_taken(machine):
    said = machine(python3="3.14.1", python3_12="3.12.1", environment={"STORMTRACKS_PYTHON": "python3.12"})[1]
    assert "making .venv with Python 3.12.1" in said


@pytest.mark.parametrize("pythons", [{}, {"python3": "3.10.1", "python3_9": "3.9.1"}])
def test_without_a_python_it_says_which_is_needed(machine, pythons):
    status, said = machine(**pythons)
    assert status == 1
    assert said.startswith("error: Python 3.11 or later is needed; on Debian or Ubuntu: sudo apt install python3")


def test_a_python_too_new_for_a_package_is_told(machine):
    status, said = machine(pip=1, python3="3.15.2")
    assert status == 1
    assert "error: pip could not install requirements.txt for Python 3.15.2, see above; if that Python is too" in said
    assert f"use another one: rm -r {machine.programs.parent}/.venv; STORMTRACKS_PYTHON=python3.NN" in said


@pytest.mark.parametrize(
    ("typed", "file"),
    [
        ("bench list", "requirements.txt"),
        ("bench --help", "requirements.txt"),
        ("bench one_member", "requirements-dev.txt"),
        ("lint", "requirements-dev.txt"),
    ],
)
def test_what_only_prints_needs_no_packages_of_developers(machine, typed, file):
    assert f"installing {file} into .venv" in machine(*typed.split(), python3="3.11.2")[1]


def test_what_pip_says_is_shown_where_it_fails_and_only_there(machine):
    said = machine(pip="$(echo Collecting numpy >&2; echo ERROR: no such package >&2; echo 1)", python3="3.11.2")[1]
    assert "\nERROR: no such package\nerror: pip could not install" in said and "Collecting" not in said


PIP = """$(case $* in *-r*) echo Collecting numpy >&2
echo '  Downloading numpy-2.4.6-cp311-linux.whl (16 MB)' >&2; sleep 0.8
echo Installing collected packages: numpy, scipy >&2; sleep 0.8;; esac; echo 0)"""


@pytest.mark.slow
def test_a_terminal_shows_how_far_it_is(machine):
    status, said = machine(pip=PIP, python3="3.11.2", terminal=True)
    shown = said.split("\r\x1b[K")
    assert status == 0 and "installing requirements.txt into .venv, once: some 45 packages" in shown[0]
    assert any(re.match("requirements.txt: found 1 packages, fetching numpy-2.4.6 .16 MB., ", one) for one in shown)
    assert any(one.startswith("requirements.txt: installed 0 of 2 packages, ") for one in shown)
    assert re.search(r"installed requirements.txt in \d+ s", said)


def test_a_folder_beside_the_package_is_found_in_a_checkout():
    assert checkout.shipped("sample") == ROOT / "sample"
    with pytest.raises(checkout.NoCheckout, match=r"/nothing does not exist.*; run this in a clone of stormtracks$"):
        checkout.shipped("nothing")


def test_setuptools_is_removed_and_pip_brought_up_to_date(machine):
    assert machine(python3="3.11.2")[0] == 0
    calls = (machine.programs.parent / "calls").read_text()
    assert "-m pip uninstall -q -y setuptools wheel" in calls and calls.endswith("--upgrade pip\n")


def test_a_pip_that_cannot_be_brought_up_to_date_is_said(machine):
    status, said = machine(pip="$(case $* in *upgrade*) echo 1;; *) echo 0;; esac)", python3="3.11.2")
    assert status == 0 and "note: pip in .venv could not be brought up to date" in said and "ran" in said


@pytest.mark.slow
def test_of_several_at_once_one_makes_the_environment_and_the_others_wait_for_it(machine):
    machine.pythons_are("$(case $* in *-r*) sleep 0.7;; esac; echo 0)", python3="3.11.2")
    started = [machine.start() for _ in range(4)]
    said = [one.communicate(timeout=30)[0] for one in started]
    assert [one.returncode for one in started] == [0] * 4 and all("ran" in one for one in said), said
    calls = _calls(machine)
    assert (sum("-m venv" in one for one in calls), sum(" -r " in one for one in calls)) == (1, 1)
    (first,) = (at for at, one in enumerate(said) if "making .venv" in one)
    waited = f"waiting for another ./inv, process {started[first].pid}@{os.uname().nodename}, which brings .venv up"
    assert [waited in one for one in said] == [at != first for at in range(4)]
    assert _left(machine) == []


@pytest.mark.slow
def test_of_several_that_find_the_lock_of_a_dead_process_one_takes_it_over(machine):
    machine.pythons_are("$(case $* in *-r*) sleep 0.3;; esac; echo 0)", python3="3.11.2")
    gone = subprocess.Popen(["true"])
    gone.wait()
    (machine.programs.parent / ".venv.lock").symlink_to(f"{gone.pid}@{os.uname().nodename}")
    started = [machine.start() for _ in range(4)]
    assert all("ran" in one.communicate(timeout=30)[0] for one in started)
    assert sum(" -r " in one for one in _calls(machine)) == 1 and _left(machine) == []


def test_a_lock_of_another_machine_is_waited_for(machine):
    lock = machine.programs.parent / ".venv.lock"
    lock.symlink_to("1@elsewhere")
    machine.pythons_are(python3="3.11.2")
    started = machine.start()
    said = started.stdout.readline()
    assert said.endswith(f"1@elsewhere, which brings .venv up to date; if there is none: rm {lock}\n")
    assert _calls(machine) == []
    lock.unlink()
    assert "ran" in started.communicate(timeout=30)[0]


def test_an_environment_that_is_up_to_date_needs_no_lock(machine):
    assert machine(python3="3.11.2")[0] == 0
    (machine.programs.parent / ".venv.lock").symlink_to("1@elsewhere")
    assert machine() == (0, "ran\n")


def test_an_environment_whose_making_broke_off_is_made_again(machine):
    machine.pythons_are(python3="3.11.2")
    program, made = machine.programs / "python3", '"$4/bin/python" ;;'
    program.write_text(program.read_text().replace(made, made.replace(" ;;", "; kill -9 $PPID ;;")))
    assert "ran" not in machine()[1]
    status, said = machine(python3="3.11.2")
    assert status == 0 and "making .venv" in said and "ran\n" in said
    assert _left(machine) == []


@pytest.mark.slow
def test_ctrl_c_gives_the_lock_back(machine):
    machine.pythons_are("$(case $* in *-r*) sleep 2;; esac; echo 0)", python3="3.11.2")
    started = machine.start()
    assert "making" in started.stdout.readline() and "installing" in started.stdout.readline()
    started.send_signal(signal.SIGINT)
    assert "ran" not in started.communicate(timeout=30)[0] and started.returncode == 130
    assert _left(machine) == []


@pytest.mark.slow
def test_where_nothing_can_be_written_it_says_so(machine):
    (machine.programs / "ln").unlink()
    status, said = machine(python3="3.11.2")
    lock = machine.programs.parent / ".venv.lock"
    assert (status, said) == (1, f"error: {lock} cannot be created, so that .venv cannot be brought up to date\n")


def _calls(machine):
    path = machine.programs.parent / "calls"
    return path.read_text().splitlines() if path.exists() else []


def _left(machine):
    """What is left of a lock."""
    return [path.name for path in machine.programs.parent.glob(".venv.*")]


@pytest.mark.parametrize(("ends", "tried"), [("exit 1", [1, 1, 0, 1]), ("kill -9 $$", [1, 1, 1, 1])])
def test_the_kernel_is_compiled_where_its_sources_are_new_or_it_was_killed(machine, ends, tried):
    folder = machine.programs.parent / "stormtracks" / "science" / "kernel"
    folder.mkdir(parents=True)
    (folder / "build.py").touch()
    fake = FAKE.replace("*invoke*)", "*science.kernel*) echo tried >&2; " + ends + " ;;\n    *invoke*)")
    program = machine.programs / "python3"
    program.write_text(fake.format(version="3.11.2", too_old=0, pip=0, calls=machine.programs.parent / "calls"))
    program.chmod(0o755)
    said = []
    for change in ("", "int one;", "int one;", "int two;"):
        (folder / "one.c").write_text(change)
        status, text = machine()
        said.append(text.count("tried"))
        assert status == 0 and "ran\n" in text, text
    assert said == tried

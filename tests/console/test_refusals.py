"""Whatever a person gets wrong is refused in words, never reported as a bug of ours: every command, every option."""

import os
import shlex
from pathlib import Path

import fabric.main
import invoke
import pytest

import fabfile
import tasks
from stormtracks.console import refusing
from stormtracks.science import pipeline
from stormtracks.science.kernel import build

SAMPLE = Path(__file__).resolve().parents[2] / "sample"
DATA, BEST_TRACKS = SAMPLE / "20crv2c_1987", SAMPLE / "ibtracs" / "IBTrACS.NA.v04r00.nc"
PROGRAMS = {
    "inv": invoke.Program(namespace=tasks.namespace, name="inv"),
    "fab": fabric.main.Fab(
        name="fab", executor_class=fabric.main.Executor, config_class=fabric.main.Config, namespace=fabfile.ns
    ),
}
FILES = {
    "text": "x",
    "broken.yaml": "a: [1\nb: {",
    "list.yaml": "- a\n",
    "empty.yaml": "",
    "latin.yaml": "a: é".encode("latin-1"),
    "binary.yaml": bytes(range(256)),
    "unknown.yaml": "treshold: 1\n",
    "types.yaml": "threshold_s1: {a: 1}\nregion: foo\n",
    "numbers.yaml": f"1: 2\nmin_points: {'9' * 5000}\n",
    "keys.yaml": "? [a, b]\n: 2\n",
    "twice.yaml": "linker: nearest\nlinker: motion\n",
    "both.yaml": "threshold: 1e-5\nthreshold_s1: 1e-5\n",
    "loop.yaml": "a: &a [*a]\n",
    "deep.yaml": f"a: {'[' * 1000}{']' * 1000}",
    "tag.yaml": "a: !!python/object:os.system x\n",
    "dataset.yaml": "files: {u: '{year', v: '{member:d:d}'}\n",
    "archives.yaml": "20crv3: {adress: x}\n",
    "hosts.yaml": "nameserver: {host: 127.0.0.1, port: 9}\nworkers:\n  - {name: w, launch: local, data: $UNSET/d}\n",
    "hosts-results.yaml": "results: $UNSET/r\nworkers:\n  - {name: w, launch: local}\n",
    "hosts-port.yaml": "nameserver: {port: 99999}\nworkers:\n  - {name: w}\n",
    "hosts-workers.yaml": "workers:\n  - 3\n",
    "data/junk.nc": b"\0junk" * 100,
    "results/vort_track/1987/member_000.nc": "junk",
    "state/runs/junk.sqlite": "junk" * 1000,
    "tracks.csv": "SID,SEASON\n ,Year\n1,2005\n",
}
YAML = [name for name in FILES if name.endswith(".yaml") and not name.startswith(("hosts", "archives", "dataset"))]
TRACK = "inv track --year 1987 --ensemble-member 0 --data {data} --results {here}/out"
MANAGE = "inv manage --start-year 1987 --members 2 --wait 0.2"
DOWNLOAD = "inv download --dataset 20crv3 --years 1990 --dest {here}/fetched"
PLOT = "inv plot --results {made} --dest {here}/plot.png"
EXPORT = "inv export --results {made} --dest {here}/tracks.csv"
REPORT = "inv report --results {made} --dest {here}/report.html"
SMALL = "inv plant --dest {here}/planted --members 1 --grid 10 --start 2005-08-01 --stop 2005-08-02"


def changed(command, more):
    """A command with some of its options replaced or added: Invoke takes none twice."""
    program, name, *words = shlex.split(command)
    added = shlex.split(more)
    kept = [pair for pair in zip(words[::2], words[1::2], strict=True) if pair[0] not in added]
    return shlex.join([program, name, *(word for pair in kept for word in pair), *added])


WRONG = [
    "inv track",
    "inv track --year x --ensemble-member 0",
    *(changed(TRACK, more) for more in (
        "--year 1900", "--year 99999999", "--year 0", "--year -5", "--year 2025-13-01T00",
        "--year 1987-09-09T00", "--year 1987-09-09T00 --set season=[06-01,12-01]",
        "--ensemble-member 9", "--ensemble-member -1",
        "--data nowhere", "--data {here}/text", "--data {here}/empty", "--data {here}/data", "--data '$UNSET/x'",
        "--data '~no-such-user/x'", "--best-tracks nowhere", "--best-tracks {here}/text",
        "--best-tracks {here}/tracks.csv", "--best-tracks {here}/empty", "--results {here}/text",
        "--results {here}/text/x", "--results /proc/x",
        "--results {here}/results", "--dataset {here}/dataset.yaml", "--dataset {here}/types.yaml",
        "--settings nowhere.yaml", "--settings {here}/empty", "--settings '$UNSET/s.yaml'",
        *(f"--settings {{here}}/{name}" for name in YAML), *(f"--dataset {{here}}/{name}" for name in YAML),
        *(f"--set '{text}'" for text in (
            "foo", "=3", "treshold=1", "threshold_s1=abc", "threshold_s1=NaN", "region=[1,2]", "region=[50,0,1,2]",
            "region={{}}", "season=foo", "linker=foo", "min_points=0", "min_points=1e300", "level_hpa=-1",
        )),
        "--set threshold=1e-5 --set threshold_s1=1e-5",
    )),
    *(f"inv inspect {more}" for more in (
        "nowhere", "'$UNSET/x'", "{data} --year x", "{data} --dataset {here}/dataset.yaml", "{data} --dataset nowhere",
    )),
    "inv extras foo",
    "inv plant",
    *(changed(SMALL, more) for more in (
        "--members x", "--members 0", "--grid 0", "--grid nan", "--grid x", "--start abc", "--start 2005-13-45",
        "--stop 2005-07-01", "--layout foo", "--noise -1", "--seed -1", "--year 99999", "--best-tracks nowhere",
        "--best-tracks {here}/tracks.csv", "--dest {here}/text", "--dest {here}/text/x",
    )),
    "inv download",
    "inv download --dataset foo",
    *(changed(DOWNLOAD, more) for more in (
        "--years soon", "--years 1700", "--years 2005-06-01T00",
        "--variables ../x", "--at-once 9", "--at-once x", "--archives nowhere",
        "--archives {here}/archives.yaml", "--archives {here}/broken.yaml", "--dest {here}/text", "--dest '$UNSET/x'",
        "--dataset era5 --years 1900", "--dataset era5 --dest {here}/text",
    )),
    *(changed(REPORT, more) for more in (
        "--dest a.pdf", "--dest no/a.html", "--years 1900", "--years x", "--years 1987-09-09T00",
        "--run nowhere", "--run junk", "--port x",
        "--live --port 99999", "--live --port -5", "--best-tracks nowhere", "--best-tracks {here}/tracks.csv",
        "--against nowhere", "--against {here}/text", "--against {here}/empty", "--against '$UNSET/x'",
        "--live --against {made}", "--against {made} --members 99",
    )),
    *(changed(EXPORT, more) for more in (
        "", "--format foo", "--format csv --dest no/a.csv", "--format csv --dest {here}/text",
        "--format csv --members 99",
        "--format csv --members x", "--format csv --years 1900",
        "--format csv --years 1987-09-09..1987-09-11", "--format csv --dest {here}/empty",
    )),
    *(f"inv summary --results {{made}} {more}" for more in ("--by foo", "--top x", "--top -3", "--years 1900")),
    *(f"inv compare {{made}} {more}" for more in ("nowhere", "{made} --top x", "{here}/text", "{made} --years x")),
    *(f"inv classify {more}" for more in ("--members x", "--results nowhere", "--results {made} --fit 1987")),
    *(f"inv verify {more}" for more in ("--results nowhere", "--results '$UNSET/r'", "--run nowhere", "--run junk")),
    *(changed(PLOT, more) for more in (
        "--kind foo", "--region 1,x,3,4", "--region 1,2", "--region 0,0,0,0", "--region nan,0,0,0", "--region 50,0,1,2",
        "--member 99", "--member x", "--kind storm", "--kind storm --storm FOO", "--kind field",
        "--kind field --time soon", "--kind field --time NaT", "--kind field --time 1987-09-10 --member 7",
        "--kind field --time 1987-09-10 --data nowhere", "--kind field --time 1987-09-10 --data {here}/data",
        "--dest a.xyz", "--dest no/a.png", "--years 1900", "--years 1987,1988", "--kind density --years 1900",
    )),
    *(changed(command, f"--results {folder}") for folder in ("nowhere", "{here}/text", "{here}/results", "'$UNSET/r'")
      for command in (REPORT, "inv summary", "inv summary --by consensus", changed(EXPORT, "--format csv"), PLOT)),
    "inv manage",
    "inv manage --start-year 1987",
    *(changed(MANAGE, f"--results {text}") for text in ("..", "/etc", ".hidden", "'$UNSET/r'")),
    *(changed(MANAGE, more) for more in (
        "", "--start-year x", "--start-year -5", "--start-year 99999", "--members 0", "--end-year 1980", "--task foo",
        "--timeout -1", "--timeout x", "--timeout nan", "--halt x", "--halt 0%", "--retries -1",
        "--retries x", "--set foo", "--set treshold=1",
        "--set threshold_s1=abc", "--hosts nowhere", "--run ../x", *(f"--settings {{here}}/{name}" for name in YAML),
        "--starts 2025-06-01T00",
    )),
    *(f"inv manage --members 2 --wait 0.2 --starts {more}" for more in (
        "2025", "2025-13-01", "x", "../x", "2025-06-01..2025-06-30", "2025-06-30..2025-06-01/7d", "2025-06-01/7d",
        "2025-06-01 --set season=[06-01,12-01]", "2025-06-01 --end-year 2025",
    )),
    "inv status",
    "inv status --run nowhere",
    "inv status --run junk",
    "inv bench foo",
    "inv chaos --minutes x",
    "inv demo --results '$UNSET/x'",
    "fab check --hosts nowhere.yaml",
    "fab check --hosts '$UNSET/h.yaml'",
    *(f"fab check --hosts {{here}}/{name}" for name in (*YAML, "hosts-port.yaml", "hosts-workers.yaml")),
    *(f"fab {command} --hosts {{here}}/hosts.yaml {more}" for command, more in (
        ("check", "--only nobody"), ("deploy", "--wheels nowhere"), ("workers", "--at-once x"), ("logs", "--lines nan"),
        ("start-workers", "--wait inf"), ("stop-workers", "--patience -1"), ("collect", "--to '$UNSET/x'"),
        ("collect", "--results .."), ("upgrade", "--only nobody"),
        ("trust-hosts", "--only nobody"), ("push-key", "--only nobody"), ("renew-key", "--only nobody"),
    )),
]  # fmt: skip


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder of files that are wrong in as many ways."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "empty").mkdir()
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.fixture(scope="module")
def made(here):
    """A folder with one result."""
    setup = {"data": str(DATA), "results": str(here / "made"), "best_tracks": str(BEST_TRACKS)}
    pipeline.run_task(1987, 0, "vort_track", setup)
    return here / "made"


@pytest.fixture
def refused(here, made, capfd, monkeypatch):
    """Gives a function that runs a command in this process: (exit status, what it wrote to standard error)."""
    monkeypatch.delenv("UNSET", raising=False)
    monkeypatch.setenv("STORMTRACKS_HOME", str(here / "state"))
    monkeypatch.setenv("STORMTRACKS_SECRET", str(here / "state" / "secret.pem"))
    monkeypatch.chdir(SAMPLE.parent)

    def run(line, hosts="hosts.yaml"):
        monkeypatch.setenv("STORMTRACKS_HOSTS", str(here / hosts))
        words = shlex.split(line.format(here=here, made=made, data=DATA))
        with pytest.raises(SystemExit) as ended:
            PROGRAMS[words[0]].run(words)
        return ended.value.code, capfd.readouterr().err

    return run


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_is_refused_and_no_bug(refused, line):
    status, said = refused(line)
    assert status in (1, 2, 3), said
    assert said.strip() and not any(words in said for words in ("Traceback", "bug in stormtracks", "No idea what"))


@pytest.mark.parametrize(
    "hosts", ["nowhere.yaml", "hosts-results.yaml", "hosts-port.yaml", "hosts-workers.yaml", *YAML]
)
@pytest.mark.parametrize("line", ["inv track --year 1987 --ensemble-member 0", "inv summary", MANAGE, "inv nameserver"])
def test_a_wrong_hosts_file_is_refused_and_no_bug(refused, line, hosts):
    status, said = refused(line, hosts)
    assert status in (1, 2) and said.startswith("error: ") and "bug in stormtracks" not in said, said


@pytest.mark.parametrize(
    ("line", "status"),
    [
        *((line, 2) for line in ("inv nothing", "inv status --rnu x", "fab check --onyl w", "inv inspect")),
        *((line, 2) for line in (
            "inv track", "inv summary --by foo --results {made}", "inv plot --kind foo --results {made}",
            "inv track --year x --ensemble-member 0", "inv bench foo", "inv download --dataset foo",
            SMALL + " --layout x", TRACK + " --set foo=1", "inv manage --start-year x",
            "fab check --hosts {here}/hosts-port.yaml",
            "fab workers --hosts {here}/hosts.yaml --at-once x", "inv summary --hosts {here}/hosts-results.yaml",
        )),
        *((line, 1) for line in (
            changed(TRACK, "--data nowhere"), changed(TRACK, "--year 1900"), "inv status --run nowhere",
            "inv plot --results {made} --years 1900",
        )),
    ],
)  # fmt: skip
def test_the_exit_status_is_2_for_a_value_that_is_refused(refused, line, status):
    found, said = refused(line)
    assert found == status, said


READERS = {
    "nameserver": "", "track": "--year 1987 --ensemble-member 0", "summary": "", "plot": "", "report": "",
    "export": "--format csv", "manage": "--start-year 1987 --members 1",
}  # fmt: skip
"""The commands that read hosts.yaml, with what they need besides."""


@pytest.mark.parametrize("command", READERS)
def test_another_hosts_file_can_be_given(refused, here, command):
    name = os.environ.get("STORMTRACKS_HOSTS")
    status, said = refused(f"inv {command} {READERS[command]} --hosts {{here}}/hosts-port.yaml")
    assert status == 2 and said.startswith(f"error: {here}/hosts-port.yaml") and "99999" in said
    status, said = refused(f"inv {command} {READERS[command]} --hosts '$UNSET/x'")
    assert status == 2 and said.startswith("error: --hosts: $UNSET/x: the variable $UNSET is not set")
    assert name != os.environ["STORMTRACKS_HOSTS"] == str(here / "hosts.yaml")  # as it was before the command


@pytest.mark.parametrize(
    ("line", "needed"),
    [("test", "pytest"), ("lint", "ruff"), ("docs", "Sphinx"), ("bench report_page", "selenium")],
)
def test_without_the_packages_that_a_command_needs_one_line_says_what_installs_them(refused, monkeypatch, line, needed):
    monkeypatch.setattr(tasks, "_installed", lambda package: package != needed)
    said = f"error: {needed} is not installed here; run ./inv {line}, which installs what it needs first\n"
    assert refused(f"inv {line}") == (1, said)


def test_what_commands_need_is_what_is_installed_for_them():
    listed = (SAMPLE.parent / "requirements-dev.txt").read_text()
    assert all(f"\n{name}>=" in listed for names in tasks.NEEDED.values() for name in names)


def test_an_error_of_the_system_is_said_without_its_number(refused):
    status, said = refused(changed(SMALL, "--dest {here}/text/x"))
    assert status == 1 and "Not a directory" in said and "Errno" not in said


def test_every_command_is_tried():
    tried = {line.split()[1] for line in WRONG} | {"nameserver"}
    commands = {name.replace("_", "-") for name in (*tasks.namespace.task_names, *fabfile.ns.task_names)}
    without = {"stop-nameserver", "build-kernel", "test", "lint", "docs"}  # no option of them can be wrong
    assert commands - tried == without
    assert os.EX_SOFTWARE not in (1, 2, 3)


def test_a_closed_standard_output_is_no_bug(monkeypatch, capsys):
    monkeypatch.setattr(refusing.sys, "stdout", None)
    with pytest.raises(SystemExit) as ended:
        refusing.refusing(lambda: None)()
    assert ended.value.code == 1 and "standard output is closed" in capsys.readouterr().err


def test_a_kernel_that_was_asked_for_and_cannot_be_compiled_is_an_error(monkeypatch, capsys):
    monkeypatch.setattr(build, "is_sound", lambda library: False)  # as where it was never compiled
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(SystemExit) as ended:
        tasks.build_kernel(invoke.Context())
    said = capsys.readouterr().err
    assert ended.value.code == 1 and said.startswith("error: no C compiler: CC=no-such-compiler is not found")

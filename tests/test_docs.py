"""Every command that the README and the pages show: understood as typed, and run where the sample is enough."""

import os
import re
import socket
import subprocess
import sys

import fabric.main
import invoke
import pytest
import shown
from invoke.exceptions import ParseError
from invoke.parser import Parser
from needs import need

import fabfile
import tasks
from stormtracks import config, lined_yaml
from stormtracks.console import command_line
from stormtracks.download import archives
from stormtracks.science import pipeline
from stormtracks.science.reanalysis import Dataset
from stormtracks.science.settings import Settings
from stormtracks.science.summary import summarise_list

PROGRAMS = {
    "inv": invoke.Program(namespace=tasks.namespace, name="inv"),
    "fab": fabric.main.Fab(name="fab", executor_class=fabric.main.Executor, config_class=fabric.main.Config),
}
COLLECTIONS = {"inv": tasks.namespace, "fab": fabfile.ns}
MEASURED = {"architecture.md", "performance.md", "reliability.md", "security.md", "skill.md"}
"""Pages of measurements: what they show takes minutes or needs root, and is parsed only."""
ON_SLURM = "tutorial-slurm.md"
RUN = [
    name
    for name in sorted(shown.PAGES.keys() - MEASURED - {ON_SLURM})
    if any(block.reason is None for block in shown.blocks(name, "sh", "console"))
]
THOROUGH = pytest.mark.thorough
MADE_UP = ("tutorial-year.md", "looking.md")  # planted storms: the last digit depends on the version of numpy


def understood(words):
    """Parse a command as `inv` and `fab` do; raises ParseError for an unknown command or option."""
    contexts = COLLECTIONS[words[0]].to_contexts()
    return Parser(contexts=contexts, initial=PROGRAMS[words[0]].initial_context).parse_argv(words[1:])


@pytest.mark.slow
@pytest.mark.parametrize("page", shown.PAGES)
def test_every_command_is_one(page):
    for words in shown.typed(page):
        understood(words)
    for words in shown.named(page):
        if "COMMAND" not in words:
            named(words)


def named(words):
    """Parse a command that running text names, which may leave out the values that it needs."""
    try:
        understood(words)
    except command_line.Refused as refused:
        if " needs " not in str(refused):
            raise


@pytest.mark.parametrize("line", ["inv track --yaer 1987", "inv trakc", "fab check --onyl w1", "inv status stauts"])
def test_a_misspelt_command_or_option_is_noticed(line):
    with pytest.raises(ParseError):
        understood(line.split())


def test_the_pages_show_every_command():
    told = {words[1] for page in shown.PAGES for words in shown.calls(page) if len(words) > 1}
    there = {context.name for collection in COLLECTIONS.values() for context in collection.to_contexts()}
    assert there - told == set()


@pytest.fixture
def checkout(tmp_path):
    """A folder with the checkout's files, but a nameserver's port, results and state of its own."""
    for name in ("tasks.py", "fabfile.py", "stormtracks", "sample"):
        (tmp_path / name).symlink_to(shown.ROOT / name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    text = (shown.ROOT / "hosts.yaml").read_text()
    (tmp_path / "hosts.yaml").write_text(re.sub(r"^  port: \d+", f"  port: {port}", text, flags=re.MULTILINE))
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    for program, module in (("inv", "invoke"), ("fab", "fabric")):
        (bin_folder / program).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (bin_folder / program).chmod(0o755)
    yield tmp_path
    run(tmp_path, "fab stop-workers --now; inv stop-nameserver")


def run(folder, line):
    """What a person in this folder gets for a line."""
    here = {"STORMTRACKS_HOME": str(folder / "state"), "STORMTRACKS_SECRET": str(folder / "state" / "secret.pem")}
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STORMTRACKS_")}
    env = {**kept, **here, "PATH": path, "COLUMNS": "160"}
    line = re.sub(r"^\./(inv|fab)\b", r"\1", line)
    return subprocess.run([*need("bash"), "-c", line], cwd=folder, env=env, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", [n if n == "README.md" else pytest.param(n, marks=THOROUGH) for n in RUN])
def test_commands_do_what_the_page_shows(page, checkout):
    do(page, checkout)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.slurm
@pytest.mark.timeout(600)
def test_the_lesson_on_slurm_does_what_it_shows(checkout, slurm):
    here = checkout / "hosts.yaml"
    port = re.search(r"^  port: \d+", here.read_text(), re.MULTILINE)[0]
    text = next(block.text for block in shown.blocks(ON_SLURM, "yaml") if "sample" in block.text)
    here.write_text(re.sub(r"^  port: \d+", port, re.sub(r"host: \S+", "host: 127.0.0.1", text), flags=re.MULTILINE))
    (script,) = shown.blocks(ON_SLURM, "bash")
    (checkout / "run.sh").write_text(script.text)
    (checkout / "bin" / "hostname").write_text("#!/bin/sh\necho 127.0.0.1\n")  # all nodes are on loopback here
    (checkout / "bin" / "hostname").chmod(0o755)
    do(ON_SLURM, checkout)


def do(page, checkout):
    """Type all that a page shows, block after block, and hold what it writes against the page."""
    for block in shown.blocks(page, "sh", "console"):
        for command, expected in [] if block.reason else block.steps():
            done = run(checkout, command)
            assert done.returncode == 0, f"{page}: {command}\n{done.stdout}{done.stderr}"
            if expected is not None:
                assert_fits(expected, done.stdout, page in MADE_UP)
    for block in shown.blocks(page, "python"):
        script = [sys.executable, "-c", block.text]
        assert block.reason or not subprocess.run(script, cwd=checkout, timeout=60).returncode, block.text


NUMBER = r"-?\d+(?:\.\d+)?"


def assert_fits(expected, got, made_up):
    """Whether an output is as shown, where `...` stands for anything and times, pids and ports differ.

    Where storms are made up, numbers may differ by 3 % and by two units of the last digit, but not by more: a page that
    was left behind shows.
    """
    wanted, found = (_plain(text) for text in (expected, got))
    if not made_up:
        pattern = re.escape(wanted).replace(r"\.\.\.", ".*")
        assert re.fullmatch(pattern, found, re.DOTALL), f"shown:\n{wanted}\n\nis:\n{found}"
        return
    parts = re.split(f"({NUMBER})", wanted.replace("...", "\0"))
    pattern = "".join(f"({NUMBER})" if i % 2 else re.escape(part).replace("\0", ".*") for i, part in enumerate(parts))
    fits = re.fullmatch(pattern, found, re.DOTALL)
    assert fits, f"shown:\n{wanted}\n\nis:\n{found}"
    for told, now in zip(parts[1::2], fits.groups(), strict=True):
        digit = 10.0 ** -len(told.partition(".")[2])
        most = max(2.001 * digit, 0.03 * abs(float(told)))
        assert abs(float(told) - float(now)) <= most, f"{told} is {now}:\n{found}"


def _plain(text):
    for what, word in (
        (r"pid \d+(, \d+)*", "pid N"), (r"\d\d:\d\d:\d\d", "TIME"), (r":\d{4,5}\b", ":PORT"),
        (r"\d+(\.\d+)? (ms|s)\b", "N s"), (r"\d+ slot\(s\)", "N slots"), (r"\d+ slots", "N slots"),
        (r"\d+\.\d+ times one slot", "N times one slot"), ("s by NumPy", "s by the kernel"),
    ):  # fmt: skip
        text = re.sub(what, word, text)
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


@pytest.mark.parametrize(
    ("shown", "is_now", "fits"),
    [
        ("508 tracks ... km", "527 tracks at 3 km", False),
        ("525 tracks ... km", "527 tracks at 3 km", True),
        ("POD 0.94 (0.90-1.00)", "POD 0.95 (0.88-1.00)", True),
        ("POD 0.94", "POD 0.90", False),
        ("x ... 31 90", "x 123 31 90", True),
        ("2 members", "2 member", False),
    ],
)
def test_made_up_figures_may_differ_a_little(shown, is_now, fits):
    if fits:
        assert_fits(shown, is_now, made_up=True)
    else:
        with pytest.raises(AssertionError):
            assert_fits(shown, is_now, made_up=True)


@pytest.mark.slow
def test_what_the_pages_tell_of_the_sample_is_what_is_in_it(tmp_path):
    """Figures in running text, which no command of the page prints as they stand there."""
    setup = {"data": str(shown.ROOT / "sample/20crv2c_1987"), "results": str(tmp_path)}
    setup["best_tracks"] = str(shown.ROOT / "sample/ibtracs/IBTrACS.NA.v04r00.nc")
    done = [
        [pipeline.run_task(1987, member, task, setup)["counts"] for task in pipeline.TASKS][-1] for member in range(5)
    ]
    tracks, listed = sum(one["tracks"] for one in done), sum(one["tc"] for one in done)
    (cindy,) = [storm for storm in summarise_list(tmp_path, "tc").storms if storm.name == "CINDY"]
    texts = {name: " ".join(shown.PAGES[name].read_text().split()) for name in ("README.md", "tutorial-sample.md")}
    lesson = texts["tutorial-sample.md"]
    assert f"{listed} of {tracks} tracks" in texts["README.md"]
    assert f"A member has {tracks / 5:.0f} tracks on average, and {listed / 5:.1f} of them" in lesson
    assert f"Cindy is on average {cindy.distance_km:.0f} km from its best track" in lesson


@pytest.mark.parametrize(
    ("page", "told", "row"),
    [
        (
            "tutorial-year.md",
            r"have (\d+) times in common, on average (\d+) km",
            r"KATRINA +\.\.\. +(\d+) +(\d+)",
        ),
        ("tutorial-year.md", r"(\d+) tracks are not \d+ storms", r"maxima, (\d+) tracks"),
    ],
)
def test_running_text_has_the_figures_of_the_page_s_own_run(page, told, row):
    text = shown.PAGES[page].read_text()
    assert re.search(told, text).groups() == re.search(row, text).groups()


def _yaml_blocks():
    return [(page, block.text) for page in shown.PAGES for block in shown.blocks(page, "yaml")]


@pytest.mark.parametrize(("page", "text"), _yaml_blocks())
def test_every_yaml_file_is_accepted(page, text, tmp_path):
    path = tmp_path / "shown.yaml"
    path.write_text(text)
    if "workers" in lined_yaml.read(path):
        config.load(path)
        return
    content = config.load_dataset(path)
    if {"files", "variables", "level", "grid"} & set(content):
        Dataset.from_mapping(content, page)
    elif any("://" in str(value) for value in content.values()):
        assert all(archives.items(archives.archive(name, content), [1990]) for name in content)
    else:
        Settings.from_mapping(content, page)


@pytest.mark.parametrize("page", shown.PAGES)
def test_python_is_python(page):
    for block in shown.blocks(page, "python"):
        compile(block.text, page, "exec")


@pytest.mark.slow
def test_the_stages_in_a_notebook_find_what_the_page_says():
    *_, block = shown.blocks("notebook.md", "python")
    program = block.text + "print(grid)"
    done = subprocess.run([sys.executable, "-c", program], cwd=shown.ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("CINDY ")
    assert f"`{done.stdout.splitlines()[-1]}`" in shown.PAGES["notebook.md"].read_text()


@pytest.mark.slow
def test_an_open_folder_in_a_notebook_shows_what_the_page_shows(tmp_path, monkeypatch):
    from stormtracks.science import pipeline

    inputs = {"data": "sample/20crv2c_1987", "best_tracks": str(shown.ROOT / "sample/ibtracs/IBTrACS.NA.v04r00.nc")}
    setup = {**inputs, "data": str(shown.ROOT / inputs["data"]), "results": str(tmp_path / "results" / "demo")}
    for task in pipeline.TASKS:
        for member in range(5):
            pipeline.run_task(1987, member, task, setup)
    monkeypatch.chdir(tmp_path)
    names, shows = {}, 0
    *blocks, _ = shown.blocks("notebook.md", "python")
    for block in blocks:
        if block.reason:
            continue
        exec(block.text, names)
        for line in re.findall(r"^(\S+)  # (<.+>)$", block.text, re.MULTILINE):
            assert repr(eval(line[0], names)) == line[1]
            shows += 1
    assert shows == 5 and (tmp_path / "cindy.pdf").stat().st_size > 5000
    assert str(names["points"].track_id[0]) in shown.PAGES["notebook.md"].read_text()
    assert len(names["heads"]) == len(names["lines"]) == names["data"].sizes["trajectory"] == 64


@pytest.mark.parametrize(("module", "file"), [("invoke", "tasks"), ("fabric", "fabfile")])
def test_outside_a_checkout_the_commands_say_what_the_page_says(module, file, tmp_path):
    line = [sys.executable, "-m", module, "manage"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, f"Can't find any collection named '{file}'!\n")
    assert f"'{file}'" in shown.PAGES["install.md"].read_text()


def test_shell_completion_knows_commands_and_options():
    line = 'source <({0} -m invoke --print-completion-script bash); invoke() {{ {0} -m invoke "$@"; }}; '
    ask = "COMP_WORDS=(inv track --ye); _complete_invoke inv --ye track; echo ${COMPREPLY[@]}"
    done = subprocess.run(
        [*need("bash"), "-c", line.format(sys.executable) + ask],
        cwd=shown.ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout.split() == ["--year"], done.stderr

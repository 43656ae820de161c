"""What every command of `inv` and `fab` says of itself, and how it refuses what it does not know."""

import os
import shlex
import subprocess
import sys

import fabric.main
import invoke
import pytest
from invoke.parser import Parser

import fabfile
import tasks
from stormtracks.checkout import CHECKOUT
from stormtracks.console import command_line
from stormtracks.console.command_line import Refused, Wrong, option_rows, speak, usage

COLLECTIONS = {"inv": tasks.namespace, "fab": fabfile.ns}
PROGRAMS = {
    "inv": invoke.Program(namespace=tasks.namespace, name="inv"),
    "fab": fabric.main.Fab(name="fab", executor_class=fabric.main.Executor, config_class=fabric.main.Config),
}
COMMANDS = {
    f"{program} {context.name}": (context, collection[context.name])
    for program, collection in COLLECTIONS.items()
    for context in collection.to_contexts()
}
OPTIONS = [
    (name, typed, text)
    for name, (context, _) in COMMANDS.items()
    for typed, text in option_rows(context)
]  # fmt: skip
WITHOUT = ("needed", "several times", "as in hosts.yaml")


def parse(line):
    program, *words = shlex.split(line)
    speak(program)
    contexts = COLLECTIONS[program].to_contexts()
    return Parser(contexts=contexts, initial=PROGRAMS[program].initial_context).parse_argv(words)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_an_example_that_it_takes(name):
    (example,) = [line for line in (COMMANDS[name][1].__doc__ or "").splitlines() if "Example: " in line]
    line = example.partition("Example: ")[2].strip()
    assert line.startswith(name)
    parse(line)


@pytest.mark.parametrize(("name", "typed", "text"), OPTIONS)
def test_each_option_says_its_type_and_its_default_or_that_it_is_needed(name, typed, text):
    assert text, name
    if " " in typed:
        assert "default: " in text or "needed" in text


def test_a_letter_means_one_thing_in_all_commands():
    letters = [
        (letter, argument.name)
        for context, _ in COMMANDS.values()
        for argument in context.args.values()
        for letter in argument.names
        if len(letter) == 1
    ]
    assert set(letters) == {("H", "only")}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "inv nameserver --hsots x",
            "inv nameserver has no option '--hsots'; did you mean '--hosts'? see inv nameser",
        ),
        (
            "inv track --member 1",
            "inv track has no option '--member'; did you mean '--ensemble-member'? see inv track",
        ),
        ("inv lint --hosts x", "inv lint has no option '--hosts'; see inv lint --help"),
        ("inv trakc", "there is no command 'trakc'; did you mean 'track'? inv --list shows all"),
        ("inv --hosts x status", "'--hosts' stands before a command; write it behind: inv COMMAND --hosts"),
        ("inv status --run", "inv status: --run needs a value; see inv status --help"),
        ("inv inspect", "inv inspect needs FOLDER; see inv inspect --help"),
        ("inv inspect ''", "inv inspect: FOLDER is empty; give a value; see inv inspect --help"),
        ("inv summary --region=", "inv summary: --region is empty; give a value, or leave it out; see inv summary"),
        ("inv summary --genesis-region ' '", "inv summary: --genesis-region is empty; give a value"),
        ("inv track --set=", "inv track: --set is empty; give a value"),
        ("inv summary --by year --by member", "inv summary: --by is given twice; give it once; see inv summary --help"),
        ("fab check --only=", "fab check: --only is empty; give a value, or leave it out; see fab check --help"),
        ("fab check -H w1 --only w2", "fab check: --only is given twice"),
        ("inv status stauts", "inv status cannot take 'stauts': options begin with --"),
        ("fab check --onyl w1", "fab check has no option '--onyl'; did you mean '--only'? see fab check --help"),
    ],
)
def test_what_is_not_known_is_refused_by_the_command_and_says_what_is_near(line, message):
    with pytest.raises(Refused) as refused:
        parse(line)
    assert str(refused.value).startswith(f"error: {message}") and refused.value.code == 2


def test_what_may_be_given_several_times_or_be_empty_is():
    track = parse("inv track --set min_points=3 --set linker=motion")[-1]
    assert track.args["set"].value == ["min_points=3", "linker=motion"]
    assert parse("inv plot --title=")[-1].args["title"].value == ""
    assert parse("inv summary --json --json")[-1].args["json"].value is True


def test_a_command_adds_its_own_help_to_what_it_refuses():
    @command_line.command
    def some_thing(context):
        """Do it."""
        raise Wrong("--year is missing")

    with pytest.raises(invoke.Exit) as refused:
        some_thing(invoke.Context())
    assert (refused.value.message, refused.value.code) == (
        "error: --year is missing; see inv some-thing --help", 2
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "line"), [("inv inspect", "inv inspect FOLDER [options]"), ("fab check", "fab check")]
)
def test_usage_names_the_program_and_what_is_needed(name, line):
    speak(name.split()[0])
    assert usage(COMMANDS[name][0]).startswith(line)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_help_fits_the_terminal(width):
    for name, (context, _) in COMMANDS.items():
        assert all(len(line) <= width for line in command_line._columns(option_rows(context), width)), name


@pytest.mark.parametrize("line", ["inv compare --help", "inv compare results --help", "inv extras --help"])
def test_help_is_no_value_of_a_place(line):
    program, command, *_ = line.split()
    speak(program)
    contexts = COLLECTIONS[program].to_contexts()
    parsed = Parser(contexts=contexts, initial=PROGRAMS[program].initial_context).parse_argv(line.split()[1:])
    assert parsed[0].args["help"].value == command


@pytest.mark.parametrize("words", ["invoke track --help", "invoke --list", "fabric --list", "fabric deploy --help"])
def test_help_that_nobody_reads_to_its_end_is_no_bug(words):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", *words.split()]
    done = subprocess.run(command, cwd=CHECKOUT, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")

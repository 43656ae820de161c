"""What somebody who types `fab` meets first."""

import importlib

import pytest
from fab import Operator

import fabfile

COMMANDS = [
    "check",
    "collect",
    "deploy",
    "logs",
    "push-key",
    "renew-key",
    "start-workers",
    "stop-workers",
    "trust-hosts",
    "upgrade",
    "workers",
]


@pytest.fixture
def operator(tmp_path):
    made = Operator(tmp_path)
    made.configure({"workers": [{"name": name, "launch": "local", "data": "."} for name in ("a", "b", "c")]})
    return made


def test_the_list_is_the_table_of_contents(operator):
    listed = operator.fab("--list").stdout.splitlines()
    assert [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "] == COMMANDS


def test_every_command_takes_a_hosts_file_and_names_and_explains_each_option():
    fresh = importlib.reload(fabfile).ns  # Invoke gives the words of help once, to the first who asks for arguments
    assert sorted(fresh.task_names) == COMMANDS
    for name in COMMANDS:
        arguments = {argument.names: argument.help for argument in fresh[name].get_arguments()}
        assert {("hosts",), ("only", "H")} <= set(arguments)
        assert all(arguments.values()), name


@pytest.mark.parametrize("words", [["workers", "--only", "c,a"], ["workers", "-H", "c,a"], ["-H", "c,a", "workers"]])
def test_some_hosts_only(operator, words):
    done = operator.fab(*words)
    assert done.returncode == 0, done.stdout
    assert [line.split()[0] for line in done.stdout.splitlines() if line.split()[1:3] == ["not", "running"]] == [
        "c",
        "a",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "--only", "aa"], "error: {hosts}: unknown host 'aa'; did you mean 'a'?"),
        (["check", "--hosts", "/no/hosts.yaml"], "error: /no/hosts.yaml: cannot be read (No such file or directory)"),
        (["logs", "--lines", "many"], "error: --lines must be a number above 0, not 'many'"),
        (["check", "--at-once", "0"], "error: --at-once must be a number above 0, not '0'"),
    ],
)
def test_what_is_refused_is_one_line_and_status_1(operator, words, said):
    done = operator.fab(*words)
    assert done.returncode != 0
    assert said.format(hosts=operator.hosts) in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.slow
def test_a_host_of_this_machine_needs_no_ssh(operator):
    said = operator.fab("check").stdout
    assert said.count("data: no year can be read in") == 3

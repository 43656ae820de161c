"""Ask a host for an action of the package `on_host`: the request, and what its answer, or none, means."""

import contextlib
import dataclasses
import itertools
import json
import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from stormtracks import commands, version
from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts.bounded_output import ANSWER_BYTES, SLOW_SECONDS, BoundedOutput
from stormtracks.hosts.errors import HostFault
from stormtracks.hosts.links import Link
from stormtracks.hosts.shape import misfit
from stormtracks.hosts.shell_process import Done
from stormtracks.on_host.answers import MARK, SHAPES

ON_HOST = Path(__file__).resolve().parents[1] / "on_host"
MOST_BRACKETS = 100_000
"""In an answer: each becomes an object of some hundred bytes. An honest answer has a few for each task or finding."""
_OWN_SIDE = ("address", "user", "port", "jump", "identity", "forward_agent", "launch", "base_python")
_UNSET = re.compile(rf"\b(\w+): {commands.NOT_SET}\s*$", re.MULTILINE | re.ASCII)


class BugOnHost(Exception):
    """An unexpected error of an action on a host; its cause is the traceback from there."""

    def __init__(self, worker: WorkerHost, what: str, traceback: str) -> None:
        super().__init__(f"{what} (on {worker.name})")
        self.what = what
        self.__cause__ = TracebackThere(traceback)


class TracebackThere(Exception):
    """A traceback of another process, as text."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def request(cluster: Cluster, worker: WorkerHost, **more: object) -> dict[str, Any]:
    """The request to an action: the host's part of hosts.yaml, the version of our code, and what the action needs."""
    described = {key: value for key, value in dataclasses.asdict(worker).items() if key not in _OWN_SIDE}
    return {
        **described,
        "local": worker.local,
        "base": str(cluster.folder) if worker.local else worker.code,
        "nameserver": dataclasses.asdict(cluster.nameserver),
        "version": version.code_version(),
        **more,
    }


def ask(link: Link, worker: WorkerHost, action: str, asked: dict[str, Any], seconds: float = 60.0) -> Any:
    """The answer of an action.

    Parameters
    ----------
    asked : dict
        From `request`.
    seconds : float
        Time that it may take.

    Returns
    -------
    One of the answers of `on_host.answers`, as the action's module says.

    Raises
    ------
    HostFault
        The host has no code or no python, or refuses; the message says what to do.
    BugOnHost
    """
    line = commands.on_host(action, worker.code, worker.python)
    return shaped(answer(link.run(line, [_line(asked)], seconds), worker), SHAPES[action])


def ask_program(
    link: Link,
    worker: WorkerHost,
    program: str,
    asked: dict[str, Any],
    chunks: Iterable[bytes] = (),
    seconds: float = 60.0,
) -> Any:
    """The answer of a program of `on_host` that needs none of our code; `chunks` are what it reads."""
    text = (ON_HOST / f"{program}.py").read_bytes()
    sent = (b"%d\n" % len(text), text, _line(asked))
    done = link.run(commands.send_program(worker.base_python), itertools.chain(sent, chunks), seconds)
    if done.status == commands.NO_PYTHON:
        raise HostFault(
            f"no {worker.base_python} on the host: install Python 3.11 or later, or set 'base_python' in hosts.yaml"
        )
    return answer(done, worker)


@contextlib.contextmanager
def stream(
    link: Link, worker: WorkerHost, action: str, asked: dict[str, Any], seconds: float | None = SLOW_SECONDS
) -> Iterator[tuple[BoundedOutput, Any]]:
    """What an action streams, and its first answer; its process ends with the block. `seconds`: see `BoundedOutput`."""
    process = link.open(commands.on_host(action, worker.code, worker.python))
    with BoundedOutput(process, seconds) as output:
        process.stdin.write(_line(asked))
        process.stdin.flush()
        yield output, _first_answer(output, worker, SHAPES.get(action, Any))


def _first_answer(output: BoundedOutput, worker: WorkerHost, kind: Any) -> Any:
    left = ANSWER_BYTES
    while line := output.line(left):
        if MARK in line:
            return shaped(parsed(line, worker), kind)
        left -= len(line)
    raise unanswered(output.process.finish(), worker)


def answer(done: Done, worker: WorkerHost) -> Any:
    """The answer in what a process wrote."""
    if MARK not in done.output:
        raise unanswered(done, worker)
    return parsed(done.output, worker)


def parsed(output: bytes, worker: WorkerHost) -> Any:
    """The answer behind the mark.

    Raises
    ------
    HostFault
        The action refused.
    BugOnHost
    """
    text = output.partition(MARK)[2].partition(b"\n")[0]
    if text.count(b"[") + text.count(b"{") > MOST_BRACKETS:
        raise HostFault("the answer has more parts than any action gives: run fab deploy, then check what runs there")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HostFault("the answer was cut off: the connection or the process ended; try again") from error
    if not isinstance(found, dict):
        raise HostFault(f"the answer is {found!r:.60}, which no action gives: run fab deploy")
    if "error" in found:
        raise HostFault(str(found["error"]))
    if "bug" in found:
        raise BugOnHost(worker, str(found["bug"]), str(found.get("traceback")))
    return found


def shaped(found: Any, kind: Any) -> Any:
    """An answer, once it has the shape that the action's answers have; `HostFault` where it has another one."""
    odd = misfit(found, kind)
    if odd:
        raise HostFault(f"{odd}, which makes no sense: run fab deploy, then check what runs on the host")
    return found


def unanswered(done: Done, worker: WorkerHost) -> HostFault:
    """Why there is no answer."""
    if done.status == commands.NO_CODE:
        return HostFault(f"no code in {worker.code}: run fab deploy")
    if done.status == commands.NO_PYTHON:
        return HostFault(f"no {worker.python} in {worker.code}: run fab deploy, or set 'python' in hosts.yaml")
    for name in _UNSET.findall(done.errors):
        for key in ("code", "python", "base_python"):
            if re.search(rf"\$\{{?{name}\b", getattr(worker, key)):
                return _unset(worker, key, name)
    last = " / ".join(done.errors.strip().splitlines()[-3:])
    return HostFault(f"no answer, exit status {done.status}: {last or 'no message'}; run fab deploy, or check the host")


def _unset(worker: WorkerHost, key: str, name: str) -> HostFault:
    """What the host's shell said of a variable in a path, as `paths.expand` says it."""
    where = socket.gethostname() if worker.local else worker.ssh_host
    return HostFault(
        f"'{key}' in hosts.yaml: {getattr(worker, key)}: the variable ${name} is not set on {where}; "
        "set it, or write the full path"
    )


def _line(asked: dict[str, Any]) -> bytes:
    return json.dumps(asked).encode() + b"\n"

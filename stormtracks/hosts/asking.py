"""Ask a host for an action of the package `on_host`: the request, and what its answer, or none, means."""

import dataclasses
import json
import re
import socket
from pathlib import Path

from stormtracks import commands, config, version
from stormtracks.hosts.links import HostFault
from stormtracks.on_host.answers import MARK
from stormtracks.pyro_cluster import secret

ON_HOST = Path(__file__).resolve().parents[1] / "on_host"
_UNSET = re.compile(rf"\b(\w+): {commands.NOT_SET}\s*$", re.MULTILINE | re.ASCII)
_OWN_SIDE = ("address", "user", "port", "jump", "identity", "forward_agent", "launch", "base_python")


def request(cluster, worker, **more) -> dict:
    """What a host has to know: its part of hosts.yaml, whose code and key are ours, and the action's own words."""
    words = {key: value for key, value in dataclasses.asdict(worker).items() if key not in _OWN_SIDE}
    return {
        **words,
        "local": worker.local,
        "base": str(cluster.folder) if worker.local else worker.code,
        "nameserver": dataclasses.asdict(cluster.nameserver),
        "version": version.code_version(),
        **more,
    }


def ask(link, worker, action, words, seconds=60.0) -> dict:
    """The answer of an action.

    Raises
    ------
    HostFault
        The host has no code or no python, or refuses; the message says what to do.
    """
    line = commands.on_host(action, worker.code, worker.python)
    return answer(link.run(line, [_line(words)], seconds), worker)


def ask_program(link, worker, program, words, chunks=(), seconds=60.0) -> dict:
    """The answer of a program of `on_host` that stands alone, run by the host's own python."""
    text = (ON_HOST / f"{program}.py").read_bytes()
    sent = [b"%d\n" % len(text), text, _line(words), *chunks]
    done = link.run(commands.send_program(worker.base_python), sent, seconds)
    if done.status == commands.NO_PYTHON:
        raise HostFault(
            f"no {worker.base_python} there: install Python 3.11 or later, or set 'base_python' in hosts.yaml"
        )
    return answer(done, worker)


def open_stream(link, worker, action, words):
    """A process whose first answer has been read: what the action streams follows on its ``stdout``."""
    process = link.open(commands.on_host(action, worker.code, worker.python))
    process.stdin.write(_line(words))
    process.stdin.flush()
    for line in iter(process.stdout.readline, b""):
        if MARK in line:
            return process, _parsed(line)
    raise unanswered(process.finish(), worker)


def answer(done, worker) -> dict:
    """The answer in what a process wrote."""
    if MARK not in done.output:
        raise unanswered((done.status, done.output, done.errors), worker)
    return _parsed(done.output)


def unanswered(ended, worker) -> HostFault:
    """Why there is no answer."""
    status, _, errors = ended
    if status == commands.NO_CODE:
        return HostFault(f"no code in {worker.code}: fab deploy")
    if status == commands.NO_PYTHON:
        return HostFault(f"no {worker.python} in {worker.code}: fab deploy, or set 'python' in hosts.yaml")
    for name in _UNSET.findall(errors):
        for key in ("code", "python", "base_python"):
            if re.search(rf"\$\{{?{name}\b", getattr(worker, key)):
                return _unset(worker, key, name)
    last = " / ".join(errors.strip().splitlines()[-3:])
    return HostFault(f"no answer, exit status {status}: {last or 'nothing was said'}")


def fingerprint() -> str:
    """That of our secret, which is made now if there is none yet."""
    try:
        return secret.fingerprint(secret.ensure())
    except secret.SecretError as error:
        raise config.KeyRefused(str(error)) from error


def _unset(worker, key, name):
    """What the host's shell said of a variable in a path, as `paths.expand` says it."""
    where = socket.gethostname() if worker.local else worker.ssh_host
    return HostFault(
        f"'{key}' in hosts.yaml: {getattr(worker, key)}: the variable ${name} is not set on {where}; "
        "set it or write the path out"
    )


def _line(words):
    return json.dumps(words).encode() + b"\n"


def _parsed(output):
    found = json.loads(output.partition(MARK)[2].partition(b"\n")[0])
    if "error" in found:
        raise HostFault(found["error"])
    return found

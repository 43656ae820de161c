"""Pyro4, as installed, has every private name that is relied on, in the shape that is relied on."""

import importlib
import inspect
import re
import socket
from pathlib import Path

import Pyro4
import pytest
from Pyro4 import core, message, socketutil, util
from Pyro4.socketserver import threadpoolserver

from stormtracks.pyro_cluster import wire
from stormtracks.pyro_cluster.wire import pyro_names
from stormtracks.pyro_cluster.wire.gate import Gate

PACKAGE = Path(wire.__file__).parents[2]
PRIVATE = re.compile(r"\b(?:_pyro[A-Z]\w*|_[A-Z][A-Za-z]*__\w+)")
FUNCTIONS = {**pyro_names.REPLACED, **pyro_names.OVERRIDDEN, **pyro_names.CALLED}
ATTRIBUTES = [(owner, *one) for owner, names in pyro_names.ATTRIBUTES.items() for one in names.items()]


def pyros(name):
    """What Pyro4 itself has under a dotted name; for the two that ours replace, their bases or their original."""
    parts = name.split(".")
    depth = next(n for n in range(len(parts), 0, -1) if _is_module(parts[:n]))
    found = importlib.import_module(".".join(["Pyro4", *parts[:depth]]))
    for part in parts[depth:]:
        found = ORIGINALS.get(found := getattr(found, part), found)
    return found


def _is_module(parts):
    try:
        importlib.import_module(".".join(["Pyro4", *parts]))
    except ModuleNotFoundError:
        return False
    return True


def _original(module, name):
    """A class as its module defines it, although ours has its name now."""
    spec = importlib.util.find_spec(module.__name__)
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    return getattr(again, name)


ORIGINALS = {
    message.Message: message.Message.__mro__[1],
    Gate: _original(threadpoolserver, "SocketServer_Threadpool"),
}


@pytest.fixture
def instances():
    """A new instance of each class whose attributes are touched."""
    near, far = socket.socketpair()
    with near, far:
        yield {
            "core.Proxy": core.Proxy("PYRO:a@localhost:1"),
            "message.Message": pyros("message.Message")(message.MSG_PING, b"x", 1, 0, 1),
            "socketserver.threadpoolserver.ClientConnectionJob": threadpoolserver.ClientConnectionJob(
                near, ("127.0.0.1", 1), object()
            ),
            "socketutil.SocketConnection": socketutil.SocketConnection(near),
        }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_the_parameters_that_are_relied_on(name):
    assert tuple(inspect.signature(pyros(name)).parameters) == FUNCTIONS[name]


@pytest.mark.parametrize(("owner", "name", "kind"), ATTRIBUTES)
def test_an_attribute_is_of_the_type_that_is_relied_on(instances, owner, name, kind):
    assert type(getattr(instances[owner], name)).__name__ == kind


def test_ours_have_taken_their_places():
    for name in pyro_names.REPLACED:
        module, _, cls = name.rpartition(".")
        assert getattr(importlib.import_module(f"Pyro4.{module}"), cls).__module__.startswith("stormtracks."), name


def test_the_serializer_is_ours_in_both_tables():
    for name, key in pyro_names.REGISTERED.items():
        assert type(getattr(util, name.partition(".")[2])[key]).__module__.startswith("stormtracks."), name


def test_pyro_looks_up_what_is_replaced_each_time():
    source = inspect.getsource(core)
    assert "message.Message(" in source and "message.Message.recv(" in source
    assert "import Message" not in source
    assert "import SocketServer_Threadpool" in inspect.getsource(Pyro4.core.Daemon.__init__)


def test_the_gate_has_what_pyros_daemon_asks_of_its_server(home):
    asked = set(re.findall(r"\btransportServer\.(\w+)", inspect.getsource(core)))
    assert asked == {*pyro_names.GATE, *pyro_names.NOT_ASKED}
    gate = Gate()
    assert all(hasattr(gate, name) for name in pyro_names.GATE)


def test_serpent_is_the_serializer_that_messages_are_checked_for():
    assert util.get_serializer("serpent").serializer_id == util.SerpentSerializer.serializer_id


def test_every_private_name_that_the_package_touches_is_listed():
    listed = {name.rpartition(".")[2] for name in FUNCTIONS} | {name for _, name, _ in ATTRIBUTES}
    for path in PACKAGE.rglob("*.py"):
        touched = set(PRIVATE.findall(path.read_text()))
        assert touched <= listed, path
        assert not touched or path.parent.name == "wire", f"{path}: only wire touches {touched}"

"""How an action is run, and the mark that every answer stands behind."""

import io
import json
import sys

import pytest

from stormtracks.config import WorkerHost
from stormtracks.hosts import asking
from stormtracks.hosts.links import HostFault
from stormtracks.hosts.shell_process import Done
from stormtracks.on_host import __main__, answers, environment, receive


def test_all_programs_use_the_same_mark():
    assert receive.MARK.encode() == environment.MARK.encode() == answers.MARK


def test_an_old_python_says_so_before_anything_else_is_loaded(monkeypatch, capsys):
    monkeypatch.setattr(__main__, "OLDEST_PYTHON", (99, 0))
    monkeypatch.setattr(sys, "argv", ["on_host", "look"])
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({}) + "\n"))
    __main__.main()
    here = ".".join(map(str, sys.version_info[:2]))
    with pytest.raises(
        HostFault, match=rf"this is Python {here}, but 99\.0 or later is required: set 'python' in hosts.yaml"
    ):
        asking.answer(Done(0, capsys.readouterr().out.encode(), ""), WorkerHost("w1"))


def test_an_unknown_action_lists_the_known_ones(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["on_host", "lok"])
    with pytest.raises(SystemExit, match="unknown action 'lok'; known: bytecode, check, kernel, key, start"):
        __main__.main()

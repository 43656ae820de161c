"""`fab check` has each host track one small season; a host that finds other storms than the others is named."""

import sys

import pytest

from stormtracks.on_host import check

# A NumPy that rounds otherwise, as a wrong build would: it is there before anything else of the host's Python.
OTHER_NUMPY = "import numpy\nnumpy.rint = numpy.floor\n"


@pytest.fixture
def odd_python(tmp_path):
    """A Python whose NumPy computes other numbers."""
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "sitecustomize.py").write_text(OTHER_NUMPY)
    program = tmp_path / "odd" / "python"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}/odd:$PYTHONPATH" exec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return program


@pytest.mark.slow
def test_a_host_that_computes_other_storms_is_named(operator, odd_python):
    local = {"launch": "local", "data": "sample/20crv2c_1987"}
    workers = [{"name": "good", **local}, {"name": "odd", **local, "python": str(odd_python)}]
    operator.configure({"workers": workers})
    said = " ".join(operator.fab("check", "--wide").stdout.split())
    assert "same storms" in said
    assert "as everywhere" in said
    assert "odd FAILED" in said
    fault = said.partition("same storms: ")[2]
    assert fault.startswith("it computes other storms than the others (fingerprint ")
    assert "NumPy" in fault
    assert "update NumPy; do not mix this host's results with the others'" in fault
    assert said.count("it computes other storms") == 1


def test_this_machine_computes_them_as_everywhere():
    assert check._same_storms({}) == {"text": "as everywhere", "fault": None}


def test_without_numpy_the_look_is_a_finding(monkeypatch):
    monkeypatch.setitem(sys.modules, "stormtracks.science.self_check", None)
    monkeypatch.delattr("stormtracks.science.self_check")
    found = check._finding(check._same_storms, {})
    assert (found["text"], "self_check" in found["fault"]) == ("-", True)

"""What every room stands on: errors, paths, figures for people, addresses."""

import argparse
import socket
from pathlib import Path

import pytest

from stormtracks import address, paths, readable
from stormtracks.errors import BadValue, NotThere, StormtracksError, is_final


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("DISK", "/disk")
    monkeypatch.setenv("TILDE", "~")
    monkeypatch.delenv("NOPE", raising=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data", "/base/data"),
        ("/data", "/data"),
        ("~", "/home/ada"),
        ("~/data", "/home/ada/data"),
        ("$DISK/a", "/disk/a"),
        ("${DISK}2/a", "/disk2/a"),
        ("x/$TILDE/a", "/base/x/~/a"),
        ("$TILDE/a", "/base/~/a"),
        ("a$", "/base/a$"),
        ("$(date)", "/base/$(date)"),
        ("a b", "/base/a b"),
    ],
)
def test_a_path_is_expanded_and_nothing_is_evaluated(text, expected):
    assert paths.expand(text, "/base") == Path(expected)


def test_the_home_of_another_user():
    assert paths.expand("~root/data") == Path("/root/data")


@pytest.mark.parametrize("text", ["$NOPE/a", "${NOPE}", "a/$NOPE", "~/$NOPE"])
def test_a_variable_that_is_not_set_is_refused_by_key_and_host(text):
    with pytest.raises(paths.PathRefused) as refused:
        paths.expand(text, where="hosts.yaml, line 3: 'results'")
    assert str(refused.value) == (
        f"hosts.yaml, line 3: 'results': {text}: the variable $NOPE is not set on {socket.gethostname()}; "
        "set it, or write the full path"
    )


def test_a_user_that_does_not_exist_is_refused():
    with pytest.raises(paths.PathRefused, match="there is no user 'nobody-of-this-name'"):
        paths.expand("~nobody-of-this-name/data")


def test_the_folder_of_the_state(monkeypatch):
    monkeypatch.delenv("STORMTRACKS_HOME", raising=False)
    assert paths.state_folder() == Path("/home/ada/.stormtracks")
    monkeypatch.setenv("STORMTRACKS_HOME", "$DISK/state")
    assert paths.state_folder() == Path("/disk/state")


@pytest.mark.parametrize("home", [None, ""])
def test_without_a_home_the_folder_of_the_state_must_be_named(monkeypatch, home):
    monkeypatch.delenv("STORMTRACKS_HOME", raising=False)
    monkeypatch.setattr("os.getuid", lambda: 2**31)  # has no account
    monkeypatch.delenv("HOME") if home is None else monkeypatch.setenv("HOME", home)
    with pytest.raises(paths.PathRefused, match=r"HOME is not set .* no account on .*; set STORMTRACKS_HOME"):
        paths.state_folder()
    with pytest.raises(paths.PathRefused, match=r"'data': ~/x: HOME is not set .*; set HOME, or write the full path"):
        paths.expand("~/x", where="'data'")
    monkeypatch.setenv("STORMTRACKS_HOME", "/disk/state")
    assert paths.state_folder() == Path("/disk/state") and paths.expand("/x") == Path("/x")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.0 s"),
        (0.44, "0.4 s"),
        (45, "45 s"),
        (700, "12 min"),
        (5000, "1 h 23 min"),
        (150_000, "41 h 40 min"),
        (190_000, "2 d 4 h"),
    ],
)
def test_a_length_of_time(seconds, text):
    assert readable.duration(seconds) == text


@pytest.mark.parametrize(
    ("lat", "lon", "text"),
    [(25, -80.25, "25.0N 80.2W"), (-0.0, -0.04, "0.0N 0.0E"), (-33.3, 151.2, "33.3S 151.2E"), (0, 180, "0.0N 180.0E")],
)
def test_a_position(lat, lon, text):
    assert readable.position(lat, lon) == text


@pytest.mark.parametrize(("count", "text"), [(999, "999 B"), (1000, "1.0 kB"), (1.3e9, "1.3 GB"), (2e15, "2000.0 TB")])
def test_a_size(count, text):
    assert readable.size(count) == text


@pytest.mark.parametrize("text", ["localhost:9090", "[::1]:1", "10.0.0.1:65535"])
def test_an_address_is_read_and_written_alike(text):
    assert address.place(*address.parse(text)) == text


@pytest.mark.parametrize("text", ["", "localhost", ":9090", "h:", "h:0", "h:65536", "h:-1", "h:x", "h:\u0661"])
def test_no_address(text):
    with pytest.raises(BadValue, match="is not HOST:PORT"):
        address.parse(text)
    with pytest.raises(argparse.ArgumentTypeError, match="is not HOST:PORT"):
        address.argument(text)


@pytest.mark.parametrize(
    ("host", "alone"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False)]
)
def test_loopback(host, alone):
    assert address.is_loopback(host) is alone


def test_one_family():
    assert issubclass(BadValue, (StormtracksError, ValueError)) and issubclass(NotThere, (StormtracksError, KeyError))
    assert str(NotThere("no member 3; there are 0 to 2")) == "no member 3; there are 0 to 2"


def _caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (BadValue("threshold_s1 must be above 0"), True),
        (NotThere("there is no member 90"), True),
        (_caused(BadValue("FILE: truncated"), OSError(-51, "NetCDF: Unknown file format")), True),
        (_caused(BadValue("FILE: cannot be written"), OSError(28, "No space left on device")), False),
        (_caused(BadValue("FILE: cannot be read"), _caused(ValueError(), FileNotFoundError(2, "No such file"))), False),
        (_caused(BadValue("FILE: cannot be read"), OSError("a library says so, without a number")), False),
        (StormtracksError("the folder is gone"), False),
        (ValueError("anything else"), False),
        (MemoryError(), False),
    ],
)
def test_what_would_fail_the_same_way_again_is_told_from_what_may_pass(error, final):
    assert is_final(error) is final


@pytest.mark.timeout(10)
def test_an_error_that_is_its_own_cause_is_judged_too():
    error = BadValue("truth.nc: not observed storms")
    assert is_final(_caused(error, error))


def test_which_addresses_are_this_machines():
    assert address.is_here("127.0.0.1") and address.is_here("::1") and address.is_here("localhost")
    assert not address.is_here("192.0.2.7")
    assert address.is_here("no-such-host.invalid")  # cannot be told


def test_the_side_that_faces_a_host():
    assert address.towards("127.0.0.1") == "127.0.0.1"

"""A bug that shows on one host: the others are still attended to, then it is reported as a bug, traceback and all."""

import sys

import pytest

from stormtracks.config import WorkerHost
from stormtracks.hosts import asking
from stormtracks.hosts.links import HostFault
from stormtracks.hosts.outcomes import HostOutcome, raise_bugs
from stormtracks.hosts.shell_process import Done
from stormtracks.on_host.answers import MARK


@pytest.fixture
def planted(operator):
    """Hosts that are this machine: two with a copy of the code, and how to plant a bug in it: planted("look.py")."""
    copy = operator.snapshot()
    operator.work_in(asking.ON_HOST.parents[1])
    code = {"launch": "local", "code": str(copy), "python": sys.executable}
    names = {"bad": code, "good": {"launch": "local"}, "worse": code}
    operator.configure({"workers": [{"name": name, **more} for name, more in names.items()]})

    def plant(module):
        path = copy / "stormtracks" / "on_host" / module
        before = path.read_text()
        begin = before.index('"""\n', before.index("def run(")) + 4
        path.write_text(f'{before[:begin]}    request["nmae"]\n{before[begin:]}')

    return plant


def report(operator):
    return "".join(path.read_text() for path in (operator.state / "bugs").iterdir())


@pytest.mark.slow
def test_the_others_are_done_and_the_bug_is_reported(operator, planted):
    planted("look.py")
    done = operator.fab("workers", "--only", "bad,good")
    assert done.returncode == 70
    assert "bad FAILED a bug in stormtracks: KeyError: 'nmae'" in done.stdout
    assert "good  not running" in done.stdout
    assert "this is a bug in stormtracks, not your mistake: " in done.stdout
    assert "on_host/look.py" in report(operator)
    assert 'request["nmae"]' in report(operator)


@pytest.mark.slow
def test_bugs_of_several_hosts_are_one_report(operator, planted):
    planted("stop.py")
    done = operator.fab("stop-workers")
    assert done.returncode == 70
    assert "good  ok     not running" in done.stdout
    assert "(on bad)" in report(operator) and "(on worse)" in report(operator)


@pytest.mark.slow
def test_check_makes_the_other_looks(operator, planted):
    path = next(operator.folder.glob("checkout/stormtracks/on_host/packages.py"))
    path.write_text(path.read_text().replace("lines = [", "lines = [][0] + [", 1))
    done = operator.fab("check", "--only", "bad")
    assert done.returncode == 70
    assert "packages: a bug in stormtracks: IndexError: list index out of range" in done.stdout
    assert "is not a folder on this host" in done.stdout
    assert "on_host/packages.py" in report(operator)


@pytest.mark.slow
def test_a_package_that_is_missing_is_no_bug(operator, planted):
    copy = next(operator.folder.glob("checkout/stormtracks/on_host/look.py"))
    copy.write_text("import no_such_package\n")
    done = operator.fab("workers", "--only", "bad")
    assert done.returncode == 1
    assert "the package no_such_package is missing: run fab deploy, or install it for" in done.stdout


def test_what_an_answer_means():
    worker = WorkerHost("w1")
    for content, kind, message in [
        (b'{"error": "it is full"}', HostFault, "it is full"),
        (b'{"bug": "KeyError: 1", "traceback": "Traceback: there"}', asking.BugOnHost, r"KeyError: 1 \(on w1\)"),
        (b'{"stat', HostFault, "the answer was cut off"),
    ]:
        with pytest.raises(kind, match=message):
            asking.answer(Done(0, b"welcome\n" + MARK + content, ""), worker)


def test_one_bug_is_raised_as_it_is_and_several_together():
    bugs = [KeyError("a"), ValueError("b")]
    outcomes = [HostOutcome("w0", False, "it is off"), *(HostOutcome("w", False, "", bug=bug) for bug in bugs)]
    raise_bugs(outcomes[:1])
    with pytest.raises(KeyError):
        raise_bugs(outcomes[:2])
    with pytest.raises(ExceptionGroup) as several:
        raise_bugs(outcomes)
    assert list(several.value.exceptions) == bugs

import os
import signal

import pytest
from hypothesis import settings
from needs import need
from slurm import Slurm

from stormtracks.science import kernel as accelerator

# No test depends on how fast the machine is; of the rest the profile stays, which in CI is another.
settings.register_profile("any machine", settings(), deadline=None)
settings.load_profile("any machine")
settings.register_profile("quick", settings(), max_examples=25)  # a quarter, of those tests that ask for no number

MEMORY = "/dev/shm"
"""Where tests' folders are, if it can hold them: on a disk each of ten thousands of files takes milliseconds."""


def pytest_configure(config):
    """Let Ctrl-C through to the processes that tests start; choose where their folders are, and how much is tried.

    A shell starts what it puts in the background (`nohup`, `&`, some CI systems) with SIGINT ignored, and children
    inherit that.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if _holds(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)
    if "not slow" in config.option.markexpr:
        settings.load_profile("quick")


def _holds(folder, room=8 * 1024**3):
    """Whether tests' folders can be in this file system: written, with programs in them, and with bytes to spare."""
    try:
        of = os.statvfs(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK) and not of.f_flag & os.ST_NOEXEC and of.f_bavail * of.f_frsize >= room


@pytest.hookimpl(tryfirst=True)  # pytest-xdist, which writes the mark into the test's nodeid, is asked next
def pytest_collection_modifyitems(items):
    """Say which tests wait, as those of a queue do, and which are slow, for `pytest_xdist_make_scheduler`."""
    for item in items:
        if item.get_closest_marker("slurm"):
            item.add_marker(pytest.mark.xdist_group("waits"))
        elif item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.xdist_group("slow"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Let a process run whole files, and one more run what waits."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from spread import Spread  # late, as nothing else needs pytest-xdist

    return Spread(config, log)


@pytest.fixture
def give_away(monkeypatch):
    """Let a file belong to another user: really where we are root, else by being somebody else ourselves."""

    def give(path):
        if os.geteuid() == 0:
            os.chown(path, 12345, 12345, follow_symlinks=False)
        else:
            monkeypatch.setattr("os.geteuid", lambda: 12345)

    return give


@pytest.fixture(scope="session")
def slurm_nodes(tmp_path_factory):
    """A Slurm of two nodes for all tests of this process; ask for `slurm`."""
    with Slurm(tmp_path_factory.mktemp("slurm")) as running:
        yield running


@pytest.fixture
def slurm(slurm_nodes, monkeypatch):
    """A Slurm of two nodes with an empty queue, which is what this test's commands, and their children, use."""
    for name, value in slurm_nodes.environment.items():
        monkeypatch.setenv(name, value)
    yield slurm_nodes
    print(slurm_nodes.tails(8))  # pytest shows it where the test fails
    slurm_nodes.empty()


@pytest.fixture(scope="session")
def compiled():
    """The kernel, compiled from today's sources."""
    need("cc or gcc or clang")
    accelerator.build.build()
    accelerator._loaded.cache_clear()


@pytest.fixture(scope="module", params=["off", "on"])
def kernel(request):
    """A module's tests run on NumPy, then on the compiled kernel, also in processes that they start."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "off":
            patch.setenv(accelerator.SWITCH, "off")
        else:
            patch.delenv(accelerator.SWITCH, raising=False)
            request.getfixturevalue("compiled")
            assert accelerator.in_use() == "compiled"
        yield request.param

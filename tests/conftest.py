import os
import signal

import pytest
from hypothesis import settings

# No test depends on how fast the machine is; of the rest the profile stays, which in CI is another.
settings.register_profile("any machine", settings(), deadline=None)
settings.load_profile("any machine")


def pytest_configure(config):
    """Let Ctrl-C through to the processes that tests start.

    A shell starts what it puts in the background (`nohup`, `&`, some CI systems) with SIGINT ignored, and children
    inherit that.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def give_away(monkeypatch):
    """Let a file belong to another user: really where we are root, else by being somebody else ourselves."""

    def give(path):
        if os.geteuid() == 0:
            os.chown(path, 12345, 12345, follow_symlinks=False)
        else:
            monkeypatch.setattr("os.geteuid", lambda: 12345)

    return give

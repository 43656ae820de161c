import signal

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

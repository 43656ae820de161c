import signal


def pytest_configure(config):
    """Let Ctrl-C through to the processes that tests start.

    A shell starts what it puts in the background (`nohup`, `&`, some CI systems) with SIGINT ignored, and children
    inherit that.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)

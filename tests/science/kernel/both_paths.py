"""What is done on NumPy, and then on the kernel."""

import pytest

from stormtracks.science import kernel


def on_both(function):
    """What a function returns on NumPy and on the kernel."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(kernel.SWITCH, "off")
        plain = function()
        patched.delenv(kernel.SWITCH)
        assert kernel.in_use() == "compiled"
        return plain, function()

"""What is loaded is not collected meanwhile, and never looked through again; other garbage is, as before."""

import subprocess
import sys

import pytest

PROGRAM = """
import gc, weakref
from stormtracks import garbage

class Node:
    pass

def ring():
    one = Node()
    one.itself = one
    return weakref.ref(one)

{before}
with garbage.loading():
    assert not gc.isenabled()
    kept = ring()
made = ring()
gc.collect()
print(gc.isenabled(), kept() is not None, made() is None)
"""


@pytest.mark.parametrize(("before", "is_on"), [("", True), ("gc.disable()", False)])
def test_only_what_was_loaded_stays(before, is_on):
    program = PROGRAM.format(before=before)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == [str(is_on), "True", "True"], done.stderr


def test_it_is_on_again_where_loading_fails():
    program = "import gc\nfrom stormtracks import garbage\ntry:\n    with garbage.loading():\n        1 / 0\n"
    program += "except ZeroDivisionError:\n    print(gc.isenabled())"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "True\n"

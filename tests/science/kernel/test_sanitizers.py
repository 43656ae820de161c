"""No read or write beyond an array, and nothing that C leaves undefined, whatever the fields."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from needs import need, need_library

from stormtracks.science.kernel import build

HERE = Path(__file__).parent
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DSTORMTRACKS_ONE_CLONE", "-g"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Runs odd fields through a kernel with sanitizers."""
    (compiler,) = need("gcc or cc")
    preloaded = [need_library(compiler, name) for name in ("libasan.so", "libubsan.so")]
    library = build.build(tmp_path_factory.mktemp("sanitized"), SANITIZERS)

    def start(examples):
        paths = [HERE, HERE.parent, HERE.parents[1], HERE.parents[2]]
        environment = os.environ | {
            "LD_PRELOAD": " ".join(preloaded),
            "ASAN_OPTIONS": "detect_leaks=0",  # Python keeps what it has until it ends
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "PYTHONMALLOC": "malloc",  # so that the sanitizer knows each array
        }
        environment.pop("STORMTRACKS_KERNEL", None)
        words = [sys.executable, HERE / "under_sanitizers.py", library, str(examples)]
        return subprocess.run(words, env=environment, capture_output=True, text=True)

    return start


@pytest.mark.slow
def test_nothing_is_read_or_written_beyond_its_array(run):
    done = run(250)
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout.split()[0]) >= 1000


@pytest.mark.slow
def test_they_do_find_it_where_it_is(run):
    done = run(0)
    assert done.returncode != 0 and "AddressSanitizer: heap-buffer-overflow" in done.stderr

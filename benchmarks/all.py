"""Every benchmark that docs/performance.md has a block of, one after the other; what they print goes into the page.

    inv bench --all [--options="--only one_member growth --cache FOLDER"]

It takes some hours on two cores that nobody else uses. The page is written after each, so that what was measured before
an interruption stays. A block whose command needs something of yours (FILE, FOLDER) is left as it is and named, and so
is one whose command fails; then the exit status is 1.
"""

import argparse
import os
import shlex
import subprocess
import sys

from benchmarks import page
from benchmarks.first_table import ROWS
from benchmarks.fresh_process import ROOT


def main(arguments=None):
    """Run them, and write the page."""
    options = _options(arguments)
    if options.cache:
        os.environ["STORMTRACKS_BENCH_CACHE"] = options.cache
    failed = [command for command in chosen(page.PAGE.read_text(), options.only) if not remade(command)]
    for command in failed:
        print(f"failed, its block is as it was: {command}")
    raise SystemExit(1 if failed else 0)


def chosen(text, only=None):
    """The commands of the page's blocks that can run as they are, each once; the others are printed."""
    commands = list(dict.fromkeys(command for command, _ in page.blocks(text)))
    if only:
        commands = [command for command in commands if _name(command) in only]
    for command in commands:
        if page.needs(command):
            print(f"not run, since it needs {page.needs(command)}: {command}")
    return [command for command in commands if not page.needs(command)]


def remade(command):
    """Run a command and put what it printed into its block and the first table; whether it succeeded."""
    print(f"\n$ {command}", flush=True)
    words = [sys.executable, *shlex.split(command)[1:]]
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="", flush=True)
    if done.returncode == 0:
        text = page.with_shown(page.PAGE.read_text(), command, done.stdout)
        page.write(page.with_first_table(text, ROWS))
    return done.returncode == 0


def _name(command):
    return command.partition("benchmarks.")[2].split()[0]


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    names = sorted({_name(command) for command, _ in page.blocks(page.PAGE.read_text())})
    parser.add_argument("--only", nargs="+", choices=names, help="only these [all]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one for each]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

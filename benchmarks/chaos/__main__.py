"""A soak: a planted run on three hosts, round after round, while faults strike at random.

    python -m benchmarks.chaos [--minutes 2] [--seed 1] [--tasks TASK,TASK] [--keep FOLDER]

Workers, slots, nameserver and manager are killed and frozen, cables pulled, ports blocked, disks filled; whatever has
ended is started again with the same command. Every other round does the chain of all tasks, the others vort_track
alone. After each round every result of every task is compared, array by array, with a run without faults. Exit
status 0: nothing was lost and nothing was wrong. The hosts are network namespaces where this is started by root, else
three workers on this machine (then no cable, no port and no disk of theirs is touched).
"""

import argparse
import contextlib
import itertools
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from . import hosts, middle, planted, verdict
from .faults import Faults

from stormtracks.pyro_cluster import secret  # isort: skip - found by way of hosts

AT_REST_SECONDS = 180
"""How long a host may take to rest after a round: a slot that is frozen as it starts is given up after 120 s."""
LAST_ROUND_SECONDS = 240
"""How long the last round may take to end once no fault strikes any more."""


def main(argv=None):
    """Run the soak; the exit status."""
    options = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stormtracks-chaos-")))
        rounds = ",".join(planted.CHAIN), planted.CHAIN[0]
        soak = Soak(stack, folder.absolute(), options.seed, [options.tasks] if options.tasks else rounds)
        try:
            soak.run(time.monotonic() + 60 * options.minutes)
        except (TimeoutError, AssertionError, KeyboardInterrupt, SystemExit) as ended:
            soak.broken = f"{type(ended).__name__}: {ended}"
        return soak.report()


class Soak:
    """Hosts, nameserver and data that last through all rounds, and the books about what happened.

    Parameters
    ----------
    stack : contextlib.ExitStack
        Ends what is started.
    folder : Path
        For everything that is written.
    seed : int
    turns : sequence of str
        What is done in one round after the other, over and over: tasks with commas between them.
    """

    def __init__(self, stack, folder, seed, turns):
        self.folder, self.seed, self.turns, self.broken = folder, seed, turns, None
        self.began, self.rounds, self.chains, self.tasks, self.results = time.monotonic(), 0, 0, 0, 0
        self.lost, self.wrong, self.counts, self.ends = [], [], Counter(), Counter()
        os.environ.update(STORMTRACKS_HOME=str(folder / "state"))
        os.environ.pop("STORMTRACKS_SECRET", None)
        secret.ensure()
        self._prepare(stack)

    def run(self, until):
        """Round after round until it is time."""
        while time.monotonic() < until:
            task = self.turns[self.rounds % len(self.turns)]
            self.rounds += 1
            self.chains += "," in task
            self._round(task, until)

    def _worker_arguments(self, address):
        where = ["--nameserver", f"{address}:{self.port}", "--data", self.data]
        return [*where, "--best-tracks", planted.BEST_TRACKS]

    def report(self):
        """Print the closing table; the exit status."""
        rows = [
            *sorted(self.faults.injected.items()),
            ("faults injected", self.faults.injected.total()),
            ("worker ended by itself, started again", self.faults.revived),
            *((f"manager ended {how}, started again", number) for how, number in sorted(self.ends.items())),
            ("rounds", self.rounds),
            ("rounds of a chain", self.chains),
            ("tasks", self.tasks),
            ("results checked", self.results),
            *sorted(self.counts.items()),
            ("results lost", len(self.lost)),
            ("results wrong", len(self.wrong)),
        ]
        for message in (*self.lost, *self.wrong, *filter(None, [self.broken])):
            print(message)
        print(f"\nseed {self.seed}, {(time.monotonic() - self.began) / 60:.1f} minutes, on {self.kind}")
        for what, number in rows:
            print(f"  {what:46} {number:7,}")
        return 1 if self.lost or self.wrong or self.broken or not self.rounds else 0

    def _prepare(self, stack):
        self.data, self.reference, self.code = (self.folder / name for name in ("data", "reference", "code"))
        hosts.copy_code(self.code)
        self._show(f"planting the data of {len(planted.cells())} members and doing all without faults")
        planted.plant(self.data)
        planted.do_without_faults(self.data, self.reference)
        self.port = _free_port()
        made = stack.enter_context(hosts.hosts(self.folder, self.code, self._worker_arguments))
        self.hosts, self.address, self.kind = made
        self._show(self.kind)
        self.middle = SimpleNamespace(nameserver=None, manager=None)
        self.middle.nameserver = middle.nameserver(self.address, self.port, self.code, self.folder / "nameserver.log")
        stack.callback(self.middle.nameserver.kill)
        stack.callback(lambda: self.middle.manager and self.middle.manager.kill())
        self.faults = Faults(random.Random(self.seed), self.hosts, self.middle, self._show)
        self.middle.nameserver.start()
        middle.wait_for_nameserver(self.address, self.port)
        for host in self.hosts:
            host.start()

    def _round(self, task, until):
        name, seen = f"round-{self.rounds}", set()
        journal = self.folder / "state" / "runs" / f"{name}.sqlite"
        log = self.folder / f"{name}.log"
        self.middle.manager = manager = middle.manager(f"{self.address}:{self.port}", name, task, self.code, log)
        manager.start()
        while (status := manager.process.poll()) != 0:
            now = time.monotonic()
            if now < until:
                self.faults.tend(now)
            elif now < until + LAST_ROUND_SECONDS:
                self.faults.heal_all()
            else:
                raise TimeoutError(f"{name} did not end; see {log}")
            if status is not None and manager.process.poll() is not None:
                seen = self._again(manager, status, journal, seen)
            time.sleep(0.05)
        self.faults.heal_all()
        self._judge(name, task.split(","), journal)

    def _again(self, manager, status, journal, seen):
        """Give the manager's command again; what was complete must still be."""
        if status not in middle.ON_THE_WAY:
            raise TimeoutError(f"the manager ended with exit status {status}; see {manager.log}")
        complete = set(verdict.complete_tasks(journal))
        forgotten = sorted(seen - complete - verdict.to_be_done_again(journal))
        self.lost += [f"{year} member {member} {task}: forgotten by the journal" for year, member, task in forgotten]
        self.ends[middle.ON_THE_WAY[status]] += 1
        manager.start()
        return complete

    def _judge(self, name, tasks, journal):
        for host in self.hosts:
            hosts.wait_until(lambda host=host: self._at_rest(host), AT_REST_SECONDS, f"{host.name} at rest")
        judged = verdict.judge(journal, {host.name: host.results for host in self.hosts}, self.reference, tasks)
        self.lost += judged.lost
        self.wrong += judged.wrong
        self.tasks += len(planted.cells()) * len(tasks)
        self.results += judged.results
        self.counts["done on two hosts (the first was cut off)"] += judged.twice
        self.counts["parts of files left, not under a result's name"] += judged.scraps
        self._show(f"{name}: {judged.results} results checked, {len(judged.lost)} lost, {len(judged.wrong)} wrong")
        if not (judged.lost or judged.wrong):
            for host, task in itertools.product(self.hosts, planted.CHAIN):
                shutil.rmtree(host.results / task, ignore_errors=True)

    def _at_rest(self, host):
        self.faults.revive()
        return host.idle(self.folder / "state")

    def _show(self, message):
        print(f"{time.monotonic() - self.began:7.1f} s  {message}", flush=True)


def _parser():
    parser = argparse.ArgumentParser(prog="benchmarks.chaos", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=2.0, help="[%(default)s]")
    parser.add_argument("--seed", type=int, default=1, help="[%(default)s]")
    parser.add_argument("--tasks", help="of each round, as A,B,C [chain of all, and vort_track alone, in turns]")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep data, results and logs there")
    return parser


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main())

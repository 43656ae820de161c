"""Which process runs which tests: a file is one process's, long ones begin first, and waiting has a process of its own.

A test that waits for Slurm's queue needs hardly any processor. In one of as many processes as there are cores it would
leave a core idle; so the last process begins with such tests, and of more processes than cores it runs no others.
"""

import os

from xdist.scheduler import LoadGroupScheduling

WAITS, SLOW = "waits", "slow"
"""What follows the @ of a nodeid: conftest.py marks so what is not quick."""


def _file_and_kind(nodeid):
    kind = nodeid.rpartition("@")[2]
    return nodeid.partition("::")[0], kind if kind in (WAITS, SLOW) else None


class Spread(LoadGroupScheduling):
    """A unit of work is what a file's tests are but those that wait, or those of a file that wait."""

    _waiting = None  # the process for these, if there are any

    def schedule(self):
        """Spread the tests; called again when a process has died and another one takes its place."""
        if self.collection is None and any(map(self._waits, map(self._split_scope, self._collected()))):
            self._waiting = self.nodes[-1] if len(self.nodes) > 1 else None
        super().schedule()

    def _collected(self):
        return next(iter(self.registered_collections.values()))

    def _split_scope(self, nodeid):
        path, kind = _file_and_kind(nodeid)
        return f"{path}@{WAITS}" if kind == WAITS else path

    def _reschedule(self, node):
        beside = node is self._waiting and self.numnodes > (os.cpu_count() or 1)
        if beside and not any(map(self._waits, self.workqueue)):
            node.shutdown()
        else:
            super()._reschedule(node)

    def _assign_work_unit(self, node):
        first = min(self.workqueue, key=lambda scope: self._rank(node, scope))  # of equals that of the tests' order
        self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)

    def _rank(self, node, scope):
        slow = sum(_file_and_kind(nodeid)[1] is not None for nodeid in self.workqueue[scope])
        return (self._waits(scope) != (node is self._waiting), -slow)

    @staticmethod
    def _waits(scope):
        return scope.endswith(f"@{WAITS}")

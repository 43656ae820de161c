"""Workers of many slots in one process, which answer as real ones do but only wait: for benchmarks/ten_thousand.py.

    python -m benchmarks.answering_workers FIRST NUMBER SLOTS SECONDS PORT

They stand behind the real gate (TLS, proof of membership, greeting) and read and write the real messages. What is
simulated is what comes after: one thread answers all calls, each task SECONDS after it was begun.
"""

import contextlib
import heapq
import itertools
import selectors
import ssl
import sys
import threading
import time

import Pyro4
from Pyro4 import message, util

from stormtracks.pyro_cluster import wire
from stormtracks.pyro_cluster.wire import gate

YEAR, MEMBER, WORKER = 987654, 876543, "name-of-the-worker"
REPLY = {
    **{"status": "complete", "year": YEAR, "ensemble_member": MEMBER, "task": "vort_track", "host": "host"},
    **{"worker": WORKER, "seconds": 2.0, "cpu_seconds": 1.5, "read_seconds": 0.1, "skipped": False, "error": None},
    "path": f"/data/results/vort_track/{YEAR}/vort_track_{YEAR}_{MEMBER}.nc",
    "counts": {"steps": 733, "maxima": 160987, "tracks": 6740, "matches": 14, "missing_steps": 0},
    **{"traceback": None, "recipe": "0123456789abcdef" * 2, "digest": "0123456789abcdef" * 4, "code_version": "1"},
    **{"remarks": [], "member_label": str(MEMBER)},
}
SERIALIZER = util.get_serializer("serpent")


@Pyro4.expose
class Simulated:
    """What a worker answers at once."""

    def __init__(self, name, slots):
        self.name, self.slots = name, slots

    def ping(self):
        about = {"worker": self.name, "id": self.name, "host": "host", "pid": 12345, "stopping": False}
        return {**about, "slots": self.slots, "busy": self.slots}

    def describe(self):
        return {**self.ping(), "version": "1", "tasks": ["vort_track"]}

    def do_work(self, year, ensemble_member, task, options=None):
        """Here for the greeting, which lists it."""


class Answers:
    """The one thread that reads calls and sends replies, instead of the gate's thread for each connection."""

    def __init__(self, daemon, seconds):
        self.daemon, self.seconds, self.due, self.order = daemon, seconds, [], itertools.count()
        self.text = SERIALIZER.dumps(REPLY).decode()
        self.selector = selectors.DefaultSelector()
        daemon.transportServer._serve = self.take
        threading.Thread(target=self.work, daemon=True).start()

    def take(self, connection, peer):
        """In the thread of a member that was let in, which ends with the greeting."""
        connection.setTimeout(5.0)
        if self.daemon._handshake(connection):
            connection.sock.setblocking(False)
            self.selector.register(connection, selectors.EVENT_READ)

    def work(self):
        while True:
            wait = max(0.0, self.due[0][0] - time.monotonic()) if self.due else 0.02
            for key, _ in self.selector.select(min(wait, 0.02)):
                self.read(key.fileobj)
            now = time.monotonic()
            while self.due and self.due[0][0] <= now:
                _, _, connection, number, data = heapq.heappop(self.due)
                self.send(connection, number, data)

    def read(self, connection):
        try:
            data = connection.sock.recv(65536)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError:
            data = b""
        if not data:
            self.selector.unregister(connection)
            connection.close()
            return
        asked = message.Message.from_header(data[: message.Message.header_size])
        target, method, arguments, _ = SERIALIZER.loadsCall(data[message.Message.header_size :])
        worker = self.daemon.objectsById[target]
        if method != "do_work":
            self.send(connection, asked.seq, SERIALIZER.dumps(getattr(worker, method)()))
            return
        text = self.text.replace(str(YEAR), str(arguments[0])).replace(str(MEMBER), str(arguments[1]))
        data = text.replace(WORKER, worker.name).encode()
        heapq.heappush(self.due, (time.monotonic() + self.seconds, next(self.order), connection, asked.seq, data))

    def send(self, connection, number, data):
        reply = message.Message(message.MSG_RESULT, data, SERIALIZER.serializer_id, 0, number)
        with contextlib.suppress(OSError):  # whoever asked is gone
            connection.sock.send(reply.to_bytes())


def serve():
    first, number, slots, seconds, port = (float(text) for text in sys.argv[1:])
    daemon = wire.Daemon("127.0.0.1", 0, connections=int(number * (slots + 4)))
    gate.MUTE_SECONDS = 1e9
    Answers(daemon, seconds)
    nameserver = wire.nameserver("127.0.0.1", int(port))
    for n in range(int(first), int(first + number)):
        nameserver.register(f"stormtracks.worker.w{n}", daemon.register(Simulated(f"w{n}", int(slots))))
    print("ready", flush=True)
    daemon.requestLoop()


if __name__ == "__main__":
    serve()

"""A file server of so many MB/s, as a file system of this machine: what it is asked for goes through one pipe, in turn.

    sudo python -m benchmarks.slow_server FOLDER MOUNTED MB_PER_SECOND

It speaks the kernel's FUSE protocol (7.31, include/uapi/linux/fuse.h) as far as reading files needs it, in one thread,
so that a byte that is sent to one slot is not sent to another meanwhile. A throttled block device would not do: it lets
whole tenths of a second through at once.
"""

import ctypes
import errno
import os
import stat
import struct
import sys
import time
from pathlib import Path

LOOKUP, FORGET, GETATTR, OPEN, READ, STATFS, RELEASE = 1, 2, 3, 14, 15, 17, 18
FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, INTERRUPT, DESTROY, BATCH_FORGET = 25, 26, 27, 28, 29, 36, 38, 42
_SILENT = FORGET, BATCH_FORGET, INTERRUPT
_EMPTY = FLUSH, RELEASE, RELEASEDIR
_HEADER = struct.Struct("<IIQQIIIHH")
_ASYNC_READ, _MAX_PAGES, _KEEP_CACHE = 1 << 0, 1 << 22, 1 << 1
_VALID = 3600
_READ_ONLY = 1


def run(arguments=None):
    """Serve until it is unmounted."""
    folder, mounted, speed = arguments or sys.argv[1:]
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(2))
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
    if ctypes.CDLL(None, use_errno=True).mount(b"slow", os.fsencode(mounted), b"fuse", _READ_ONLY, options):
        raise OSError(ctypes.get_errno(), "mount")
    Server(device, folder, float(speed) * 2**20).serve()


class Server:
    """Answers the kernel; nodes are paths by their number."""

    def __init__(self, device, folder, speed):
        self.device, self.speed = device, speed
        self.paths, self.numbers, self.files = {1: Path(folder)}, {Path(folder): 1}, {}
        self.free = 0.0  # when the pipe is

    def serve(self):
        while True:
            try:
                asked = os.read(self.device, 1 << 20)
            except OSError as error:
                if error.errno == errno.ENODEV:  # unmounted
                    return
                continue
            _, code, unique, node, *_ = _HEADER.unpack_from(asked)
            if code in _SILENT:
                continue
            try:
                fault, body = 0, self.answer(code, node, asked[_HEADER.size :])
            except OSError as error:
                fault, body = -error.errno, b""
            os.write(self.device, struct.pack("<IiQ", 16 + len(body), fault, unique) + body)

    def answer(self, code, node, body):
        if code == INIT:
            _, _, ahead, _ = struct.unpack_from("<IIII", body)
            return struct.pack(
                "<IIIIHHIIHHI7I", 7, 31, ahead, _ASYNC_READ | _MAX_PAGES, 64, 48, 4096, 1, 256, 0, *[0] * 8
            )
        if code == LOOKUP:
            path = self.paths[node] / os.fsdecode(body.rstrip(b"\0"))
            attributes, number = _attributes(path), self._number(path)
            return struct.pack("<QQQQII", number, 0, _VALID, _VALID, 0, 0) + attributes
        if code == GETATTR:
            return struct.pack("<QII", _VALID, 0, 0) + _attributes(self.paths[node])
        if code in (OPEN, OPENDIR):
            return struct.pack("<QII", node, _KEEP_CACHE, 0)
        if code == READ:
            return self._read(node, *struct.unpack_from("<QI", body, 8))
        if code == READDIR:
            return self._entries(node, *struct.unpack_from("<QI", body, 8))
        if code == STATFS:
            return bytes(80)
        if code in _EMPTY or code == DESTROY:
            return b""
        raise OSError(errno.ENOSYS, "not served")

    def _read(self, node, place, size):
        if node not in self.files:
            self.files[node] = os.open(self.paths[node], os.O_RDONLY)
        found = os.pread(self.files[node], size, place)
        self.free = max(self.free, time.monotonic()) + len(found) / self.speed
        time.sleep(max(0.0, self.free - time.monotonic()))
        return found

    def _entries(self, node, first, size):
        found = b""
        for at, path in enumerate(sorted(self.paths[node].iterdir())[first:], start=first + 1):
            text = os.fsencode(path.name)
            one = struct.pack("<QQII", self._number(path), at, len(text), stat.S_IFMT(path.stat().st_mode) >> 12)
            one += text + bytes(-len(text) % 8)
            if len(found) + len(one) > size:
                break
            found += one
        return found

    def _number(self, path):
        number = self.numbers.setdefault(path, len(self.numbers) + 1)
        self.paths[number] = path
        return number


def _attributes(path):
    of = path.stat()
    times = int(of.st_atime), int(of.st_mtime), int(of.st_ctime)
    numbers = of.st_mode, of.st_nlink, 0, 0, 0, 4096, 0
    return struct.pack("<QQQQQQIIIIIIIIII", of.st_ino, of.st_size, of.st_blocks, *times, 0, 0, 0, *numbers)


if __name__ == "__main__":
    run()

"""A small archive on loopback that can misbehave in every way that a test asks for."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import netCDF4
import numpy as np
import pytest

from stormtracks.download import Options


@dataclass
class Resource:
    """A file at the server; `plan` holds what is done to its next requests, one each, before it is served well."""

    body: bytes
    etag: str | None = '"one"'
    modified: str | None = None
    ranges: bool = True
    plan: list = field(default_factory=list)


class Archive:
    """The server as a test sees it."""

    def __init__(self, address):
        self.address = address
        self.files = {}
        self.requests = []
        self.open = self.most_open = 0
        self.lock = threading.Lock()
        self.closing = threading.Event()

    def put(self, name, body, **options):
        self.files[f"/{name}"] = Resource(body, **options)
        return f"{self.address}/{name}"

    def ranges_asked(self):
        return [headers.get("Range") for _, headers in self.requests]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        archive = self.server.archive
        with archive.lock:
            archive.requests.append((self.path, dict(self.headers)))
            archive.open += 1
            archive.most_open = max(archive.most_open, archive.open)
        try:
            self._answer(archive.files.get(self.path))
        except ConnectionError:
            pass
        finally:
            with archive.lock:
                archive.open -= 1

    def _answer(self, resource):
        if resource is None:
            self.refuse(404)
        elif resource.plan:
            resource.plan.pop(0)(self, resource)
        else:
            self.serve(resource)

    def refuse(self, status, **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve(self, resource, stop=None):
        """Serve well; with `stop` the connection ends at this byte of the file."""
        begin = self._begin(resource)
        if begin >= len(resource.body) > 0:
            self.refuse(416, Content_Range=f"bytes */{len(resource.body)}")
            return
        self.head(resource, begin)
        self.wfile.write(resource.body[begin:stop])
        if stop is not None:
            self.cut()

    def head(self, resource, begin=0, length=None):
        self.send_response(206 if begin else 200)
        if begin:
            last = len(resource.body) - 1
            self.send_header("Content-Range", f"bytes {begin}-{last}/{len(resource.body)}")
        for key, value in (("ETag", resource.etag), ("Last-Modified", resource.modified)):
            if value:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(resource.body) - begin if length is None else length))
        self.end_headers()

    def cut(self):
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(2)

    def _begin(self, resource):
        wanted, condition = self.headers.get("Range"), self.headers.get("If-Range")
        same = condition in (None, resource.etag, resource.modified)
        return int(wanted[len("bytes=") : -1]) if wanted and resource.ranges and same else 0

    def log_message(self, *arguments):
        pass


@pytest.fixture
def archive():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.archive = Archive(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.archive
    server.archive.closing.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def quick():
    """Options of a person in a hurry: the waits are short, the logic is the same."""
    return Options(backoff_s=0.01, timeout_s=5.0, attempts=3)


@pytest.fixture(scope="session")
def netcdf(tmp_path_factory):
    """Bytes of a real NetCDF file of about 300 kB."""
    path = tmp_path_factory.mktemp("netcdf") / "u850.nc"
    with netCDF4.Dataset(path, "w") as data:
        data.createDimension("time", None)
        data.createDimension("x", 4000)
        values = np.random.default_rng(1).normal(size=(10, 4000))
        data.createVariable("u850", "f8", ("time", "x"), chunksizes=(1, 4000))[:] = values
    return path.read_bytes()

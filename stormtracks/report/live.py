"""The page of a run while it goes on, for a browser on this machine and for nobody else."""

import contextlib
import dataclasses
import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from stormtracks import __version__
from stormtracks.report import fragments, html_report, page
from stormtracks.report.outline import outline as look_at

log = logging.getLogger(__name__)

ASK_SECONDS = 3
"""How often the page asks for news."""
REST = 4
"""After making the tables and tracks anew, this many times as long as it took passes before the next time."""


@contextlib.contextmanager
def serving(results_folder, journal=None, years=None, best_tracks=None, port=0):
    """Serve the page on 127.0.0.1 while the `with` block lasts; gives its address.

    Parameters
    ----------
    results_folder, journal, years, best_tracks
        As for `html_report.write`; the journal as a name or a path, since it is read again and again.
    port : int
        0: any that is free.
    """
    run = _Run(results_folder, journal, years, best_tracks)
    server = _Server(("127.0.0.1", port), _Handler)
    server.run = run
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True),
        threading.Thread(target=run.follow, daemon=True),
    ]
    try:
        for thread in threads:
            thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        run.stop.set()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join()


def serve(results_folder, journal=None, years=None, best_tracks=None, port=0, announce=None):
    """Serve the page until interrupted (Ctrl-C); `announce` is called with its address.

    Raises
    ------
    ResultError, JournalRefused
        As for `html_report.write`.
    OSError
        The port is taken.
    """
    with serving(results_folder, journal, years, best_tracks, port) as address:
        if announce:
            announce(address)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


class _Run:
    """What the page shows: the state at each question, tables and tracks in the background when results came.

    Result files are opened by the background's thread alone: the NetCDF library takes one thread at a time.
    """

    def __init__(self, folder, journal, years, best_tracks):
        self._where = folder, journal, years
        self._best_tracks = best_tracks
        self._lock = threading.Lock()
        self._made = None
        self.stop = threading.Event()
        self._state = look_at(*self._where)  # refuses here what cannot be shown at all
        self._contents = page.Contents(
            html_report.title_of(self._state) if self._state.number or self._state.state else "No results yet", "", {}
        )
        self._version = 0

    def follow(self):
        """Make tables and tracks anew whenever there are other results, with a rest in between."""
        while not self.stop.is_set():
            begun = time.monotonic()
            try:
                self._renew()
            except Exception as error:  # a result that is being replaced, say: the next look may be better
                log.warning("the page could not be made anew: %s", error)
            self.stop.wait(max(1.0, REST * (time.monotonic() - begun)))

    def _renew(self):
        outline = look_at(*self._where)
        if outline.version == self._made:
            return
        contents = html_report.contents_of(outline, self._best_tracks, with_figures=False)
        with self._lock:
            self._contents, self._made = contents, outline.version
            self._version += 1

    def _now(self):
        try:
            self._state = look_at(*self._where)
        except Exception as error:  # the last state is better than none
            log.warning("the run could not be looked at: %s", error)
        with self._lock:
            contents, version = self._contents, self._version
        made = {**contents.fragments, **html_report.state_fragments(self._state)}
        return dataclasses.replace(contents, made=fragments.made(__version__) + ", live", fragments=made), version

    def html(self):
        """The whole page as of now."""
        contents, version = self._now()
        return page.html(dataclasses.replace(contents, live={"seconds": ASK_SECONDS, "tracks": version}))

    def state(self):
        """What changed, for the page that asks."""
        contents, version = self._now()
        return json.dumps({"made": contents.made, "fragments": contents.fragments, "tracks": version})

    def tracks(self):
        """The tracks of the map."""
        with self._lock:
            return json.dumps(self._contents.tracks)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


_PAGES = {
    "/": ("html", "text/html"),
    "/state.json": ("state", "application/json"),
    "/tracks.json": ("tracks", "application/json"),
}


class _Handler(BaseHTTPRequestHandler):
    """Three names, and nothing of the disk: there is no path that could lead anywhere."""

    server_version = "stormtracks"
    sys_version = ""
    timeout = 20

    def do_GET(self):
        """Answer a browser on this machine."""
        if not self._is_for_us():
            self._answer(421, "text/plain", "This server answers to its own address only.")
        elif (wanted := _PAGES.get(self.path)) is None:
            self._answer(404, "text/plain", "There is no such page.")
        else:
            method, kind = wanted
            self._answer(200, kind, getattr(self.server.run, method)())

    do_HEAD = do_GET  # noqa: N815

    def _is_for_us(self):
        """A name that somebody else's DNS points to 127.0.0.1 would let their page read ours: only our own is taken."""
        port = self.server.server_port
        return self.headers.get_all("Host") in ([f"127.0.0.1:{port}"], [f"localhost:{port}"])

    def _answer(self, status, kind, text):
        body = text.encode()
        self.send_response(status)
        for key, value in (
            ("Content-Type", f"{kind}; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ):
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

    def log_message(self, form, *arguments):
        """To the log, not to the terminal."""
        log.debug(form, *arguments)

"""The page of a run in progress, for a browser on this machine and for nobody else."""

import contextlib
import dataclasses
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from stormtracks import __version__
from stormtracks.errors import StormtracksError
from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import attempts, runs
from stormtracks.report import fragments, gantt, html_report, page
from stormtracks.report.outline import JournalOf, outline_of

log = logging.getLogger(__name__)

ASK_SECONDS = 3
"""How often the page asks for news."""
REST = 4
"""After tables and tracks were renewed, this many times as long as it took passes before the next time."""


@contextlib.contextmanager
def serving(
    results_folder: str | Path,
    journal: JournalOf = None,
    years: Iterable[Label] | None = None,
    best_tracks: str | Path | None = None,
    port: int = 0,
) -> Iterator[str]:
    """Serve the page on 127.0.0.1 while the `with` block lasts; gives its address.

    Parameters
    ----------
    results_folder, journal, years, best_tracks
        As for `html_report.write`; the journal as a name or a path, since it is read again and again.
    port : int
        0: any that is free.
    """
    with _running(_LiveRun(results_folder, journal, years, best_tracks), port) as address:
        yield address


def serve(
    results_folder: str | Path,
    journal: JournalOf = None,
    years: Iterable[Label] | None = None,
    best_tracks: str | Path | None = None,
    port: int = 0,
    announce: Callable[[str], object] | None = None,
) -> None:
    """Serve the page until interrupted (Ctrl-C); `announce` is called with its address.

    Raises
    ------
    ResultError, JournalRefused
        As for `html_report.write`.
    OSError
        The port is taken.
    """
    run = _LiveRun(results_folder, journal, years, best_tracks)
    with _running(run, port) as address:
        if announce:
            announce(address)
        with contextlib.suppress(KeyboardInterrupt):  # how it is meant to end
            run.stop.wait()
    if run.bug is not None:
        raise run.bug


@contextlib.contextmanager
def _running(run: "_LiveRun", port: int) -> Iterator[str]:
    """A server of a run's page, and the thread that renews it; gives the address."""
    server = _Server(run, port)
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


class _LiveRun:
    """What the page shows: the state at each question, tables and tracks renewed in the background.

    Result files are opened by the background's thread alone: the NetCDF library takes one thread at a time.
    """

    def __init__(
        self,
        folder: str | Path,
        journal: JournalOf,
        years: Iterable[Label] | None,
        best_tracks: str | Path | None,
    ) -> None:
        self.stop = threading.Event()
        self.bug: Exception | None = None
        self.trouble = ""
        """Why tables and map are not of now."""
        self._where = folder, journal, None if years is None else tuple(years)
        self._best_tracks = best_tracks
        path = None if isinstance(journal, runs.RunState) or journal is None else Path(journal)
        self._journals = path.parent if path is not None and path.suffix == ".sqlite" else None
        self._lock = threading.Lock()
        self._renewed: tuple[int, int] | None = None
        self._outline = outline_of(*self._where)  # refuses here what cannot be shown at all
        known = self._outline.number or self._outline.state
        title = html_report.title_of(self._outline) if known else "No results yet"
        self._contents = page.PageContents(title, "", {})
        self._version = 0

    def follow(self) -> None:
        """Renew tables and tracks whenever there are other results, with a rest in between; a bug ends it."""
        while not self.stop.is_set():
            begun = time.monotonic()
            try:
                self._renew()
                self.trouble = ""
            except (StormtracksError, OSError) as error:  # such as a result that is being replaced: try again later
                log.warning("the page could not be updated: %s", error)
                self.trouble = f"; tables and map are of before: {fragments.without_folders(str(error))}"
            except Exception as error:
                self.bug = error
                self.stop.set()
            self.stop.wait(max(1.0, REST * (time.monotonic() - begun)))

    def _renew(self) -> None:
        outline = outline_of(*self._where)
        if outline.version == self._renewed:
            return
        # A run that replaces results of other settings has both kinds for a while: the page's notes say so.
        contents = html_report.contents_of(outline, self._best_tracks, with_figures=False, mixed=True)
        with self._lock:
            self._contents = contents
            self._renewed = outline.version
            self._version += 1

    def _now(self) -> tuple[page.PageContents, int]:
        try:
            self._outline = outline_of(*self._where)
        except (StormtracksError, OSError) as error:  # the last state is better than none
            log.warning("the run could not be read: %s", error)
        with self._lock:
            contents, version = self._contents, self._version
        pieces = {**contents.fragments, **html_report.state_fragments(self._outline)}
        created = f"{fragments.created(__version__)}, live{self.trouble}"
        return dataclasses.replace(contents, created=created, fragments=pieces), version

    def html(self) -> str:
        """The whole page as of now."""
        contents, version = self._now()
        return page.html(dataclasses.replace(contents, live={"seconds": ASK_SECONDS, "tracks": version}))

    def state(self) -> str:
        """What changed, for the page that asks."""
        contents, version = self._now()
        slots = gantt.news(chart) if (chart := self._chart()) else None
        return json.dumps(
            {"created": contents.created, "fragments": contents.fragments, "tracks": version, "slots": slots}
        )

    def slots(self) -> str:
        """What each slot did; the page asks when there is more than it knows."""
        chart = self._chart()
        return json.dumps(chart.packed() if chart else None)

    def _chart(self) -> gantt.Chart | None:
        """The run's latest attempts; None: there is no journal, or it cannot be read now."""
        state = self._outline.state
        if state is None:
            return None
        try:
            return gantt.chart(attempts.recent(state.run["name"], self._journals), state.working)
        except (StormtracksError, OSError) as error:
            log.warning("the run's attempts could not be read: %s", error)
            return None

    def tracks(self) -> str:
        """The tracks of the map."""
        with self._lock:
            return json.dumps(self._contents.tracks)


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # Ctrl-C does not wait for a browser
    allow_reuse_address = True  # the same --port again, right after the last server

    def __init__(self, run: _LiveRun, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.pages: dict[str, tuple[Callable[[], str], str]] = {
            "/": (run.html, "text/html"),
            "/state.json": (run.state, "application/json"),
            "/tracks.json": (run.tracks, "application/json"),
            "/gantt.json": (run.slots, "application/json"),
        }


class _Handler(BaseHTTPRequestHandler):
    """Four names, and nothing of the disk: there is no path that could lead anywhere."""

    server: _Server
    server_version = "stormtracks"
    sys_version = ""
    timeout = 20  # browsers open connections in advance and may never ask

    def do_GET(self) -> None:
        """Answer a browser on this machine."""
        if not self._is_for_us():
            self._answer(
                421, "text/plain", "This server accepts only requests to its own address, 127.0.0.1 or localhost."
            )
        elif (wanted := self.server.pages.get(self.path)) is None:
            self._answer(404, "text/plain", "There is no such page.")
        else:
            content, kind = wanted
            self._answer(200, kind, content())

    do_HEAD = do_GET  # noqa: N815

    def _is_for_us(self) -> bool:
        """Only our own name is accepted: another one that DNS points to 127.0.0.1 would let its page read ours."""
        port = self.server.server_port
        return self.headers.get_all("Host") in ([f"127.0.0.1:{port}"], [f"localhost:{port}"])

    def _answer(self, status: int, kind: str, text: str) -> None:
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

    def log_message(self, form: str, *arguments: object) -> None:
        """To the log, not to the terminal."""
        log.debug(form, *arguments)

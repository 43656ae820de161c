"""One file from a server that cuts, lies, ignores, refuses, redirects, drips and changes its mind."""

import contextlib
import email.utils
import time

import pytest

from stormtracks.download.courtesy import Courtesy
from stormtracks.download.errors import DownloadError, NotThereError, StoppedError
from stormtracks.download.fetch import fetch
from stormtracks.download.options import Options
from stormtracks.download.partial import PartialFile

BODY = bytes(range(256)) * 1000


def cut_at(byte):
    return lambda handler, resource: handler.serve(resource, stop=byte)


def refuse(status, **headers):
    return lambda handler, resource: handler.refuse(status, **headers)


@pytest.fixture
def get(archive, tmp_path, quick):
    """Fetch `file` and give its bytes."""

    def get(options=quick, courtesy=None, **of_resource):
        address = archive.put("file", BODY, **of_resource)
        with PartialFile(tmp_path / "file") as part:
            fetch(address, part, options, courtesy or Courtesy())
            return part.path.read_bytes()

    return get


def test_comes_whole(get, archive):
    assert get() == BODY
    assert archive.requests[0][1]["Accept-Encoding"] == "identity"


def test_goes_on_after_a_cut(get, archive):
    assert get(plan=[cut_at(100_000), cut_at(200_000)]) == BODY
    assert archive.ranges_asked() == [None, "bytes=100000-", "bytes=200000-"]


def test_the_date_of_change_stands_in_for_a_missing_or_weak_etag(get, archive):
    modified = "Sat, 01 Aug 2026 00:00:00 GMT"
    assert get(etag='W/"x"', modified=modified, plan=[cut_at(1000)]) == BODY
    assert archive.requests[1][1]["If-Range"] == modified


def test_begins_again_where_nothing_tells_versions_apart(get, archive):
    assert get(etag=None, plan=[cut_at(1000)]) == BODY
    assert archive.ranges_asked() == [None, None]


def test_begins_again_where_ranges_are_ignored(get):
    assert get(ranges=False, plan=[cut_at(1000)]) == BODY


def test_a_file_that_changed_meanwhile_begins_again(get):
    def change_and_serve(handler, resource):
        resource.body, resource.etag = BODY[::-1], '"two"'
        handler.serve(resource)

    assert get(plan=[cut_at(1000), change_and_serve]) == BODY[::-1]


def test_a_changed_file_is_noticed_although_the_server_does_not_know_if_range(get, archive):
    def change_and_go_on(handler, resource):
        resource.body, resource.etag = BODY[::-1], '"two"'
        handler.head(resource, begin=1000)
        handler.wfile.write(resource.body[1000:])

    assert get(plan=[cut_at(1000), change_and_go_on]) == BODY[::-1]
    assert archive.ranges_asked() == [None, "bytes=1000-", None]


def test_another_part_than_asked_for_is_not_taken(get):
    def from_elsewhere(handler, resource):
        handler.head(resource, begin=5)
        handler.wfile.write(resource.body[5:])

    assert get(plan=[cut_at(1000), from_elsewhere]) == BODY


def test_a_part_that_is_already_whole_needs_no_byte(archive, tmp_path, quick):
    address = archive.put("file", BODY)
    for _ in range(2):
        with PartialFile(tmp_path / "file") as part:
            fetch(address, part, quick, Courtesy())
            assert part.path.read_bytes() == BODY
    assert archive.ranges_asked() == [None, f"bytes={len(BODY)}-"]


def test_a_part_longer_than_the_file_begins_again(archive, tmp_path, quick):
    address = archive.put("file", BODY)
    with PartialFile(tmp_path / "file") as part:
        part.restart({"address": address, "etag": '"one"'})
        part.write(BODY + b"more")
        fetch(address, part, quick, Courtesy())
        assert part.path.read_bytes() == BODY


def test_a_part_of_another_address_is_not_gone_on_with(archive, tmp_path, quick):
    address = archive.put("file", BODY)
    with PartialFile(tmp_path / "file") as part:
        part.restart({"address": "http://elsewhere/file", "etag": '"one"'})
        part.write(b"something else")
        fetch(address, part, quick, Courtesy())
        assert part.path.read_bytes() == BODY


def test_a_length_that_is_never_reached_fails_and_keeps_what_came(archive, tmp_path, quick):
    def promise_too_much(handler, resource):
        handler.head(resource, length=len(BODY) + 10)
        handler.wfile.write(BODY)
        handler.cut()

    address = archive.put("file", BODY, ranges=False, plan=[promise_too_much] * 3)
    with PartialFile(tmp_path / "file") as part:
        with pytest.raises(DownloadError, match=r"attempt 3 of 3.*run the same command again to resume"):
            fetch(address, part, quick, Courtesy())
        assert part.size == len(BODY)


def test_404_is_final_and_says_how_to_name_another_address(get, archive):
    with pytest.raises(NotThereError, match=r"127.0.0.1:\d+/file: the server has no such file \(404\).*--archives"):
        get(plan=[refuse(404)])
    assert len(archive.requests) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_is_not_retried(get, archive, status):
    with pytest.raises(DownloadError, match="requires a login"):
        get(plan=[refuse(status)])
    assert len(archive.requests) == 1


def test_an_unknown_answer_is_final(get):
    with pytest.raises(DownloadError, match="the server answered 418"):
        get(plan=[refuse(418)])


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(get, archive, status):
    assert get(plan=[refuse(status)]) == BODY
    assert len(archive.requests) == 2


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
def test_waits_as_long_as_the_server_says(get, status):
    start = time.monotonic()
    assert get(plan=[refuse(status, Retry_After="1")]) == BODY
    assert time.monotonic() - start >= 1


@pytest.mark.slow
def test_waits_until_the_date_that_the_server_says(get):
    until = time.time() + 2
    assert get(plan=[refuse(503, Retry_After=email.utils.formatdate(until, usegmt=True))]) == BODY
    assert time.time() >= int(until)


def test_a_wait_that_is_too_long_is_not_waited_for(get):
    with pytest.raises(DownloadError, match="asks for a wait of 24 h 0 min, but the longest wait is 15 min"):
        get(plan=[refuse(503, Retry_After="86400")])


def test_gives_up_after_the_attempts(get, archive):
    with pytest.raises(DownloadError, match=r"503 Service Unavailable.*attempt 3 of 3"):
        get(plan=[refuse(503)] * 5)
    assert len(archive.requests) == 3


def test_redirects_are_followed(archive, tmp_path, quick):
    archive.put("moved", BODY)
    address = archive.put("file", b"", plan=[refuse(302, Location="/moved")])
    with PartialFile(tmp_path / "file") as part:
        fetch(address, part, quick, Courtesy())
        assert part.path.read_bytes() == BODY


def test_redirects_in_a_circle_are_final(get, archive):
    with pytest.raises(DownloadError, match="5 redirects"):
        get(plan=[refuse(302, Location="/file")] * 20)
    assert len(archive.requests) == 6


def test_a_line_that_drips_is_given_up_and_taken_up_again(get, archive):
    def drip(handler, resource):
        handler.head(resource)
        for byte in range(10_000):
            handler.wfile.write(resource.body[byte : byte + 1])
            if archive.closing.wait(0.02):
                return

    assert get(Options(timeout_s=0.4, slowest_bytes_per_s=5000, backoff_s=0.01), plan=[drip]) == BODY
    assert archive.requests[1][1]["Range"].startswith("bytes=")


def test_a_silent_server_is_given_up_and_asked_again(get, archive):
    def say_nothing(handler, resource):
        handler.head(resource)
        archive.closing.wait(10)

    assert get(Options(timeout_s=0.3, backoff_s=0.01), plan=[say_nothing]) == BODY


def test_nobody_there_is_said_plainly(tmp_path, quick):
    with PartialFile(tmp_path / "file") as part, pytest.raises(DownloadError, match="refused"):
        fetch("http://127.0.0.1:9/file", part, quick, Courtesy())


def test_a_full_disk_is_refused_before_a_byte_is_written(archive, tmp_path, quick):
    address = archive.put("file", BODY)
    with PartialFile(tmp_path / "file") as part:
        with pytest.raises(DownloadError, match=r"file: needs 256.0 kB, but .* has only 1.0 kB free"):
            fetch(address, part, quick, Courtesy(free_bytes=lambda folder: 1000))
        assert part.size == 0


def test_stops_when_asked_and_keeps_what_came(archive, tmp_path, quick):
    courtesy = Courtesy()
    address = archive.put("file", BODY)
    with PartialFile(tmp_path / "file") as part, pytest.raises(StoppedError):
        fetch(address, part, quick, courtesy, notify=lambda done, total: courtesy.stop.set())
    assert 0 < (tmp_path / "file.part").stat().st_size <= len(BODY)


def test_tells_how_far_it_is(archive, tmp_path, quick):
    seen = []
    with PartialFile(tmp_path / "file") as part:
        fetch(archive.put("file", BODY, plan=[cut_at(1000)]), part, quick, Courtesy(), lambda *a: seen.append(a))
    assert seen[0] == (0, len(BODY)) and seen[-1] == (len(BODY), len(BODY)) and (1000, len(BODY)) in seen


def drip(text):
    """Send this a byte at a time, for ever."""

    def do(handler, resource):
        while not handler.server.archive.closing.wait(0.02):
            handler.wfile.write(text[:1])
            handler.wfile.flush()
            text[:] = text[1:] or text

    return do


@pytest.mark.parametrize(
    "begin",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ids=["status", "headers", "lengths of chunks"],
)
def test_headers_that_drip_are_given_up_too(get, archive, begin):
    def do(handler, resource):
        handler.wfile.write(begin)
        with contextlib.suppress(OSError):
            drip(bytearray(b"H" * 10**5 if not begin else b"0" * 10**5))(handler, resource)
        handler.close_connection = True

    assert get(Options(timeout_s=0.3, backoff_s=0.01), plan=[do]) == BODY
    assert len(archive.requests) == 2


ODD = [b"\xb2", b"9" * 5000, b"-5", b"\xed\xa0\x80", b"http://[::1", b"http://x:99999999/", b"http://a\x9b/", b"nan",
       b"1e999", b"Fri, 31 Dec 9999 23:59:59 -9999", b"bytes */" + b"9" * 5000, b"bytes 0-\xb2/\xb2"]  # fmt: skip


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize(
    ("status", "header"),
    [(200, "Content-Length"), (206, "Content-Range"), (302, "Location"), (416, "Content-Range"), (503, "Retry-After")],
)
def test_a_header_that_makes_no_sense_fails_that_file_only(get, status, header, value):
    def do(handler, resource):
        handler.wfile.write(b"HTTP/1.1 %d x\r\n%s: %s\r\n\r\n" % (status, header.encode(), value))
        handler.close_connection = True

    with contextlib.suppress(DownloadError):  # anything else would end the downloads of all files
        get(Options(backoff_s=0.001, attempts=2), plan=[do])


def test_a_line_that_drips_is_named(get):
    def do(handler, resource):
        with contextlib.suppress(OSError):
            drip(bytearray(b"H" * 10**5))(handler, resource)

    with pytest.raises(DownloadError, match=r"too slow: no whole headers in 0\.2 s"):
        get(Options(timeout_s=0.2, backoff_s=0.01, attempts=1), plan=[do])


def test_a_file_of_unknown_size_leaves_room_on_the_disk(archive, tmp_path, quick):
    def endless(handler, resource):
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            while True:
                handler.wfile.write(bytes(2**16))

    free = iter([10**9] * 20)
    address = archive.put("file", BODY, plan=[endless])
    with PartialFile(tmp_path / "file") as part:
        with pytest.raises(DownloadError, match=r"file: needs 262\.1 kB, but .* has only 1\.0 MB free"):
            fetch(address, part, quick, Courtesy(free_bytes=lambda folder: next(free, 10**6)))
        assert part.size < 30 * 2**18

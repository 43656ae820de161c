"""The page's server: for this machine alone, four names, and news of the run."""

import http.client
import json
import shutil
import socket
import time
from urllib.parse import urlsplit

import pytest

from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.report import html_report, serve
from stormtracks.report.live import serving
from stormtracks.science.errors import ResultError

from .conftest import wait


@pytest.fixture
def folder(results_folder, tmp_path):
    """A run of which the first of three members is there."""
    place = tmp_path / "results/vort_track/2005"
    place.mkdir(parents=True)
    shutil.copy(results_folder / "vort_track/2005/member_000.nc", place)
    return tmp_path / "results"


def ask(address, path="/", method="GET", **headers):
    """Status, headers and text of an answer."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for key, value in headers.items():
        connection.putheader(key, value)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read().decode()


def test_the_page_and_its_news(folder):
    with serving(folder) as address:
        status, headers, text = ask(address)
        assert status == 200 and "connect-src 'self'" in text and headers["Cache-Control"] == "no-store"
        wait(lambda: json.loads(ask(address, "/state.json")[2])["tracks"] == 1)
        assert "2005" in json.loads(ask(address, "/state.json")[2])["fragments"]["grid"]
        assert json.loads(ask(address, "/tracks.json")[2])["total"] == 31


@pytest.mark.slow
def test_new_results_are_news(folder, results_folder):
    with serving(folder) as address:
        wait(lambda: json.loads(ask(address, "/state.json")[2])["tracks"] == 1)
        shutil.copy(results_folder / "vort_track/2005/member_001.nc", folder / "vort_track/2005")
        wait(lambda: json.loads(ask(address, "/state.json")[2])["tracks"] == 2)
        assert '<span class="complete">++</span>' in ask(address, "/state.json")[2].replace('\\"', '"')


@pytest.mark.slow
def test_what_keeps_it_from_being_of_now_is_said_without_a_folder(folder):
    def said():
        return json.loads(ask(address, "/state.json")[2])["created"]

    place = folder / "vort_track/2005/member_000.nc"
    whole = place.read_bytes()
    place.write_bytes(whole[:3000])
    with serving(folder) as address:
        text = wait(lambda: "tables and map are of before: member_000.nc: cannot" in (now := said()) and now)
        assert str(folder) not in text
        place.write_bytes(whole)
        wait(lambda: said().endswith(", live"))


def test_a_run_without_results_is_waited_for(tmp_path):
    with serving(tmp_path) as address:
        assert "There are no results yet" in ask(address)[2]
        assert ask(address, "/tracks.json")[2] == "null"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:PORT", "127.0.0.1", "127.0.0.1:1", "", "[::1]:PORT"])
def test_a_stranger_s_name_for_this_machine_is_refused(folder, host):
    with serving(folder) as address:
        status, _, text = ask(address, Host=host.replace("PORT", str(urlsplit(address).port)))
        assert status == 421 and "2005" not in text


def test_its_own_names_are_taken(folder):
    with serving(folder) as address:
        assert ask(address, Host=f"localhost:{urlsplit(address).port}")[0] == 200


@pytest.mark.parametrize("path", ["/vort_track/", "/../../etc/passwd", "/%2e%2e/", "/?x", "/state.json/..", "*"])
def test_no_other_path_is_there(folder, path):
    with serving(folder) as address:
        assert ask(address, path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_only_answers_questions(folder, method):
    with serving(folder) as address:
        assert ask(address, "/", method)[0] == 501


def test_head_has_no_body(folder):
    with serving(folder) as address:
        status, headers, text = ask(address, method="HEAD")
        assert status == 200 and text == "" and int(headers["Content-Length"]) > 1000


def test_it_listens_on_loopback_alone(folder):
    with serving(folder) as address:
        port = urlsplit(address).port
        with socket.socket() as other:  # the rest of the addresses is free
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.2", port))


def test_a_bug_ends_it_rather_than_leaving_a_page_that_never_changes(folder, monkeypatch):
    monkeypatch.setattr(html_report, "contents_of", lambda *a, **k: {}["nmae"])
    with pytest.raises(KeyError, match="nmae"):
        serve(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ResultError, match="no such folder"), serving(tmp_path / "nowhere"):
        pass


def test_what_slots_did_is_told_with_the_news_and_asked_for_when_there_is_more(folder, tmp_path):
    journal = Journal(Run("r", "vort_track", 2005, 2005, 3), place=tmp_path / "runs")
    done = TaskOutcome(2005, 0, "complete", "w1", "h", 5.0, 4.0, finished=time.time())
    journal.attempted("w1", 0, done, 2.0)
    journal.working("w1", 1, 2005, 1)
    with serving(folder, journal.path) as address:
        news = wait(lambda: (made := json.loads(ask(address, "/state.json")[2])["slots"])["working"] and made)
        assert news["version"][0] == 1 and news["working"][0][::2] == ["w1/1", "2005 member 1"]
        assert "vort_track: 40 % reading" in news["html"]
        chart = json.loads(ask(address, "/gantt.json")[2])
        assert (chart["lanes"], chart["lane"], chart["state"]) == (["w1/0", "w1/1"], [0], [0])
    journal.close("complete")


def test_without_a_journal_nothing_is_known_of_slots(folder):
    with serving(folder) as address:
        assert json.loads(ask(address, "/state.json")[2])["slots"] is None
        assert ask(address, "/gantt.json")[2] == "null"

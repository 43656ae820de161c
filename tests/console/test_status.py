"""`inv status` is about this project's runs: it names the hosts file and the results folders, and says of others."""

import pytest

from stormtracks.console import status
from stormtracks.pyro_cluster.journal import projects
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal


@pytest.fixture
def hosts(tmp_path, monkeypatch):
    """Two hosts.yaml; the first is meant."""
    (tmp_path / "home").mkdir(mode=0o700)
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STORMTRACKS_HOSTS", str(tmp_path / "first.yaml"))
    return [str(tmp_path / name) for name in ("first.yaml", "second.yaml")]


def run(hosts, folders, years=(2005, 2005), results=""):
    """Begin and end a run of a hosts.yaml, whose workers have these results folders."""
    name = projects.name_for(f"vort_track_{years[0]}-{years[1]}", hosts, results, folders)
    journal = Journal(Run(name, "vort_track", *years, 2, hosts=hosts, results=results))
    for worker, folder in folders.items():
        journal.belongs(worker, {"results": folder})
    journal.close("interrupted")
    return name


def test_the_newest_run_of_this_hosts_file_is_shown(hosts, capsys):
    assert run(hosts[0], {"w": "/first"}) == "vort_track_2005-2005"
    assert run(hosts[1], {"w": "/second"}) == "vort_track_2005-2005-second"
    status.status()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("run vort_track_2005-2005: ")
    assert lines[1] == f"hosts file {hosts[0]}; results in /first (worker w)"
    assert lines[-1] == "there is also a run of another hosts file: inv status --run vort_track_2005-2005-second"
    status.status("vort_track_2005-2005-second")
    assert f"hosts file {hosts[1]}; results in /second (worker w)" in capsys.readouterr().out


def test_where_this_hosts_file_has_no_run_another_is_shown_as_such(hosts, capsys):
    run(hosts[1], {"w": "/second"})
    status.status()
    out, err = capsys.readouterr()
    assert err == f"{hosts[0]} has no run yet; the newest run of another hosts file:\n"
    assert out.startswith("run vort_track_2005-2005") and "--run" not in out


def test_folders_are_counted(hosts, capsys):
    run(hosts[0], {**{f"w{n}": "/shared" for n in range(3)}, **{f"x{n}": f"/own{n}" for n in range(4)}})
    status.status()
    assert "results in /shared (3 workers), /own0 (worker x0), /own1 (worker x1), and 2 more folders" in (
        capsys.readouterr().out
    )


def test_a_project_finds_its_own_runs_again(hosts):
    names = [run(of, {"w": "/x"}) for of in hosts] + [run(hosts[0], {"w": "/x"}, results="motion/first")]
    assert names == [run(of, {"w": "/x"}) for of in hosts] + [run(hosts[0], {"w": "/x"}, results="motion/first")]
    assert len(set(names)) == 3 and names[2] == "vort_track_2005-2005-motion-first"


def test_two_hosts_files_of_the_same_name_have_runs_of_their_own(hosts, tmp_path):
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
    names = [run(str(tmp_path / folder / "hosts.yaml"), {"w": f"/{folder}"}) for folder in ("a", "b", "c")]
    assert names == ["vort_track_2005-2005", "vort_track_2005-2005-b", "vort_track_2005-2005-c"]

"""Somebody who types `fab`: a home folder with an SSH key, a hosts.yaml, and the commands."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from needs import need
from sshd import make_key

ROOT = Path(__file__).resolve().parents[1]


class Operator:
    """A user of a test, whose home, keys and cluster state are in a folder of the test.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder):
        self.home, self.folder = folder / "operator", folder
        self.ssh = self.home / ".ssh"
        self.ssh.mkdir(parents=True, mode=0o700)
        self.key = make_key(self.ssh / "id_ed25519")
        self.known_hosts = self.ssh / "known_hosts"
        self.hosts = folder / "hosts.yaml"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("STORMTRACKS_", "SSH_"))},
            "HOME": str(self.home),
            "STORMTRACKS_HOSTS": str(self.hosts),
        }
        self.work_in(ROOT)

    def work_in(self, checkout):
        """Type commands in this checkout."""
        self.checkout = checkout
        self.environment["PYTHONPATH"] = str(checkout)

    def snapshot(self):
        """Work in a checkout of one's own, of what is tracked now: nobody edits it while a test deploys from it."""
        need("git")
        copy = self.folder / "checkout"
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for name in filter(None, names.split("\0")):
            if (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, copy / name)
        for words in (["init", "-q"], ["add", "-Af", "."]):
            subprocess.run(["git", *words], cwd=copy, check=True)
        self.work_in(copy)
        return copy

    @property
    def state(self):
        """Where the operator's secret and journals are."""
        return self.home / ".stormtracks"

    def trust(self, *servers):
        """Know these servers' host keys."""
        with self.known_hosts.open("a") as file:
            file.writelines(server.known_hosts_line for server in servers)

    def configure(self, content):
        """Write hosts.yaml."""
        self.hosts.write_text(yaml.safe_dump(content, sort_keys=False))

    def fab(self, *words, seconds=100, stdin=None):
        """Run a command; its output and exit status."""
        return subprocess.run(
            [sys.executable, "-m", "fabric", *map(str, words)],
            cwd=self.checkout,
            env=self.environment,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            stdin=None if stdin is not None else subprocess.DEVNULL,
        )

    def run(self, *command, **options):
        """Start any other command of the project in the background."""
        return subprocess.Popen(
            [sys.executable, *map(str, command)],
            cwd=self.checkout,
            env=self.environment,
            start_new_session=True,
            **options,
        )

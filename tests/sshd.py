"""A private OpenSSH server: own port, own keys, own home folder, gone after the test."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from needs import need
from processes import wait_for


def make_key(path):
    """A key pair at `path` and `path`.pub."""
    need("ssh-keygen")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


class PrivateSshd:
    """An sshd for the user who runs it, in a folder of its own; a context manager.

    Parameters
    ----------
    folder : Path
    client_key : Path
        Whose ``.pub`` may come in.
    address : str
    port : int
        0: a free one.
    login_shell : str, optional
        Run commands as sshd does for a user with this login shell.
    greeting : str
        What the login shell's start-up files print before every command.
    environment : dict, optional
        What they put into the environment.
    """

    def __init__(
        self, folder, client_key, address="127.0.0.1", port=0, login_shell=None, greeting="", environment=None
    ):
        (self._sshd, *_) = need("sshd", login_shell or "sh")
        self.folder, self.address, self.port = folder, address, port or free_port(address)
        self.home, self.pid_file = folder / "home", folder / "sshd.pid"
        self.home.mkdir(parents=True)
        folder.chmod(0o700)  # StrictModes
        make_key(folder / "host_key")
        shutil.copy(f"{client_key}.pub", folder / "authorized_keys")
        (folder / "authorized_keys").chmod(0o600)
        self._environment = {"HOME": self.home, **(environment or {})}
        self.config = folder / "sshd_config"
        self.config.write_text("\n".join(self._options(login_shell, greeting)) + "\n")

    def _options(self, login_shell, greeting):
        options = {
            "ListenAddress": f"{self.address}:{self.port}",
            "HostKey": self.folder / "host_key",
            "PidFile": self.pid_file,
            "AuthorizedKeysFile": self.folder / "authorized_keys",
            "UsePAM": "no",
            "PasswordAuthentication": "no",
            "KbdInteractiveAuthentication": "no",
            "MaxStartups": 100,
            "StrictModes": "no",
            "Subsystem": "sftp internal-sftp",
            "SetEnv": " ".join(f"{name}={value}" for name, value in self._environment.items()),
        }
        if login_shell or greeting:
            options["ForceCommand"] = f'printf "{greeting}"; exec {login_shell or "sh"} -c "$SSH_ORIGINAL_COMMAND"'
        return [f"{name} {value}" for name, value in options.items()]

    @property
    def public_key(self):
        """Kind and key, as known_hosts has them."""
        return " ".join((self.folder / "host_key.pub").read_text().split()[:2])

    @property
    def known_hosts_line(self):
        name = self.address if self.port == 22 else f"[{self.address}]:{self.port}"
        return f"{name} {self.public_key}\n"

    def command(self, *more):
        """The command line of the server."""
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        return [self._sshd, "-f", str(self.config), "-E", str(self.folder / "log"), *more]

    def __enter__(self):
        subprocess.run(self.command(), check=True)
        wait_for(self.pid_file.exists, what="sshd's pid file")
        return self

    def __exit__(self, *_):
        pid = int(self.pid_file.read_text())
        os.kill(pid, signal.SIGTERM)
        wait_for(lambda: not self.pid_file.exists(), what="the end of sshd")


def free_port(address="127.0.0.1"):
    """A port that nobody has now."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]

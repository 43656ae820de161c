"""A link to a host: runs a shell line there, over SSH or, for ``launch: local``, here."""

import contextlib
import random
import socket
import threading
import time
from collections.abc import Iterable

import fabric
import paramiko

from stormtracks.config import WorkerHost
from stormtracks.hosts import bounded_output, host_keys
from stormtracks.hosts.errors import HostFault
from stormtracks.hosts.shell_process import Done, HereProcess, Input, Process, SshProcess

CONNECT_SECONDS = 5.0
ATTEMPTS = 4
KEEPALIVE_SECONDS = 10
SILENT_MS = 20_000


class Link:
    """What both kinds have in common; a context manager."""

    def __enter__(self) -> "Link":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection up."""

    def open(self, line: str) -> Process:
        """Start a shell line."""
        raise NotImplementedError

    def run(self, line: str, chunks: Iterable[bytes] = (), seconds: float = 60.0) -> Done:
        """Run a shell line to its end.

        Parameters
        ----------
        line : str
        chunks : iterable of bytes
            Standard input.
        seconds : float
            Time it may take.

        Raises
        ------
        HostFault
            It took longer, the connection broke, or the answer is too large.
        """
        process = self.open(line)
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.abort()

        alarm = threading.Timer(seconds, give_up)
        alarm.daemon = True
        alarm.start()
        try:
            _write(process.stdin, chunks)
            done = process.finish(bounded_output.whole(process.stdout))
        except (OSError, EOFError) as error:
            if not late.is_set():
                raise _broken(error) from error
        finally:
            alarm.cancel()
            process.end()
        if late.is_set():
            raise HostFault(
                f"no answer within {seconds:g} s: check whether the host is overloaded or a disk does not respond"
            )
        return done


class Here(Link):
    """This machine, without SSH."""

    def open(self, line: str) -> Process:
        """Start a shell line here."""
        return HereProcess(line)


class Ssh(Link):
    """A host that Fabric connects to as ~/.ssh/config and hosts.yaml say, and whose host key is known.

    Parameters
    ----------
    connection : fabric.Connection
        From `connection`.
    """

    def __init__(self, connection: fabric.Connection) -> None:
        self.connection = connection
        host_keys.verify(connection)
        _connect(connection)

    def close(self) -> None:
        """Close the connection and those that it goes through."""
        connection = self.connection
        while isinstance(connection, fabric.Connection):
            connection.close()
            connection = connection.gateway

    def open(self, line: str) -> Process:
        """Start a shell line on the host."""
        try:
            return SshProcess(self.connection, line)
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise _broken(error) from error


def link(worker: WorkerHost, config: fabric.Config) -> Link:
    """Connect to a worker's host.

    Raises
    ------
    HostFault
        It cannot be reached, is not the host it was, or does not let us in.
    """
    return Here() if worker.local else Ssh(connection(worker, config))


def connection(worker: WorkerHost, config: fabric.Config) -> fabric.Connection:
    """The Fabric connection to a worker's host, not open yet; SSH agents are not forwarded unless hosts.yaml asks."""
    config = config.clone()
    options = {**config.connect_kwargs, "banner_timeout": CONNECT_SECONDS, "auth_timeout": CONNECT_SECONDS}
    config.timeouts.connect = options.pop("timeout", None) or config.timeouts.connect or CONNECT_SECONDS
    options.pop("key_filename", None)  # Fabric takes those of the command line from the config
    if worker.identity:
        options["key_filename"] = [worker.identity]
    gateway = None
    for hop in (worker.jump or "").split(","):
        if hop:
            gateway = fabric.Connection(hop.strip(), gateway=gateway, config=config, connect_kwargs=dict(options))
    return fabric.Connection(
        worker.ssh_host,
        user=worker.user,
        port=worker.port,
        gateway=gateway,
        config=config,
        forward_agent=worker.forward_agent,
        connect_kwargs=options,
    )


def explained(error: Exception, connection: fabric.Connection) -> HostFault:
    """What went wrong with a connection, and what to do."""
    place = f"{connection.host}:{connection.port}"
    for kind, text in _CURES.items():
        if isinstance(error, kind):
            return HostFault(
                text.format(place=place, user=connection.user, error=error, name=host_keys.key_name(connection))
            )
    if "not found in known_hosts" in str(error):
        return HostFault(f"the host key of {place} is not known: run fab trust-hosts")
    reason = str(error) or type(error).__name__
    return HostFault(f"no SSH connection to {place}: {reason}; check the host and its entry in hosts.yaml")


# In this order: PasswordRequiredException is an AuthenticationException.
_CURES: dict[type[Exception], str] = {
    paramiko.BadHostKeyException: "the host key of {place} differs from known_hosts: another machine answers, or the "
    "host was reinstalled. Only if you know the reason, run ssh-keygen -R '{name}', then fab trust-hosts",
    paramiko.PasswordRequiredException: "the private key for {place} has a passphrase: run ssh-add with this key first",
    paramiko.AuthenticationException: "{place} refuses to log in {user} ({error}): check 'user' and 'identity' in "
    "hosts.yaml",
    TimeoutError: "{place} does not answer in time: check that it is on and that its firewall allows SSH",
    paramiko.ssh_exception.NoValidConnectionsError: "{place} refuses SSH: start its sshd, or correct 'port' in "
    "hosts.yaml",
    FileNotFoundError: "the private key for {place} does not exist: {error}; correct 'identity' in hosts.yaml",
}


def _connect(connection: fabric.Connection) -> None:
    """Open a connection; a busy sshd that hangs up on new connections (MaxStartups) is asked again."""
    if isinstance(connection.gateway, fabric.Connection):
        _connect(connection.gateway)
    for attempt in range(ATTEMPTS):
        try:
            connection.open()
            _notice_silence(connection.transport)
            return
        except Exception as error:  # paramiko lets through whatever its sockets, files and threads raise
            connection.transport = None
            connection.client.close()
            if attempt == ATTEMPTS - 1 or "protocol banner" not in str(error):
                raise explained(error, connection) from error
            time.sleep(random.uniform(0.2, 0.6) * 2**attempt)


def _notice_silence(transport: paramiko.Transport) -> None:
    """Let the kernel end a connection whose host is gone: what is sent now and then is not acknowledged."""
    transport.set_keepalive(KEEPALIVE_SECONDS)
    if isinstance(transport.sock, socket.socket):  # else it goes through a host whose own connection ends
        transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_MS)


def _broken(error: Exception) -> HostFault:
    return HostFault(f"the connection broke ({str(error) or type(error).__name__}): try again")


def _write(file: Input, chunks: Iterable[bytes]) -> None:
    # A process may end without reading everything: then its answer counts, not that writing failed.
    with contextlib.suppress(OSError):
        for chunk in chunks:
            file.write(chunk)
        file.close()

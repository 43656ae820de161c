"""A Slurm of two nodes on this machine: own daemons, own ports, own key, all in one folder, all gone with the test.

Each daemon is the first process of a pid namespace (a node has a hostname of its own too), so that the kernel ends it,
its job steps and every worker in them when the test's process ends, however it ends. A Slurm that the machine has
already is neither used nor touched: everything goes by `SLURM_CONF`. Needs root.
"""

import contextlib
import os
import random
import socket
import subprocess
from pathlib import Path

from needs import SLURM, need
from processes import wait_for

PARTITIONS = """\
PartitionName=main Nodes={nodes} Default=YES MaxTime=60 DefaultTime=10 PriorityTier=10 PreemptMode=OFF
PartitionName=spare Nodes={nodes} MaxTime=60 PriorityTier=1 PreemptMode=REQUEUE GraceTime=0
PartitionName=scrap Nodes={nodes} MaxTime=60 PriorityTier=1 PreemptMode=CANCEL GraceTime=3
"""
"""A job of `main` takes the CPUs of one of `spare`, which is put back, or of `scrap`, which is ended after 3 s."""

CONF = """\
ClusterName=test
SlurmctldHost={head}({address})
SlurmctldPort={port}
SlurmUser=root
AuthType=auth/munge
CryptoType=crypto/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdSpoolDir={folder}/spool-%n
SlurmdPidFile={folder}/%n.pid
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU,CR_LLN
SchedulerParameters=bf_interval=1,sched_interval=1,sched_min_interval=0,batch_sched_delay=0,defer_batch
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
KillWait=5
MinJobAge=300
MessageTimeout=5
ReturnToService=2
SlurmdParameters=config_overrides
SlurmdTimeout=30
"""


class Slurm:
    """Two nodes with two CPUs each and their controller; a context manager that leaves nothing.

    Parameters
    ----------
    folder : Path
        Of nobody else.
    hosts : HostCluster, optional
        Its hosts are the nodes, each with an address of its own; else the nodes are on loopback.
    cpus : int
        Of each node.

    Attributes
    ----------
    environment : dict
        What a process needs in its environment to use this Slurm and no other.
    nodes : list of str
    address : str
        Of this side, as the nodes reach it.
    """

    def __init__(self, folder, hosts=None, cpus=2):
        programs = need(*SLURM, root=True)
        self._programs = dict(zip(SLURM, programs, strict=True))
        self.folder, self._hosts, self._cpus = Path(folder), hosts, cpus
        self.conf = self.folder / "slurm.conf"
        self.environment = {"SLURM_CONF": str(self.conf)}
        self.nodes = [host.name for host in hosts.hosts] if hosts else ["n1", "n2"]
        self.address = hosts.address if hosts else "127.0.0.1"
        self._daemons = {}

    def __enter__(self):
        try:
            self._write()
            self._start()
        except BaseException:
            print(self.tails())  # pytest shows it with the failure
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in reversed(list(self._daemons)):
            self._end_daemon(name)

    def start_node(self, name):
        """Switch a node on."""
        host = self._hosts[name] if self._hosts else None
        self._start_daemon(name, "-D", "-f", self.conf, "-N", name, program="slurmd", host=host)

    def stop_node(self, name):
        """Switch a node off: everything that runs in it ends at once."""
        self._end_daemon(name)

    def empty(self):
        """Cancel every job, and wait until the nodes are idle."""
        if ids := [line.split()[0] for line in self.jobs()]:
            self.run("scancel", *ids)
        wait_for(lambda: not self.jobs(), 60, what="the end of all jobs")

    def jobs(self, form="%i %T %j %r"):
        """What is pending, running or ending: one line per task of an array."""
        return self.run("squeue", "-h", "-r", "-t", "PD,R,CG,S,CF", "-o", form).splitlines()

    def submit(self, script, *options):
        """Submit a script of lines for sh; its job's id."""
        words = ["sbatch", "--parsable", f"--output={self.folder}/job-%j.out", *map(str, options)]
        return self.run(*words, stdin=f"#!/bin/sh\n{script}\n").strip()

    def occupy(self, *options):
        """Take the CPUs of every node for `main`, until this job is cancelled; its id, when it runs."""
        job = self.submit("exec sleep 1000", f"--nodes={len(self.nodes)}", "--exclusive", "--job-name=other", *options)
        wait_for(lambda: self.state(job) == "RUNNING", what=f"job {job}")
        return job

    def state(self, job):
        """The state of a job, such as ``PENDING``; of an array's task as ``3_1``."""
        lines = self.run("squeue", "-h", "-r", "-t", "all", "-j", job, "-o", "%T").splitlines()
        return lines[0] if lines else "GONE"

    def expire(self, job):
        """Let a job's allocation end now: Slurm ends it as one whose time is over, which it looks for each 30 s."""
        self.run("scontrol", "update", f"jobid={job}", "EndTime=now")

    def run(self, command, *arguments, stdin=""):
        """Run a command of Slurm that must succeed; what it wrote."""
        done = subprocess.run(
            [command, *map(str, arguments)],
            env={**os.environ, **self.environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def pids(self, node, word):
        """Pids, as this process sees them, of what runs in a node with a word in its command line."""
        found = []
        space = Path(f"/proc/{self.first(node)}/ns/pid").readlink()
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (path / "ns" / "pid").readlink() == space and word.encode() in (path / "cmdline").read_bytes():
                    found.append(int(path.name))
        return sorted(found)

    def tails(self, lines=15):
        """The last lines of every daemon's log."""
        logs = {path.name: path.read_text(errors="replace").splitlines() for path in self.folder.glob("*.log")}
        return "\n".join(f"== {name}\n" + "\n".join(log[-lines:]) for name, log in sorted(logs.items()))

    def _start(self):
        self._start_daemon("munged", "--foreground", "--force", *self._munge())
        wait_for((self.folder / "munge" / "socket").exists, 60, what="munged's socket")
        self._start_daemon("slurmctld", "-D", "-f", self.conf)
        for name in self.nodes:
            self.start_node(name)
        wait_for(self._ready, 90, what="the nodes of Slurm")

    def _write(self):
        for name in ("state", "munge"):
            (self.folder / name).mkdir(parents=True, mode=0o700)
        (self.folder / "munge" / "key").write_bytes(os.urandom(1024))
        (self.folder / "munge" / "key").chmod(0o400)
        assert len(f"{self.folder}/munge/socket.lock") < 108, f"a socket's path cannot be as long as in {self.folder}"
        port, *ports = _free_ports(1 + len(self.nodes))
        head = CONF.format(folder=self.folder, head=socket.gethostname(), address=self.address, port=port)
        nodes = [self._node_line(name, port) for name, port in zip(self.nodes, ports, strict=True)]
        self.conf.write_text(head + "".join(nodes) + PARTITIONS.format(nodes=",".join(self.nodes)))
        (self.folder / "cgroup.conf").touch()  # which slurmd asks for, also where it uses none

    def _node_line(self, name, port):
        address = self._hosts[name].address if self._hosts else "127.0.0.1"
        return f"NodeName={name} NodeAddr={address} Port={port} CPUs={self._cpus} RealMemory=4000 State=UNKNOWN\n"

    def _munge(self):
        names = {"key-file": "key", "socket": "socket", "pid-file": "pid", "seed-file": "seed", "log-file": "log"}
        return ["--num-threads=2", *(f"--{option}={self.folder}/munge/{name}" for option, name in names.items())]

    def _start_daemon(self, name, *arguments, program=None, host=None):
        # The shell is the first process of the namespace: it reaps what job steps leave.
        boot = '[ "$0" = - ] || hostname "$0"; "$@" & while :; do wait; sleep 0.2; done'
        inside = ["unshare", "--uts", "--pid", "--mount-proc", "--fork", "--kill-child"]
        if host:
            inside = ["nsenter", "-t", str(host.init), "-n", "--", *inside]
        command = [*inside, "sh", "-c", boot, name if program else "-", self._programs[program or name], *arguments]
        with (self.folder / f"{name}.log").open("ab") as log:
            self._daemons[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *map(str, command)],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _end_daemon(self, name):
        process = self._daemons.pop(name)
        process.kill()
        process.wait()

    def first(self, name):
        """Pid, as this process sees it, of the first process of a daemon's namespace."""
        parent = self._daemons[name].pid
        return int(wait_for(lambda: Path(f"/proc/{parent}/task/{parent}/children").read_text().split())[0])

    def _ready(self):
        with contextlib.suppress(AssertionError):
            return self.run("sinfo", "-h", "-N", "-p", "main", "-o", "%T").split() == ["idle"] * len(self.nodes)


def _free_ports(count):
    """Ports that nobody has now, of those that the kernel gives to nobody by itself."""
    found = []
    with contextlib.ExitStack() as held:
        while len(found) < count:
            probe = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                probe.bind(("0.0.0.0", random.randrange(10000, 32000)))
                found.append(probe.getsockname()[1])
    return found

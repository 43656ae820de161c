"""`inv nameserver`, `inv stop-nameserver`, `inv manage`: the cluster's part on this machine."""

import sys

from stormtracks import config
from stormtracks.console import services
from stormtracks.console.terminal import output
from stormtracks.pyro_cluster import pidfile, pyro_manager, pyro_nameserver
from stormtracks.pyro_cluster.manager.plan import ManagePlan


def nameserver(background=False):
    """Run the nameserver that hosts.yaml names, here until Ctrl-C or in the background."""
    where = config.load().nameserver
    arguments = ["--host", where.host, "--port", str(where.port)]
    if not background:
        sys.exit(pyro_nameserver.main(arguments))
    running = pidfile.read(pidfile.nameserver_path())
    if running and running.runs():
        output().print(f"a nameserver runs already on this machine, pid {running.pid}")
        return
    log = pidfile.nameserver_path().with_suffix(".log")
    process = services.start(services.NAMESERVER, arguments, pidfile.nameserver_path(), log)
    output().print(f"nameserver at {where.host}:{where.port}, pid {process.pid}; log: {log}", soft_wrap=True)


def stop_nameserver():
    """End the nameserver of this machine; nothing is done where none runs."""
    process = pidfile.read(pidfile.nameserver_path())
    if process is None or not process.runs():
        output().print("no nameserver runs on this machine")
        return
    killed = services.end(process)
    output().print(f"nameserver {'killed' if killed else 'ended'}, pid {process.pid}")


def manage(options, settings_file=None, hosts=None):
    """Manage a run with the nameserver and the settings that are meant; ends with the manager's exit status."""
    where = config.load(hosts).nameserver
    settings = config.load_settings(settings_file) if settings_file else {}
    plan = ManagePlan(**options, settings=_checked(settings, settings_file), nameserver=(where.host, where.port))
    sys.exit(pyro_manager.run(plan))


def _checked(settings, where):
    """Settings that the science knows, refused here rather than by every task."""
    if settings:
        from stormtracks.science.settings import Settings  # numpy-free

        Settings.from_mapping(settings, str(where))
    return settings

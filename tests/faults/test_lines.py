"""Lines that let some packets through."""

import os
import subprocess
import sys

import pytest
from needs import need

from stormtracks.checkout import CHECKOUT

BLACK_HOLE = """
ip link set lo up
iptables -A INPUT -m length --length 577:65535 -j DROP
exec {python} - <<'END'
from stormtracks.pyro_cluster import secret, service, wire
secret.ensure()
with service.listening(wire.Daemon("127.0.0.1")) as daemon:
    host, port = daemon.locationStr.split(":")
    uri = f"PYRO:a@{{host}}:{{port}}"
    for dial, place in ((wire.nameserver, (host, int(port), 1.0)), (wire.proxy, (uri, 1.0, 1.0))):
        try:
            dial(*place)
        except wire.WireError as error:
            print(error)
END
"""


@pytest.mark.slow
@pytest.mark.netns
def test_a_way_on_which_large_packets_are_lost_is_said(tmp_path):
    unshare, *_ = need("unshare", "ip", "iptables", root=True)
    environment = os.environ | {"STORMTRACKS_HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}
    script = BLACK_HOLE.format(python=sys.executable)
    line = [unshare, "-n", "sh", "-ec", script]
    said = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60)
    lines = said.stdout.splitlines()
    assert len(lines) == 2, said
    assert all("no answer within 1 s, although connections are accepted" in one for one in lines), lines
    assert all("large packets may be lost on the way: check the MTU" in one for one in lines), lines

"""axe-core, which finds what keeps people from using a page: fetched from npm once, held to its hash, never shipped."""

import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

from needs import need

VERSION = "4.14.1"
SHA256 = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
"""Of axe-core-VERSION.tgz, as the registry has it. axe-core is under the MPL 2.0: it stays in a cache of the tests."""
KEPT = Path.home() / ".cache" / "stormtracks-tests"

_RUN = """const [done] = [arguments[arguments.length - 1]];
axe.run(document, {resultTypes: ["violations"]}).then(({violations, passes}) => done({rules: passes.length,
  found: violations.map((one) => `${one.id} (${one.impact}): ${one.help}: ` +
    one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | "))}),
  (error) => done({found: [String(error)]}));"""


def violations(browser):
    """What axe-core finds in the page that a browser shows, as texts; at least ten of its rules must have had a say."""
    browser.execute_script(_script())
    found = browser.execute_async_script(_RUN)
    assert found.get("rules", 0) >= 10 or found["found"], "axe-core has looked at next to nothing"
    return found["found"]


def _script():
    archive = KEPT / f"axe-core-{VERSION}.tgz"
    if not archive.is_file():
        _fetch(archive)
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert found == SHA256, f"{archive} has the hash {found}, not {SHA256}; remove it, and see who changed it"
    with tarfile.open(archive) as files:
        return files.extractfile("package/axe.min.js").read().decode()


def _fetch(archive):
    """The archive of the registry, by npm; it appears whole, since other tests may want it at the same time."""
    (npm,) = need("npm")
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        subprocess.run([npm, "pack", "--silent", f"axe-core@{VERSION}"], cwd=folder, check=True, timeout=120)
        (Path(folder) / archive.name).replace(archive)

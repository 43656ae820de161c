"""What the wheel gets: the requirements that `./inv` installs, one list for both; the kernel, where it compiles."""

import sys
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

_EXTRAS = ("dev", "grib", "zarr", "dask", "parquet", "notebook")


class Requirements(MetadataHookInterface):
    """Reads requirements.txt, and requirements-NAME.txt as the extra [NAME]."""

    def update(self, metadata):
        """Fill what pyproject.toml calls dynamic."""
        metadata["dependencies"] = self._listed("requirements.txt")
        metadata["optional-dependencies"] = {
            name: self._listed(f"requirements-{name}.txt")
            for name in ("dev", "grib", "zarr", "dask", "parquet", "notebook")
        }

    def _listed(self, name):
        lines = (line.split("#")[0].strip() for line in Path(self.root, name).read_text("utf-8").splitlines())
        return [line for line in lines if line]


class Kernel(BuildHookInterface):
    """Compiles the kernel into the package; without a compiler the wheel has none, and is for any machine."""

    def initialize(self, version, build_data):
        """Add the library, and name the machine that it is for; it needs no certain Python."""
        sys.path.insert(0, self.root)
        from stormtracks.science.kernel import build

        try:
            library = build.build()
        except build.NotBuilt as reason:
            self.app.display_warning(str(reason))
            return
        build_data["artifacts"].append(library.relative_to(self.root).as_posix())
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"

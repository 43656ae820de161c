"""Gives the wheel the requirements that `./inv` installs: the same lists for both, with the comments that say why."""

from pathlib import Path

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

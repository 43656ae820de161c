"""Gives the wheel the requirements that `./inv` installs: one list for both, with the comments that say why."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Requirements(MetadataHookInterface):
    """Reads requirements.txt, and requirements-dev.txt as the extra [dev]."""

    def update(self, metadata):
        """Fill what pyproject.toml calls dynamic."""
        metadata["dependencies"] = self._listed("requirements.txt")
        metadata["optional-dependencies"] = {"dev": self._listed("requirements-dev.txt")}

    def _listed(self, name):
        lines = (line.split("#")[0].strip() for line in Path(self.root, name).read_text("utf-8").splitlines())
        return [line for line in lines if line]

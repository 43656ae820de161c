"""The notebooks of docs/: kept as they are written, so that what the site shows is what they do now."""

import json

import pytest
import shown

NOTEBOOKS = sorted((shown.ROOT / "docs" / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_is_kept(path):
    cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    assert cells
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_is_on_the_site(path):
    assert f"notebooks/{path.stem}\n" in (shown.ROOT / "docs" / "index.md").read_text()

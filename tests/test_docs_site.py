"""The site of docs/: it builds without a warning, links lead somewhere, and what is made from the code is complete."""

import ast
import dataclasses
import re
import subprocess
import sys

import pytest
import reference
import shown

import fabfile
import tasks
from stormtracks import config
from stormtracks.science.consensus import ConsensusSettings
from stormtracks.science.reanalysis import Dataset
from stormtracks.science.results import layout
from stormtracks.science.settings import Settings

CODE = [*shown.ROOT.glob("*.py"), *(shown.ROOT / "stormtracks").rglob("*.py")]


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_the_site_builds_without_a_warning(tmp_path):
    words = ["-m", "sphinx", "-W", "--keep-going", "-q", "-E", "-d", tmp_path / "trees", "docs", tmp_path / "site"]
    done = subprocess.run([sys.executable, *words], cwd=shown.ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "site" / "settings.html").read_text()
    assert "min_separation_km" in made and "made from the code" not in made
    assert "open_season" in (tmp_path / "site" / "api.html").read_text()
    for notebook in (shown.ROOT / "docs" / "notebooks").glob("*.ipynb"):
        assert "../_images/" in (tmp_path / "site" / "notebooks" / f"{notebook.stem}.html").read_text()


@pytest.mark.parametrize("page", shown.PAGES)
def test_links_within_the_checkout_lead_somewhere(page):
    path = shown.PAGES[page]
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        place, _, anchor = target.partition("#")
        if "://" not in target:
            file = path.parent / place if place else path
            assert file.exists(), f"{page}: {target}"
            assert not anchor or anchor in _anchors(file), f"{page}: {target}"


def _anchors(file):
    """Anchors of a page's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.+)$", reference.filled(file.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("part", "collection"), [("commands inv", tasks.namespace), ("commands fab", fabfile.ns)])
def test_every_command_and_option_is_in_the_reference(part, collection):
    sections = dict(re.findall(r"^### \w+ (\S+)\n(.*?)(?=^### |\Z)", reference.PARTS[part](), re.MULTILINE | re.DOTALL))
    for context in collection.to_contexts():
        body = sections.pop(context.name)
        assert collection[context.name].body.__doc__.split("\n")[0] in body
        missing = [flag for flag in context.flags if flag.startswith("--") and f"`{flag}" not in body]
        assert set(missing) <= set(context.inverse_flags), context.name
    assert not sections


@pytest.mark.parametrize(
    ("part", "cls"),
    [
        ("settings", Settings),
        ("consensus settings", ConsensusSettings),
        ("hosts", config.WorkerHost),
        ("hosts", config.Nameserver),
        ("dataset", Dataset),
    ],
)
def test_every_key_is_in_the_reference_with_its_meaning(part, cls):
    rows = _rows(reference.PARTS[part]())
    for field in dataclasses.fields(cls):
        assert rows[field.name]["meaning"] and rows[field.name]["default"], field.name


def test_every_variable_of_a_result_is_in_the_reference():
    made = reference.result_file()
    for name in [*layout.TRACKS, *layout.MAXIMA, *layout.MATCHES]:
        assert f"`{name}`" in made


def _rows(text):
    """Key -> {heading: cell} of all tables in a text."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip(" `") for cell in line.strip("| ").split(" | ")]
        if line.startswith("| key"):
            head = cells
        elif line.startswith("| `"):
            found[cells[0]] = dict(zip(head, cells, strict=False))
    return found


def test_every_module_is_in_the_reference_with_a_line():
    rows = [line for line in reference.modules().splitlines() if line.startswith("| `")]
    assert len(rows) == sum(path.stem[0] != "_" for path in (shown.ROOT / "stormtracks").rglob("*.py"))
    assert all(line.count(" | ") == 1 and not line.endswith("|  |") for line in rows)


def test_a_part_that_is_not_there_is_refused():
    with pytest.raises(KeyError, match="setings"):
        reference.filled(f"<!-- made from the code: setings -->\n{reference.SENTENCE}")


def test_where_a_part_belongs_a_reader_of_the_page_as_it_is_finds_a_sentence():
    for page, path in shown.PAGES.items():
        text = path.read_text()
        assert text.count("<!-- made from the code") == len(reference.MARK.findall(text)), page
        assert reference.SENTENCE not in reference.filled(text)


def test_every_part_is_on_a_page():
    marks = [found["part"] for path in shown.PAGES.values() for found in reference.MARK.finditer(path.read_text())]
    assert sorted(marks) == sorted(reference.PARTS)


def test_every_environment_variable_is_documented():
    code = "\n".join(path.read_text() for path in CODE)
    page = shown.PAGES["environment.md"].read_text()
    assert {name for name in re.findall(r"\bSTORMTRACKS_[A-Z]+\b", code) if f"`{name}`" not in page} == set()


@pytest.mark.slow
def test_troubleshooting_quotes_messages_as_the_code_has_them():
    said = _literals() + (shown.ROOT / "inv").read_text()
    quoted = re.findall(r"`([^`]+)`", " ".join(_entries()))
    assert len(quoted) > 60
    for message in quoted:
        for fragment in re.split(r"\$?\b[A-Z]{2,}\b|\bN\b", message):
            assert fragment.strip(" :;,.()'") in said, message


def _entries():
    """The lines of the page that quote messages."""
    return re.findall(r"^\* (.+)\\$", shown.PAGES["troubleshooting.md"].read_text(), re.MULTILINE)


def _literals():
    """All texts of the code, a line each; what is filled in left out."""
    texts = []
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                texts.append("\0".join(part.value for part in node.values if isinstance(part, ast.Constant)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return "\n".join(texts)

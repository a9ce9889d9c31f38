"""What stands in the pages is well-formed: documents fit the schema, links lead somewhere."""

import json
import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from schema.limits import Limits, measure
from tests.docs.pages import PAGES, ROOT, Example, blocks, examples

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCES = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_PLACES = re.compile(r"https?://|mailto:")
INFOS = {"graphql", "json variables", "json answer", "json", "sh", "sql", "js", ""}
DOCUMENTS = [example for page in PAGES for example in examples(page)]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


@pytest.fixture(scope="module")
def sdl() -> GraphQLSchema:
    """The schema as it is committed."""
    return build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))


@pytest.mark.parametrize("example", DOCUMENTS, ids=str)
def test_a_document_fits_the_schema_and_the_default_limits(
    example: Example, sdl: GraphQLSchema
) -> None:
    document = parse(example.document)

    if example.schema == "own":
        assert example.answer is not None  # the server checks what is sent to it
    else:
        assert validate(sdl, document) == []
    assert measure(document, None, Limits()) == []


@pytest.mark.parametrize("example", DOCUMENTS, ids=str)
def test_variables_are_those_that_the_document_declares(example: Example) -> None:
    (operation,) = parse(example.document).definitions
    declared = {
        variable.variable.name.value
        for variable in getattr(operation, "variable_definitions", ()) or ()
    }

    assert set(json.loads(example.variables)) <= declared


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_blocks_are_of_the_known_kinds_and_json_is_json(page: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8")):
        assert block.info in INFOS, block
        if block.info.startswith("json"):
            json.loads(block.text)


@pytest.mark.parametrize(
    "page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: str(page.relative_to(ROOT))
)
def test_links_lead_to_files_and_headings_that_are_there(page: Path) -> None:
    text = _FENCES.sub("", page.read_text(encoding="utf-8"))
    for link in _LINK.findall(text):
        if _PLACES.match(link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name) if name else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor:
            assert anchor in _anchors(target), f"{page.name}: {link}"


def test_each_decision_has_its_four_parts_and_a_line_in_the_index() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    for number, page in enumerate(DECISIONS, start=1):
        text = page.read_text(encoding="utf-8")
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)

        assert page.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"], page.name
        assert f"({page.name})" in index


def _anchors(page: Path) -> set[str]:
    """Make the anchors of a page's headings as GitHub does."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

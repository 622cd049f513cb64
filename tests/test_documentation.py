"""The documentation says what is so: what can be generated is, and what is linked is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from schemareg.rules import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP = Path(__file__).parent.parent
RULES = TOP / "registry" / "docs" / "reference-rules.md"

FAMILIES = {
    "formats.json_schema.rules": "Compatibility: what a reader would refuse",
    "formats.avro.rules": "Avro: what a reader refuses or misreads, and what is no schema",
    "rules.versions": "Versions: what has landed stays, and numbers are honest",
    "rules.semantics": "Promises that no validator sees",
    "rules.deprecation": "Time: what has been announced, and from when it may go",
    "rules.policies": "Policies and descriptions",
    "rules.files": "Files: what is not well formed",
    "rules.audit": "Audit: what the history must not show",
}
"""The modules that declare rules, in the order in which a reader wants them."""


def rules_page() -> str:
    """registry/docs/reference-rules.md, from the catalogue."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# The rules"
    yield ""
    yield (
        "Every finding and every mistake has one of these ids; an id is never used for anything"
        " else. `reg explain ID` says the same in the terminal, with examples."
    )
    yield ""
    yield (
        "Generated from the declarations in `registry/schemareg/rules/`:"
        " `python -m pytest tests/test_documentation.py --update-golden`."
    )
    for family, title in FAMILIES.items():
        module = __import__(f"schemareg.{family}", fromlist=["RULES"])
        yield f"\n## {title}\n"
        yield "| rule | meaning | why it matters | how to fix it |"
        yield "|---|---|---|---|"
        for rule in module.RULES:
            cells = (f"`{rule.id}`", rule.title, rule.rationale, rule.remedy)
            yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def test_the_page_of_rules_says_what_the_declarations_say(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        RULES.write_text(rules_page(), encoding="utf-8")
    assert RULES.read_text("utf-8") == rules_page(), "run it with --update-golden"


def test_the_page_of_rules_has_every_rule() -> None:
    listed = re.findall(r"^\| `([a-z0-9-]+)` \|", RULES.read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(CATALOGUE)


def _pages() -> list[Path]:
    listed = subprocess.run(
        ["git", "-C", str(TOP), "ls-files", "-z", "*.md"], capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no clone, so git cannot say which pages belong to it")
    return [TOP / name for name in listed.stdout.decode().split("\0") if name]


def test_every_link_between_the_pages_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(TOP)}: {link}"
        for page in _pages()
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
        if not link.startswith(("https://", "#"))
        and not (page.parent / link.partition("#")[0]).exists()
    ]
    assert broken == []


def test_decisions_are_numbered_once_and_keep_to_a_page() -> None:
    pages = sorted((TOP / "registry" / "decisions").glob("[0-9]*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert len(set(numbers)) == len(numbers)
    for page in pages:
        text = page.read_text("utf-8")
        parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "Rejected"], page.name
        assert text.startswith(f"# {page.name[:4]}: ")
        assert len(text.splitlines()) <= 60, f"{page.name} is longer than a page"


def test_every_decision_that_the_code_speaks_of_is_there() -> None:
    known = {page.name[:4] for page in (TOP / "registry" / "decisions").glob("[0-9]*.md")}
    sources = [
        *(TOP / "registry").rglob("*.py"),
        *(TOP / "cli").rglob("*.py"),
        TOP / "pyproject.toml",
    ]
    told = {
        number
        for path in sources
        for number in re.findall(r"decision (\d{4})", path.read_text("utf-8"))
    }
    assert told
    assert told - known == set()


def test_the_index_leads_to_every_page() -> None:
    docs = TOP / "registry" / "docs"
    index = (docs / "index.md").read_text("utf-8")
    missing = [page.name for page in docs.glob("*.md") if f"]({page.name})" not in index]
    assert sorted(missing) == ["index.md"]


def decisions_index() -> str:
    """registry/decisions/README.md: one line for each record."""
    lines = [
        "# Decisions",
        "",
        (
            "Why it is built this way. Each record is one page at most: context, decision, consequences,"
            " rejected alternatives. A record is never edited into another decision; a later one"
            " supersedes it and says so."
        ),
        "",
    ]
    for page in sorted((TOP / "registry" / "decisions").glob("[0-9]*.md")):
        number, _, title = page.read_text("utf-8").splitlines()[0].lstrip("# ").partition(": ")
        lines.append(f"- [{number}]({page.name}): {title}")
    return "\n".join(lines) + "\n"


def test_the_index_of_decisions_lists_every_record(request: pytest.FixtureRequest) -> None:
    index = TOP / "registry" / "decisions" / "README.md"
    if request.config.getoption("--update-golden"):
        index.write_text(decisions_index(), encoding="utf-8")
    assert index.read_text("utf-8") == decisions_index(), "run it with --update-golden"


def test_the_words_of_the_house_are_kept() -> None:
    banned = re.compile(r"\b(mend(s|ed)?|anew|whom)\b", re.IGNORECASE)
    texts = [
        path
        for top in ("registry", "cli", "README.md", "ARCHITECTURE.md", "SECURITY.md")
        for path in ((TOP / top).rglob("*") if (TOP / top).is_dir() else [TOP / top])
        if path.suffix in (".py", ".md", ".json", ".yml", ".yaml", ".sh")
    ]
    assert len(texts) > 300
    found = [
        f"{path.relative_to(TOP)}:{number}: {line.strip()}"
        for path in texts
        if path.exists()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if banned.search(line)
    ]
    assert found == []

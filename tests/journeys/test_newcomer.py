"""A newcomer, who has read nothing: each step is taken by what the step before it said."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIRST = "products/orders/schemas/order/1.0.0.json"
DRAFT = "products/orders/schemas/order/1.1.0.json"
NOTE = '"note": {"type": "string"},'
EMAIL = '"email": {"type": "string"},'


class Newcomer:
    """Somebody at a terminal, who reads what is printed and types meaning."""

    def __init__(self, folder: Path, reg: Callable[..., tuple[int, str, str]]) -> None:
        self.folder = folder
        self._reg = reg
        self.said = ""
        self.code = 0

    def types(self, command: str) -> None:
        """Run a line as the shell would: `reg` in this process, all else as it is."""
        program, *arguments = shlex.split(command)
        if program == "reg":
            self.code, out, err = self._reg(*arguments)
            self.said = out + err
            return
        done = subprocess.run(
            [program, *arguments], cwd=self.folder, capture_output=True, check=True
        )
        self.code, self.said = 0, done.stdout.decode()

    def reads(self, pattern: str) -> str:
        """What was said just now and looks like this: the first group, or all that matched."""
        found = re.search(pattern, self.said)
        assert found, f"nothing like {pattern!r} was said:\n{self.said}"
        return found[found.lastindex or 0]

    def changes(self, path: str, old: str, new: str) -> None:
        """Edit a file, as one does in an editor."""
        file = self.folder / path
        text = file.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} in {path}:\n{text}"
        file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def newcomer(
    repo: Any, monkeypatch: pytest.MonkeyPatch, reg: Callable[..., tuple[int, str, str]]
) -> Newcomer:
    """In an empty Git repository."""
    monkeypatch.chdir(repo.path)
    return Newcomer(repo.path, reg)


@pytest.fixture
def author(newcomer: Newcomer, repo: Any) -> Newcomer:
    """The same, who has landed a first version by following what was said, and begun a draft."""
    newcomer.types("reg init")
    newcomer.types(newcomer.reads(r"Next: (reg new product orders .*)"))
    assert newcomer.code == 0
    command = newcomer.reads(r"Next: (reg new schema orders/NAME), empty or")
    newcomer.types(command.replace("NAME", "order"))
    assert newcomer.code == 0
    path = newcomer.reads(r"Next: edit (\S+), then")
    newcomer.changes(
        path,
        '"properties": {',
        f'"properties": {{\n    "status": {{"enum": ["open", "paid"]}},\n    {NOTE}',
    )
    staging = newcomer.reads(r"and: (git add .*)")
    newcomer.types(newcomer.reads(r"then: (reg validate)"))
    assert newcomer.code == 0
    newcomer.types(staging)
    repo.commit({}, "Add orders")
    assert repo.git("status", "--short") == "", "all that the first commit needs was named"
    newcomer.types("reg draft orders/order")
    assert newcomer.reads(r"wrote (\S+)") == DRAFT
    assert newcomer.reads(r"Next: edit it, then: (reg check)")
    return newcomer


def test_a_harmless_change_passes_under_the_number_it_was_given(author: Newcomer) -> None:
    author.changes(DRAFT, NOTE, f"{NOTE}\n    {EMAIL}")
    author.types("reg check")
    assert author.code == 0
    author.reads(r"orders/order 1\.1\.0: compatible, compared with 1\.0\.0")


def test_a_breaking_change_is_mended_by_the_edit_that_its_finding_advises(author: Newcomer) -> None:
    author.changes(DRAFT, NOTE, f"{NOTE}\n    {EMAIL}")
    author.changes(DRAFT, '"required": [', '"required": [\n    "email",')
    author.types("reg check")
    assert author.code == 1
    place = author.reads(r"(\S+:\d+:\d+): error property-required")
    path, line, column = place.split(":")
    refusing = (author.folder / path).read_text("utf-8").splitlines()[int(line) - 1]
    assert refusing[int(column) - 1 :].startswith('"required"')
    record = json.loads(author.reads(r"refused by 1\.1\.0, written by 1\.0\.0.*?:\s+({.*})"))
    assert "email" not in record
    author.reads(r"Keep the property optional")
    author.changes(DRAFT, '\n    "email",', "")
    author.types("reg check")
    assert author.code == 0


def test_a_breaking_change_that_is_meant_becomes_a_major_version_by_one_command(
    author: Newcomer, repo: Any
) -> None:
    author.changes(DRAFT, '"enum": ["open", "paid"]', '"enum": ["open"]')
    author.types("reg check")
    assert author.code == 1
    assert author.reads(r"error (enum-value-removed)")
    author.types(author.reads(r"Rename it to 2\.0\.0: (reg bump \S+)"))
    assert (author.code, author.reads(r"-> (\S+)")) == (0, DRAFT.replace("1.1.0", "2.0.0"))
    author.types(author.reads(r"Next: (reg check)"))
    assert author.code == 0
    repo.git("add", "--all")
    repo.commit({}, "orders: close the list")
    author.types("reg check --base HEAD~1 --head HEAD")
    assert author.code == 0


def test_a_landed_version_that_was_altered_is_restored_by_the_command_that_is_shown(
    author: Newcomer,
) -> None:
    before = (author.folder / FIRST).read_bytes()
    author.changes(FIRST, NOTE, f"{NOTE}\n    {EMAIL}")
    author.types("reg check")
    assert author.code == 1
    author.types(author.reads(r"(git restore --source=\S+ --staged --worktree -- [^\s;]+)"))
    assert (author.folder / FIRST).read_bytes() == before
    author.types("reg check")
    assert author.code == 0


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ('"note": {"type": "string"},,', "json-syntax"),
        ('"note": {"type": "strin"},', "schema-malformed"),
        ('"note": {"type": "string", "type": "string"},', "duplicate-key"),
        ('"note": {"$ref": "#/$defs/text"},', "reference-dangling"),
        ('"note": {"pattern": "("},', "pattern-invalid"),
    ],
)
def test_a_slip_is_told_with_its_place_and_can_be_mended(
    author: Newcomer, slip: str, told: str
) -> None:
    author.changes(DRAFT, NOTE, slip)
    for command in ("reg validate", "reg check"):
        author.types(command)
        assert author.code == 2
        line = int(author.reads(rf"{re.escape(DRAFT)}:(\d+):\d+: error {told}"))
        assert slip in (author.folder / DRAFT).read_text("utf-8").splitlines()[line - 1]
        author.reads(r"reg: 1 mistake in 1 file")
    author.changes(DRAFT, slip, NOTE)
    author.types("reg validate")
    assert author.code == 0


def test_a_misspelt_name_is_answered_with_the_nearest(author: Newcomer) -> None:
    author.types("reg show orders/ordr")
    assert author.code == 2
    author.types(f"reg show {author.reads(r'Did you mean (orders/order)')}")
    assert author.code == 0
    author.types("reg explain property-requred")
    author.types(author.reads(r"Did you mean: (reg explain property-required)"))
    assert author.code == 0

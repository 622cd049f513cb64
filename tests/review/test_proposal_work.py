"""What a proposal costs follows its size, or ends in undecided."""

from __future__ import annotations

import copy
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from tests.stories import Shop, landed, reviewed

from schemareg import manifests
from schemareg.model import Outcome
from schemareg.review import comparison, resolver

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 2, 1)


class _Wide(Shop):
    """A shop whose first version has many fields."""

    def __init__(self, fields: int) -> None:
        super().__init__()
        self.fields = fields

    def begin(self) -> None:
        super().begin()
        schema = copy.deepcopy(self.schemas["1.0.0"])
        schema["properties"] |= {f"f{each}": {"type": "string"} for each in range(self.fields)}
        self._release("1.0.0", schema)


def _chained(count: int, *, closed: bool = False) -> str:
    last = "f0" if closed else f"f{count}"
    names = [*(f"f{each}" for each in range(count)), last]
    return "\n".join(
        f"deprecate orders/order#{here} 2027-01-01 replacement orders/order#{following}"
        for here, following in pairwise(names)
    )


@pytest.mark.parametrize("count", [20, 80])
def test_each_deprecation_of_a_proposal_is_parsed_a_fixed_number_of_times(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    parse = manifests.parse_deprecation

    def counted(document: object, product: str) -> object:
        parsed.append(document.path)  # type: ignore[attr-defined]
        return parse(document, product)  # type: ignore[arg-type]

    landed([], _chained(count), _Wide(count + 1)).write(tmp_path / "registry.git")
    monkeypatch.setattr(manifests, "parse_deprecation", counted)
    report = reviewed(tmp_path / "registry.git", TODAY)
    assert max(map(parsed.count, parsed)) <= 4
    ends = [each for each in report.findings if each.rule == "replacement-deprecated"]
    assert any(f"f{count} replaces it" in each.message for each in ends)


def test_a_long_cycle_is_shown_by_its_beginning(tmp_path: Path) -> None:
    landed([], _chained(30, closed=True), _Wide(31)).write(tmp_path / "registry.git")
    found = [
        each
        for each in reviewed(tmp_path / "registry.git", TODAY).findings
        if each.rule == "replacement-cycle"
    ]
    assert len(found) == 30
    assert all(each.message.endswith("… and back") for each in found)


def test_versions_that_are_not_compared_with_each_other_are_undecided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "\n".join(f"release 1.{each}.0 with x{each}=string" for each in range(1, 9))
    landed([], lines, Shop()).write(tmp_path / "registry.git")
    whole = reviewed(tmp_path / "registry.git", TODAY)
    assert {each.outcome for each in whole.versions} == {Outcome.COMPATIBLE}
    monkeypatch.setattr(resolver, "MAX_PAIRS_BYTES", 20_000)
    report = reviewed(tmp_path / "registry.git", TODAY)
    doubted = [each for each in report.versions if each.outcome is Outcome.UNDECIDED]
    assert doubted
    assert {each.reason for each in doubted} == {comparison.TOO_MANY}

"""The rules of time, row by row, on real repositories: the table is tests/cases/time.yaml."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.stories import Shop, landed, parted, reviewed, told

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "time.yaml").read_text("utf-8")
)


def _day(case: dict[str, Any]) -> date:
    today = case["today"]
    assert isinstance(today, date)
    return today


def _repository(folder: Path, case: dict[str, Any], shop: Shop, *, waivers: bool) -> Path:
    """The repository of a story; without waivers to begin with, for they name what it finds."""

    def kept(lines: str) -> str:
        said = lines.splitlines()
        return "\n".join(each for each in said if waivers or not each.startswith("waive "))

    first = case.get("first", "")
    told_first = shop.begin

    def begin() -> None:
        told_first()
        shop.tell(first)

    shop.begin = begin  # type: ignore[method-assign]
    landings = [(day, kept(lines)) for day, lines in parted(case.get("landed", ()))]
    landed(landings, kept(case["change"]), shop, aside=case.get("aside", "")).write(folder)
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each['row']}: {each['why']}")
def test_each_row_of_the_rules_of_time_holds(case: dict[str, Any], tmp_path: Path) -> None:
    shop = Shop()
    if "waive " in str(case):
        plain = _repository(tmp_path / "plain.git", case, Shop(), waivers=False)
        report = reviewed(plain, _day(case))
        shop.fingerprint = {each.rule: each.fingerprint for each in report.findings}.__getitem__
    folder = _repository(tmp_path / "registry.git", case, shop, waivers=True)
    assert told(reviewed(folder, _day(case))) == sorted(case["finds"])


def test_every_row_is_shown_allowed_refused_and_on_its_edge() -> None:
    rows = Counter(each["row"] for each in CASES)
    elsewhere = {25: "needs two lines: tests/journeys/test_time_attacks.py"}
    assert sorted(rows.keys() | elsewhere) == list(range(1, 28))
    for row in rows:
        shown = {each["why"].partition(",")[0].split()[0] for each in CASES if each["row"] == row}
        assert shown == {"allowed", "refused", "edge"}, row

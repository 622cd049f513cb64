"""A version that landed never changes, not even by way of being removed and released again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.stories import Shop, landed, parted, reviewed

if TYPE_CHECKING:
    from pathlib import Path

GONE = "delete products/orders/schemas/order/1.1.0.json"
RELEASED = "release 1.1.0 with more=string"
CASES = {
    "other bytes": (RELEASED, GONE, "release 1.1.0 from 1.0.0 with less=string", True),
    "the same bytes": (RELEASED, GONE, "release 1.1.0 from 1.0.0 with more=string", False),
    "the next number": (RELEASED, GONE, "release 1.2.0 from 1.0.0 with less=string", False),
    "a pre-release may change": (
        "release 1.1.0-rc.1 with more=string",
        "delete products/orders/schemas/order/1.1.0-rc.1.json",
        "release 1.1.0-rc.1 from 1.0.0 with less=string",
        False,
    ),
    "altered in between, and back as altered": (
        RELEASED,
        f"release 1.1.0 from 1.0.0 with less=string\n{GONE}",
        "release 1.1.0 from 1.0.0 with less=string",
        True,
    ),
}


@pytest.mark.parametrize("why", CASES)
def test_what_was_removed_comes_back_as_it_was_or_not_at_all(why: str, tmp_path: Path) -> None:
    *steps, change, refused = CASES[why]
    days = parted([{date(2026, 1, 2 + at): str(lines)} for at, lines in enumerate(steps)])
    landed(days, str(change), Shop()).write(tmp_path / "registry.git")
    report = reviewed(tmp_path / "registry.git", date(2026, 2, 1))
    found = [each for each in report.findings if each.rule == "version-modified"]
    assert bool(found) is refused
    for each in found:
        assert "git restore --source=" in each.remedy

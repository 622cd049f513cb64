"""Where messages go is a promise to those who are reached: it changes in sight of them, and safely."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.stories import Shop, landed, reviewed

from schemareg.model.errors import InvalidFiles

if TYPE_CHECKING:
    from pathlib import Path

SHOP = "policy channels: {shop: {url: 'https://chat.example.com/a'}}"


def _rules(change: str, folder: Path) -> list[str]:
    landed([("2026-01-02", SHOP)], change, Shop()).write(folder / "registry.git")
    report = reviewed(folder / "registry.git", date(2026, 2, 1))
    return [each.message for each in report.findings if each.rule == "channel-redirected"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("policy channels: {shop: {url: 'https://chat.example.com/b'}}", ["shop changed its url"]),
        ("policy channels: {shop: {url: '${SHOP_URL}'}}", ["shop changed its url"]),
        (f"{SHOP[:-2]}, kind: webhook}}}}", ["shop changed its kind"]),
        ("policy notify: {}", ["shop was removed"]),
        (f"{SHOP[:-1]}, more: {{url: 'https://chat.example.com/c'}}}}", []),
    ],
)
def test_a_channel_that_leads_elsewhere_is_found_and_no_url_is_shown(
    change: str, said: list[str], tmp_path: Path
) -> None:
    found = _rules(change, tmp_path)
    assert found == [f"the channel {each}" for each in said]
    assert not any("example.com" in each for each in found)


@pytest.mark.parametrize(
    "scheme", ["exec", "EXEC", "file", "javascript", "data", "ssh", "syslog", "dbus", "windows"]
)
def test_a_channel_that_acts_on_the_machine_that_sends_is_refused(
    scheme: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidFiles) as caught:
        _rules(f"policy channels: {{shop: {{url: '{scheme}://run/it'}}}}", tmp_path)
    assert [each.rule for each in caught.value.mistakes] == ["value-malformed"]

"""Who has agreed to lose something: what counts as consent to an announcement, and from whom."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.stories import Shop, landed, parted, reviewed

if TYPE_CHECKING:
    from pathlib import Path

ANNOUNCED = "deprecate orders/order#email 2027-01-01"
BILLING = "consumer billing reads email"
SHOP = "consumer shop reads email"
ACK = "acks orders/order#email"
GONE = "delete products/orders/consumers/billing.yaml"

COUNTS = {
    "the one reader agreed": [BILLING, ANNOUNCED, f"{BILLING} {ACK}"],
    "both readers agreed": [f"{BILLING}\n{SHOP}", ANNOUNCED, f"{BILLING} {ACK}", f"{SHOP} {ACK}"],
    "a reader of another field did not": [
        f"{BILLING}\nconsumer shop reads total",
        ANNOUNCED,
        f"{BILLING} {ACK}",
    ],
    "who agreed may leave": [BILLING, ANNOUNCED, f"{BILLING} {ACK}", GONE],
    "who left before the announcement is no reader": [
        f"{BILLING}\n{SHOP}",
        GONE,
        ANNOUNCED,
        f"{SHOP} {ACK}",
    ],
    "an old consent was taken back and given again": [
        f"{BILLING} {ACK}",
        ANNOUNCED,
        BILLING,
        f"{BILLING} {ACK}",
    ],
    "who came after it agreed as well": [
        BILLING,
        ANNOUNCED,
        f"{BILLING} {ACK}",
        f"{SHOP} {ACK}",
    ],
    "a whole that was announced as a whole": [
        BILLING,
        "deprecate orders/order 2027-01-01",
        f"{BILLING} acks orders/order",
    ],
}
DOES_NOT_COUNT = {
    "nobody reads it": [ANNOUNCED],
    "one of two agreed": [f"{BILLING}\n{SHOP}", ANNOUNCED, f"{BILLING} {ACK}"],
    "it is older than the announcement": [f"{BILLING} {ACK}", ANNOUNCED],
    "it landed with the announcement": [BILLING, f"{ANNOUNCED}\n{BILLING} {ACK}"],
    "it was to an announcement that was withdrawn": [
        BILLING,
        ANNOUNCED,
        f"{BILLING} {ACK}",
        "undeprecate orders/order#email",
        ANNOUNCED,
    ],
    "it is wider than the announcement": [BILLING, ANNOUNCED, f"{BILLING} acks orders"],
    "it is to lose the whole schema": [BILLING, ANNOUNCED, f"{BILLING} acks orders/order"],
    "it was taken back": [BILLING, ANNOUNCED, f"{BILLING} {ACK}", BILLING],
    "the only reader came after the announcement": [ANNOUNCED, f"{BILLING} {ACK}"],
    "one who came after the announcement did not agree": [
        BILLING,
        ANNOUNCED,
        f"{BILLING} {ACK}",
        SHOP,
    ],
    "the reader who did not agree was deleted": [
        f"{BILLING}\n{SHOP}",
        ANNOUNCED,
        f"{SHOP} {ACK}",
        GONE,
    ],
    "the reader who did not agree was deleted, and came back with consent to another": [
        f"{BILLING}\n{SHOP}",
        ANNOUNCED,
        f"{SHOP} {ACK}",
        GONE,
        "consumer billing reads total acks orders/order#total",
    ],
    "the reader who did not agree was narrowed": [
        f"{BILLING}\n{SHOP}",
        ANNOUNCED,
        f"{SHOP} {ACK}",
        "consumer billing reads id",
    ],
    "the reader who did not agree was moved to another line": [
        f"{BILLING}\n{SHOP}",
        ANNOUNCED,
        f"{SHOP} {ACK}",
        f"{BILLING} versions ^2",
    ],
    "a reader of everything did not agree": [
        f"{BILLING}\nconsumer shop reads all",
        ANNOUNCED,
        f"{BILLING} {ACK}",
    ],
    "it is another team that agreed in its file": [
        BILLING,
        ANNOUNCED,
        "team billing checkout",
        "agree billing orders/order#email",
    ],
}


class _Teams(Shop):
    """A shop where the file of a consumer may be given to another team."""

    def _team_line(self, rest: str) -> None:
        name, team = rest.split()
        path = f"products/orders/consumers/{name}.yaml"
        self.files[path] = self.files[path].replace(f'"team": "{name}"', f'"team": "{team}"')

    def _agree_line(self, rest: str) -> None:
        name, target = rest.split()
        path = f"products/orders/consumers/{name}.yaml"
        self.files[path] = self.files[path][:-1] + f', "acks": ["{target}"]}}'


def _released(steps: list[str], folder: Path) -> bool:
    days = [{date(2026, 1, 2 + number): lines} for number, lines in enumerate(steps)]
    story = landed(parted(days), "release 1.1.0 without email", _Teams())
    story.write(folder / "registry.git")
    report = reviewed(folder / "registry.git", date(2026, 2, 1))
    rules = {each.rule for each in report.findings}
    assert len(rules & {"released-by-consent", "removed-before-sunset"}) == 1, rules
    return "released-by-consent" in rules


@pytest.mark.parametrize("why", COUNTS)
def test_what_everybody_who_reads_it_agreed_to_lose_may_go(why: str, tmp_path: Path) -> None:
    assert _released(COUNTS[why], tmp_path)


@pytest.mark.parametrize("why", DOES_NOT_COUNT)
def test_nobody_agrees_for_a_reader(why: str, tmp_path: Path) -> None:
    assert not _released(DOES_NOT_COUNT[why], tmp_path)

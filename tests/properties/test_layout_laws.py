"""What the engine reads, the layout has checked; what the layout passes over, nobody reads."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.properties.test_promises_machine import Memory

from schemareg.authoring.waivers import list_waivers
from schemareg.deprecation import new_readers
from schemareg.deprecation.announcements import Announcements
from schemareg.deprecation.landed import NoHistory, Promises
from schemareg.history.paths import PathPart, path_subject
from schemareg.manifests import layout
from schemareg.manifests.layout import FACTS, Role
from schemareg.model.errors import InvalidFiles
from schemareg.snapshot.deprecations import deprecations
from schemareg.snapshot.snapshot import Snapshot, differences

if TYPE_CHECKING:
    from schemareg.model import History, Landing, PathChange

TODAY = date(2026, 6, 1)
FINGERPRINT = "0123456789abcdef"
WAIVER = {
    "fingerprint": FINGERPRINT,
    "reason": "It is meant.",
    "approver": "hub",
    "until": "2027-01-01",
}
DEPRECATION = {"target": "orders/order#email", "reason": "It goes.", "sunset": "2026-05-01"}
CONSUMER = {"team": "billing", "uses": [{"schema": "orders/order"}]}
ORDER = {"type": "object", "properties": {"id": {}, "email": {}}}
BEGIN = {
    "registry.yaml": "version: 1\n",
    "products/orders/product.yaml": json.dumps(
        {"title": "Orders", "owner": {"team": "checkout"}, "schemas": {"order": {}}}
    ),
    "products/orders/schemas/order/1.0.0.json": json.dumps(ORDER),
}

folders = st.sampled_from(
    [
        *(f"products/orders/{part}" for part in FACTS),
        *(f"products/orders/{part}/deeper" for part in FACTS),
        *(f"products/orders/schemas/{part}" for part in FACTS),
        *(f"products/{part}" for part in FACTS),
        *(f"products/shop/orders/{part}" for part in FACTS),
        *(f"products/shop/orders/more/{part}" for part in FACTS),
        *FACTS,
    ]
)
stems = st.sampled_from(["", FINGERPRINT, "NOTES", "email", "1.0.0", "billing", ".hidden"])
endings = st.sampled_from([".yaml", ".yml", ".md", ".json", ".YAML", ".yaml.md", "", ".gitkeep"])
contents = st.sampled_from([json.dumps(each) for each in (WAIVER, DEPRECATION, CONSUMER)] + ["{"])
paths = st.builds("{}/{}{}".format, folders, stems, endings).filter(
    lambda path: not path.endswith("/")
)
trees = st.dictionaries(paths, contents, max_size=8).map(lambda odd: {**BEGIN, **odd})


class Watched(Memory):
    """Files that note which were read."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__(files, 1)
        self.seen: set[str] = set()

    def read(self, path: str) -> bytes:
        self.seen.add(path)
        return super().read(path)


class Asked(NoHistory):
    """A history that notes of which paths it was asked."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        self.seen.add(path)
        return ()


def _facts(files: Memory) -> set[str]:
    """The files that the layout has checked as facts."""
    return {
        path
        for folder in layout.products(files)
        for path, role in layout.product(files, folder).files
        if role is Role.FACT
    }


def _everything_read(files: dict[str, str]) -> set[str]:
    """What the whole engine reads of one product's facts: landed, proposed and listed."""
    watched, asked = Watched(files), Asked()

    def history() -> History:
        return asked

    landed, empty = Snapshot(watched), Snapshot(Memory({}, 0))
    promises = Promises(landed, history)
    promises.terms("orders")
    promises.waivers("orders")
    landed.consumers("orders")
    deprecations(landed, "orders")
    with suppress(InvalidFiles):
        list_waivers(landed, landed, TODAY, "orders")
    changes = differences(empty.files, watched)
    proposed = Promises(empty, NoHistory)
    arrived = Announcements(proposed, landed, landed.policy, changes, TODAY)
    with suppress(InvalidFiles):  # a fact that is wrong is refused before anybody asks this
        list(arrived.findings())
        list(new_readers.findings(proposed, landed, changes, TODAY))
    return {
        path
        for path in watched.seen | asked.seen
        if path.split("/")[-2:-1] and path.split("/")[-2] in FACTS and "/schemas/" not in path
    }


@given(trees)
def test_whatever_the_engine_reads_as_a_fact_the_layout_has_checked(files: dict[str, str]) -> None:
    assert _everything_read(files) <= _facts(Memory(files, 1))


@given(trees)
def test_every_fact_that_the_layout_lists_is_read(files: dict[str, str]) -> None:
    home = Snapshot(Memory(files, 1)).folder_of("orders")
    assert home == "products/orders"
    of_orders = {path for path in _facts(Memory(files, 1)) if path.startswith(f"{home}/")}
    assert of_orders <= _everything_read(files)


@given(trees)
def test_history_and_layout_agree_on_what_is_a_fact(files: dict[str, str]) -> None:
    parts = (PathPart.DEPRECATION, PathPart.CONSUMER, PathPart.WAIVER)
    facts = _facts(Memory(files, 1))
    assert facts == {
        path
        for path in files
        if path_subject(path).part in parts
        and path_subject(path).folder in layout.products(Memory(files, 1))
    }


@given(trees)
def test_what_the_layout_passes_over_changes_nothing_that_anybody_is_promised(
    files: dict[str, str],
) -> None:
    facts = _facts(Memory(files, 1))
    kept = {path: text for path, text in files.items() if path in facts or path in BEGIN}
    said = []
    for each in (files, kept):
        snapshot = Snapshot(Memory(each, 1))
        waivers = Promises(snapshot, NoHistory).waivers("orders")
        said.append((waivers, snapshot.consumers("orders"), deprecations(snapshot, "orders")))
    assert said[0] == said[1]

"""Whatever is registered, left and agreed to in whatever order, the file says just that, and no more."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from schemareg.authoring.acknowledge import acknowledge
from schemareg.authoring.subscribe import SubscriptionRequest, subscribe
from schemareg.authoring.unsubscribe import unsubscribe
from schemareg.consumers import uses
from schemareg.deprecation.landed import NoHistory, Promises
from schemareg.model import targets
from schemareg.model.errors import RegistryError
from schemareg.snapshot.overlay import Overlay
from schemareg.snapshot.snapshot import Snapshot
from schemareg.validation import files as validation_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemareg.authoring.consumer_files import Registration
    from schemareg.model import Entry

FIELDS = ("id", "total", "lines[].sku", "state=NEW", "state=LOST")
TODAY = date(2026, 3, 1)
PATH = "products/orders/consumers/billing.yaml"
SCHEMA = {
    "properties": {
        "id": {"type": "string"},
        "total": {"type": "number"},
        "lines": {"type": "array", "items": {"properties": {"sku": {}}}},
        "state": {"enum": ["NEW", "LOST"]},
    }
}
SHOP = {
    "registry.yaml": "version: 1\n",
    "products/orders/product.yaml": "title: O\nowner: {team: a}\nschemas: {order: {}}\n",
    "products/orders/schemas/order/1.0.0.json": json.dumps(SCHEMA),
}
BLOCK = """\
# ours
team: billing  # since March
uses:
  - schema: orders/order
    versions: ^1
    # what we print
    fields:
      - id
# the end
"""
LAYOUTS = (
    BLOCK,
    "# ours\n{team: billing, uses: [{schema: orders/order, fields: [id], versions: '^1'}]}\n",
    "# ours\nuses:\n- {schema: orders/order, versions: ^1, fields: [id]}\nteam: billing\n",
)


class Nothing:
    """No files at all."""

    label = commit = ""

    def entry(self, path: str) -> Entry | None:
        return None

    def folder(self, path: str) -> Mapping[str, Entry]:
        return {}

    def read(self, path: str) -> bytes:
        raise KeyError(path)

    def size(self, path: str) -> int:
        raise KeyError(path)


def _done(deed: str, field: str, head: Snapshot) -> Registration | None:
    """What a command would write; None where it refuses."""
    promises = Promises(Snapshot(Nothing()), NoHistory)
    target = targets.parse(f"orders/order#{field}")
    try:
        if deed == "join":
            return subscribe(promises, head, SubscriptionRequest(target, "billing"), TODAY)
        if deed == "leave":
            return unsubscribe(head, target, team="billing")
        (found,) = acknowledge(head, target, team="billing", withdrawn=deed == "disagree")
    except RegistryError:
        return None
    return found


@settings(max_examples=60)
@given(
    st.sampled_from((None, *LAYOUTS)),
    st.lists(
        st.tuples(st.sampled_from(("join", "leave", "agree", "disagree")), st.sampled_from(FIELDS)),
        max_size=8,
    ),
)
def test_the_file_says_what_was_done_and_keeps_what_people_wrote(
    layout: str | None, deeds: list[tuple[str, str]]
) -> None:
    files = dict(SHOP) if layout is None else SHOP | {PATH: layout}
    read, agreed, text = ({"id"} if layout else set()), set[str](), layout
    ours = layout is not None
    for deed, field in deeds:
        head = Snapshot(Overlay(Nothing(), files))
        refuses = {
            "join": field in read,
            "leave": field not in read,
            "agree": field not in read or field in agreed,
            "disagree": field not in agreed,
        }[deed]
        found = _done(deed, field, head)
        assert (found is None) is refuses
        if found is None:
            continue
        {"join": read.add, "leave": read.discard, "agree": agreed.add, "disagree": agreed.discard}[
            deed
        ](field)
        agreed &= read
        text = found.text
        assert found.path == PATH
        assert (text is None) is (not read)
        if text is None:
            files.pop(PATH)
            ours = False
            continue
        files[PATH] = text
        assert validation_files.mistakes(Overlay(Nothing(), files)) == ()
        (billing,) = Snapshot(Overlay(Nothing(), files)).consumers("orders")
        assert {uses.field_notation(*each) for use in billing.uses for each in use.elements} == read
        assert {str(each).partition("#")[2] for each in billing.acks} == agreed
        assert {(str(use.schema), use.versions) for use in billing.uses} == {("orders/order", "^1")}
        if ours:
            assert text.startswith("# ours\n")
            assert "# the end" in text or layout != BLOCK

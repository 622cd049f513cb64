"""An announcement before it is written: its file's name, its text, its days; and files as they would be."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemareg import documents, manifests
from schemareg.adapters.files import files_in
from schemareg.authoring import deprecations as authoring_deprecations
from schemareg.authoring.deprecations import DeprecationRequest
from schemareg.deprecation.landed import NoHistory, Promises
from schemareg.model import Entry, FileChange, Kind, Policy, targets
from schemareg.model.errors import RegistryError
from schemareg.snapshot.deprecations import deprecations, find_deprecation, shell_target
from schemareg.snapshot.overlay import Overlay
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

SAID = "products/orders/deprecations"
PRODUCT = "title: Orders\nowner: {team: checkout}\nschemas: {order: {}}\n"
SCHEMA = '{"type": "object", "properties": {"note": {"type": "string"}}}'


def snapshot(folder: Path, **said: str) -> Snapshot:
    """A registry with one product, and deprecations of these names that speak of these targets."""
    files = {f"{SAID}/{name}.yaml": f"target: '{text}'\nreason: x\n" for name, text in said.items()}
    files["products/orders/product.yaml"] = PRODUCT
    files["products/orders/schemas/order/1.0.0.json"] = SCHEMA
    return Snapshot(Overlay(files_in(folder), files))


NAMES = {
    "orders": "orders",
    "orders/order": "order",
    "orders/order@1": "order-1.x",
    "orders/order@1.2.0-beta.1": "order-1.2.0-beta.1",
    "orders/order#customer.email": "order-customer.email",
    "orders/order#lines[].sku": "order-lines.sku",
    "orders/order@1#status=CANCELLED": "order-1.x-status=CANCELLED",
    "orders/order#lines[]": "order-lines",
}


@pytest.mark.parametrize(("target", "name"), NAMES.items())
def test_a_file_is_called_after_its_target(target: str, name: str, tmp_path: Path) -> None:
    nothing = snapshot(tmp_path)
    assert authoring_deprecations.identifier(nothing, nothing, wish(target)) == name
    loosened = wish(target, loosens="required")
    assert authoring_deprecations.identifier(nothing, nothing, loosened) == f"{name}-required"


@pytest.mark.parametrize(
    ("target", "other", "file"),
    [
        ("orders/order#lines[].sku", "orders/order#lines.sku", "order-lines.sku"),
        ("orders/order#Note", "orders/order#note", "order-note"),
        ("orders/order#note", "nonsense", "order-note"),
    ],
)
def test_two_targets_never_share_a_file(target: str, other: str, file: str, tmp_path: Path) -> None:
    there = snapshot(tmp_path, **{file: other})
    nothing = snapshot(tmp_path)
    for base, head in ((there, nothing), (nothing, there)):
        name = authoring_deprecations.identifier(base, head, wish(target))
        assert re.fullmatch(r"order-[\w.]+-[0-9a-f]{8}", name)
    same = snapshot(
        tmp_path, **{authoring_deprecations.identifier(nothing, nothing, wish(target)): target}
    )
    assert authoring_deprecations.identifier(same, same, wish(target)) in {
        "order-lines.sku",
        "order-Note",
        "order-note",
    }


STEPS = st.lists(
    st.text("aB.é[]=#\\/ \n*?:", min_size=1, max_size=5) | st.none(), min_size=1, max_size=4
).filter(lambda steps: steps[0] is not None)
TARGETS = st.builds(
    lambda steps, value: targets.Target("orders", "order", None, None, tuple(steps), value),
    STEPS,
    st.none() | st.text(max_size=5),
)


@settings(max_examples=100, deadline=None)
@given(target=TARGETS)
def test_every_name_is_one_that_every_file_system_takes(
    tmp_path_factory: pytest.TempPathFactory, target: targets.Target
) -> None:
    nothing = snapshot(tmp_path_factory.getbasetemp())
    name = authoring_deprecations.identifier(nothing, nothing, DeprecationRequest(target, "x"))
    assert re.fullmatch(r"order-[A-Za-z0-9._=-]{1,140}", name)
    assert not name.endswith(".")
    assert name == authoring_deprecations.identifier(
        nothing, nothing, DeprecationRequest(target, "y")
    )


@settings(max_examples=150, deadline=None)
@given(
    target=TARGETS,
    reason=st.text(min_size=1).filter(str.strip) | st.sampled_from(["- a", "no", "a: b #c", "12"]),
    sunset=st.none() | st.dates(),
    loosens=st.sampled_from(["", "required", "values"]),
    replacement=st.none() | TARGETS,
    migration=st.text(max_size=20),
)
def test_what_is_written_is_read_back_as_it_was_meant(
    target: targets.Target,
    reason: str,
    sunset: date | None,
    loosens: str,
    replacement: targets.Target | None,
    migration: str,
) -> None:
    meant = DeprecationRequest(
        target, reason, loosens=loosens, replacement=replacement, migration=migration
    )
    text = authoring_deprecations.render(meant, sunset)
    said = manifests.parse_deprecation(documents.parse(text.encode(), "a.yaml"), "orders")
    assert (said.target, said.sunset, said.loosens) == (target, sunset, loosens)
    assert (said.reason, said.migration) == (reason.strip(), migration.strip())
    assert said.replacement == replacement


def wish(target: str, **more: Any) -> DeprecationRequest:
    return DeprecationRequest(targets.parse(target), "Replaced.", **more)


@pytest.mark.parametrize(
    ("more", "sunset", "lands_by"),
    [
        ({}, date(2026, 6, 6), date(2026, 3, 8)),
        ({"within": 100}, date(2026, 6, 9), date(2026, 3, 11)),
        ({"sunset": date(2026, 5, 30)}, date(2026, 5, 30), date(2026, 3, 1)),
        ({"sunset": date.max}, date.max, date(9999, 10, 2)),
        ({"within": 9999 * 366}, date.max, date(9999, 10, 2)),
        ({"open": True}, None, None),
    ],
)
def test_a_draft_says_until_when_it_may_land(
    more: dict[str, Any], sunset: date | None, lands_by: date | None, tmp_path: Path
) -> None:
    base = snapshot(tmp_path)
    promises = Promises(base, NoHistory)
    today = date(2026, 3, 1)
    draft = authoring_deprecations.draft(
        promises, base, Policy(), wish("orders/order#note", **more), today
    )
    assert (draft.said.sunset, draft.lands_by, draft.window) == (sunset, lands_by, 90)
    assert draft.stability == "stable"
    assert [each.rule for each in draft.remarks] == ["deprecation-announced"]


@pytest.mark.parametrize(
    ("said", "target", "loosens", "why"),
    [
        (
            {},
            "orders/order#note",
            "",
            "no deprecation announces the removal of 'orders/order#note'",
        ),
        (
            {"a": "orders/order#note"},
            "orders/order#note",
            "type",
            "no deprecation announces that 'orders/order#note' loosens type",
        ),
        (
            {"a": "orders/order#note", "b": "orders/order#note"},
            "orders/order#note",
            "",
            f"2 files announce a change of 'orders/order#note': {SAID}/a.yaml and {SAID}/b.yaml",
        ),
    ],
)
def test_an_edit_needs_the_one_deprecation_that_is_meant(
    said: dict[str, str], target: str, loosens: str, why: str, tmp_path: Path
) -> None:
    with pytest.raises(RegistryError) as refused:
        find_deprecation(snapshot(tmp_path, **said), targets.parse(target), loosens)
    assert refused.value.what == why
    assert refused.value.remedy


def test_a_target_is_typed_so_that_a_shell_leaves_it_alone() -> None:
    for text, wanted in {
        "orders/order#note": "orders/order#note",
        "orders/order#state=LOST": "orders/order#state=LOST",
        "orders/order#lines[].sku": "'orders/order#lines[].sku'",
        "orders/order#state=two words": "'orders/order#state=two words'",
    }.items():
        assert shell_target(targets.parse(text)) == wanted


def test_files_as_they_would_be(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/old").write_text("old", encoding="utf-8")
    (tmp_path / "a/kept").write_text("kept", encoding="utf-8")
    files = Overlay(files_in(tmp_path), {"a/b/old": None, "a/kept": "new", "c/d/e": "é"})
    folder, file = Entry(Kind.FOLDER, ""), Entry(Kind.FILE, "")
    assert files.folder("") == {"a": folder, "c": folder}
    assert files.folder("a") == {"b": folder, "kept": file}
    assert files.folder("a/b") == {}
    assert files.folder("c") == {"d": folder}
    assert files.folder("c/d") == {"e": file}
    assert files.entry("c/d") == folder
    assert files.entry("a/b/old") is None
    assert (files.read("a/kept"), files.size("c/d/e")) == (b"new", 2)
    with pytest.raises(KeyError):
        files.read("a/b/old")
    assert files.changes() == (
        FileChange("a/b/old", file, None),
        FileChange("a/kept", file, file),
        FileChange("c/d/e", None, file),
    )
    assert deprecations(Snapshot(files), "orders") == ()

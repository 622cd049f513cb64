"""Whom a change hits: what consumers declare against what findings take away."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.stories import Shop, landed, parted, reviewed

from schemareg.adapters.files import files_in
from schemareg.consumers import impact
from schemareg.consumers import uses as consumers_uses
from schemareg.model import Consumer, Direction, Finding, Hit, Place, Severity, Use
from schemareg.model import targets as model_targets
from schemareg.model.semver import SemVer
from schemareg.model.targets import Steps, Target
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemareg.model import Report

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "impact.yaml").read_text("utf-8")
)
TODAY = date(2026, 2, 1)


def _told(report: Report) -> dict[str, list[str]]:
    """Each finding that hits somebody: its rule and field, whom and what of theirs."""
    return {
        " ".join(filter(None, (each.rule, each.field))): [
            f"{hit.consumer} {hit.schema.removeprefix('orders/')} {hit.versions}: {', '.join(hit.fields) or 'everything'}"
            for hit in each.hits
        ]
        for each in report.findings
        if each.hits
    }


def _lives(case: Mapping[str, Any], shop: Shop, folder: Path, *, without: str = "?") -> Path:
    begin = shop.begin

    def first() -> None:
        begin()
        shop.tell(case.get("first", ""))

    shop.begin = first  # type: ignore[method-assign]
    past = [(on, "" if without in said else said) for on, said in parted(case.get("landed", ()))]
    landed(past, case["change"], shop).write(folder)
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda each: str(each["why"]))
def test_each_finding_names_whom_it_hits_and_no_others(
    case: dict[str, Any], tmp_path: Path
) -> None:
    shop, today = Shop(), case.get("today", TODAY)
    if "waive " in str(case):
        before = reviewed(_lives(case, Shop(), tmp_path / "before.git", without="waive "), today)
        shop.fingerprint = {each.rule: each.fingerprint for each in before.findings}.__getitem__
    folder = _lives(case, shop, tmp_path / "registry.git")
    assert _told(reviewed(folder, today)) == case["finds"]


def test_a_file_that_nobody_can_read_is_taken_to_read_everything(tmp_path: Path) -> None:
    lay(tmp_path, {"billing": "team: [billing]\n", "shop": "team: shop\nuses: []\n"})
    found = impact.attach_hits(Snapshot(files_in(tmp_path)), Snapshot(files_in(tmp_path)), [GONE])
    assert found[0].hits == (
        Hit("orders", "billing", "billing"),
        Hit("orders", "shop", "shop"),
    )


def test_readers_say_what_of_theirs_is_touched_and_whether_they_agreed(tmp_path: Path) -> None:
    uses = '[{schema: orders/order, fields: [email, id]}, {schema: orders/refund, versions: "^2"}]'
    lay(tmp_path, {"billing": f"team: b\nuses: {uses}\nacks: ['orders/order#email']\n"})
    snapshot = Snapshot(files_in(tmp_path))
    (billing,) = consumers_uses.consumers(snapshot, "orders")
    order, refund = billing.uses
    assert {
        text: impact.readers(snapshot, model_targets.parse(text))
        for text in ("orders", "orders/order#email", "orders/refund", "orders/refund@1")
    } == {
        "orders": (impact.TargetReader("orders", billing, (order, refund), False),),
        "orders/order#email": (impact.TargetReader("orders", billing, (order,), True),),
        "orders/refund": (impact.TargetReader("orders", billing, (refund,), False),),
        "orders/refund@1": (),
    }


def test_what_was_not_decided_and_what_is_about_numbers_hits_nobody() -> None:
    about = {"product": "orders", "schema": "order", "version": "1.1.0", "against": "1.0.0"}
    for rule in (
        "undecided",
        "bump-too-small",
        "version-gap",
        "product-changed",
        "waiver-proposed",
    ):
        direction = Direction.FORWARD if rule == "undecided" else None
        finding = Finding(rule, Severity.WARNING, PLACE, "…", direction=direction, **about)  # type: ignore[arg-type]
        assert impact.affected_target(finding) is None


PLACE = Place("products/orders/schemas/order/1.1.0.json")
GONE = Finding(
    "field-removed",
    Severity.ERROR,
    PLACE,
    "gone",
    product="orders",
    schema="order",
    version="1.1.0",
    against="1.0.0",
    direction=Direction.FORWARD,
    field="email",
)


def lay(folder: Path, files: Mapping[str, str]) -> None:
    """A product `orders` with these consumers."""
    home = folder / "products" / "orders" / "consumers"
    home.mkdir(parents=True)
    (home.parent / "product.yaml").write_text("title: Orders\nowner: {team: checkout}\n")
    for name, text in files.items():
        (home / f"{name}.yaml").write_text(text)


# --- laws ----------------------------------------------------------------------------------------

STEPS = st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=3).map(
    lambda steps: ("f", *steps)
)
ELEMENTS = st.tuples(STEPS, st.none() | st.sampled_from(["x", "y"]))
NUMBERS = st.integers(0, 2)
PARTS = st.lists(NUMBERS, min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
RANGES = st.one_of(st.just("*"), PARTS, PARTS.map("^{}".format))
ORDER = model_targets.parse("orders/order")


@st.composite
def uses(draw: st.DrawFn) -> Use:
    elements = draw(st.lists(ELEMENTS, max_size=3))
    fields, values = tuple(steps for steps, _ in elements), tuple(value for _, value in elements)
    return Use(ORDER, draw(RANGES), fields, values)


@st.composite
def targets(draw: st.DrawFn) -> Target:
    version = draw(st.none() | st.builds(SemVer, NUMBERS, NUMBERS, NUMBERS))
    major = draw(st.none() | NUMBERS) if version is None else None
    steps, value = draw(st.just(((), None)) | ELEMENTS)
    return Target("orders", "order", version, major, steps, value)


def _hits(use: Use, target: Target) -> bool:
    consumer = Consumer("c.yaml", "c", "c", uses=(use,))
    return bool(consumers_uses.hits_of(consumer, target))


@given(uses(), targets(), ELEMENTS, RANGES)
def test_who_declares_more_is_hit_by_no_less(
    use: Use, target: Target, more: tuple[Steps, str | None], versions: str
) -> None:
    if not _hits(use, target):
        return
    if use.fields:
        steps, value = more
        wider = Use(use.schema, use.versions, (*use.fields, steps), (*use.values, value))
        assert _hits(wider, target)
        assert _hits(Use(use.schema, use.versions), target)
    assert _hits(Use(use.schema, f"{use.versions} || {versions}", use.fields, use.values), target)


@given(uses(), targets())
def test_the_end_of_more_hits_no_fewer(use: Use, target: Target) -> None:
    if _hits(use, target):
        for wider in (
            Target("orders"),
            Target("orders", "order"),
            Target("orders", "order", target.version, target.major),
            Target("orders", "order", target.version, target.major, target.field[:1]),
            Target("orders", "order", target.version, target.major, target.field),
        ):
            assert _hits(use, wider)


@given(uses(), targets())
def test_a_reader_of_other_fields_is_not_hit(use: Use, target: Target) -> None:
    if not use.fields or not target.field:
        return
    apart = all(
        any(one != other for one, other in zip(steps, target.field, strict=False))
        for steps in use.fields
    )
    if apart:
        assert not _hits(use, target)
    assert set(consumers_uses.touched_fields(use, target)) <= {
        consumers_uses.field_notation(*element) for element in use.elements
    }

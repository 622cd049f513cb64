"""The files of `deprecations/` and `waivers/`: text to what somebody says of a promise."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from schemareg.manifests.schemas import check
from schemareg.model import Deprecation, Mistake, Waiver, targets
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from schemareg.documents import Document


def parse_deprecation(document: Document, product: str) -> Deprecation:
    """The deprecation that a file of this product states. Raises InvalidFiles with every mistake."""
    check(document, "deprecation")
    value = document.value
    found: list[Mistake] = []
    target = _target(document, "target", found)
    replacement = _target(document, "replacement", found) if "replacement" in value else None
    sunset = _day(document, "sunset", found) if "sunset" in value else None
    if target is not None and target.product != product:
        found.append(
            Mistake(
                document.place(("target",)),
                "target-elsewhere",
                f"{quoted(target)} is not of the product {quoted(product)}",
                "Put the file into deprecations/ of the product that it speaks of",
            )
        )
    if target is not None and value.get("loosens"):
        found += _misplaced_guarantee(document, target, value["loosens"])
    if found or target is None:
        raise InvalidFiles(tuple(sorted(found)))
    return Deprecation(
        path=document.path,
        target=target,
        reason=value["reason"],
        sunset=sunset,
        loosens=value.get("loosens", ""),
        replacement=replacement,
        migration=value.get("migration", ""),
    )


GUARANTEES = {
    "field": ("required", "values", "type", "range", "form", "size", "meaning"),
    "schema": ("key",),
    "product": (
        *("classification", "freshness", "latency", "availability", "completeness", "retention"),
    ),
}
"""What can be loosened, by what has it."""


def _misplaced_guarantee(
    document: Document, target: targets.Target, loosens: str
) -> tuple[Mistake, ...]:
    sort = next(sort for sort, known in GUARANTEES.items() if loosens in known)
    whole = target.version is None and target.major is None
    fits = {
        "field": bool(target.field),
        "schema": bool(target.schema) and not target.field and whole,
        "product": not target.schema,
    }[sort]
    if fits:
        return ()
    examples = {"field": "orders/order_placed#status", "schema": "orders/order_placed"}
    return (
        Mistake(
            document.place(("loosens",)),
            "loosens-elsewhere",
            f"{loosens} is a guarantee of a {sort}, and {quoted(target)} is none",
            f"Name a {sort}, as {examples.get(sort, 'orders')}; or remove loosens",
        ),
    )


def parse_waiver(document: Document) -> Waiver:
    """The waiver that a file states. Raises InvalidFiles with every mistake."""
    check(document, "waiver")
    value = document.value
    found: list[Mistake] = []
    until = _day(document, "until", found)
    stem = document.path.rpartition("/")[2].rpartition(".")[0]
    if stem != value["fingerprint"]:
        found.append(
            Mistake(
                document.place(("fingerprint",)),
                "waiver-misnamed",
                f"the file is called {quoted(stem)}, and waives {quoted(value['fingerprint'])}",
                f"Call it {value['fingerprint']}.yaml: two waivers of one finding must collide",
            )
        )
    if found or until is None:
        raise InvalidFiles(tuple(sorted(found)))
    return Waiver(
        path=document.path,
        fingerprint=value["fingerprint"],
        rule=value.get("rule", ""),
        reason=value["reason"],
        approver=value["approver"],
        until=until,
    )


def _target(document: Document, key: str, found: list[Mistake]) -> targets.Target | None:
    try:
        return targets.parse(document.value[key])
    except RegistryError as error:
        found.append(Mistake(document.place((key,)), "target-malformed", error.what, error.remedy))
        return None


def _day(document: Document, key: str, found: list[Mistake]) -> date | None:
    try:
        return date.fromisoformat(document.value[key])
    except ValueError:
        found.append(
            Mistake(
                document.place((key,)),
                "day-impossible",
                f"{quoted(document.value[key])} is not a day of the calendar",
                "Write a day that there is, as 2027-03-01",
            )
        )
        return None

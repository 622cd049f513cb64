"""Of each field and value: who introduced it, who last changed its promise, who announced its end."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Repo

FOLDER = "products/orders"
PRODUCT = "title: Orders\ndescription: All.\nowner: {team: checkout}\nschemas:\n  order: {}\n"
TEXT = {"type": "string"}


def version(number: str, **fields: Any) -> dict[str, str | bytes | None]:
    required = [name for name, each in fields.items() if each.pop("must", False)]
    schema = {"type": "object", "properties": fields, "required": required}
    return {f"{FOLDER}/schemas/order/{number}.json": json.dumps(schema)}


def test_each_field_and_value_has_its_origin_its_last_change_and_its_end(
    repo: Repo, reg: Callable[..., Any]
) -> None:
    one = repo.commit(
        {f"{FOLDER}/product.yaml": PRODUCT, "registry.yaml": "version: 1\n"}
        | version("1.0.0", id={**TEXT}, status={"enum": ["new"]}, back={**TEXT}),
        on=date(2026, 3, 1),
    )
    two = repo.commit(
        version("1.1.0", id={**TEXT, "must": True}, status={"enum": ["new", "paid"]}),
        on=date(2026, 4, 1),
    )
    said = "target: orders/order#status=new\nsunset: 2026-09-01\nreason: Paid is enough.\n"
    ends = repo.commit({f"{FOLDER}/deprecations/new.yaml": said}, on=date(2026, 5, 1))
    three = repo.commit(
        version(
            "2.0.0",
            id={**TEXT, "must": True, "description": "Words."},
            status={"enum": ["new", "paid"]},
            back={**TEXT},
        ),
        on=date(2026, 6, 1),
    )
    code, out, err = reg("blame", "-C", str(repo.path), "orders/order", "--format", "json")
    told = json.loads(out)
    assert (code, err, told["version"]) == (0, "", "orders/order@2.0.0")
    rows = [
        (
            each["field"],
            each["value"],
            each["introduced"]["commit"],
            each["changed"]["commit"],
            each["changed"]["what"],
            each["deprecated"] and each["deprecated"]["commit"],
        )
        for each in told["fields"]
    ]
    assert rows == [
        ("id", None, one, two, "required", None),
        ("status", None, one, two, "values", None),
        ("status", "new", one, one, "", ends),
        ("status", "paid", two, two, "", None),
        ("back", None, three, three, "", None),
    ]
    assert told["fields"][2]["deprecated"]["earliest"] == "2026-09-01"
    assert told["fields"][0]["introduced"]["author"] == "Ada Lovelace"

    text = reg("blame", "-C", str(repo.path), "orders/order@1.1.0")[1]
    assert text.startswith("orders/order@1.1.0\n\nfield ")
    assert f"1.1.0 2026-04-01 {two[:7]}: required" in text
    then = reg("blame", "-C", str(repo.path), "orders/order", "--at", "2026-03-31")[1]
    assert then.startswith("orders/order@1.0.0\n")


def test_what_is_not_there_has_no_origin(repo: Repo, reg: Callable[..., Any]) -> None:
    repo.commit({"registry.yaml": "version: 1\n", f"{FOLDER}/product.yaml": PRODUCT})
    for target in ("orders", "orders/order", "others/order", "orders/order@3.0.0"):
        code, out, err = reg("blame", "-C", str(repo.path), target)
        assert (code, out) == (2, "")
        assert err.startswith("reg: ")

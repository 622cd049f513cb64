"""What init and new write: valid, complete, and nothing else is touched."""

from __future__ import annotations

import pytest

from schemareg.authoring import scaffold
from schemareg.documents import parse_yaml
from schemareg.model.errors import RegistryError


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title: T\n", "title: T\nschemas:\n  new: {}\n"),
        ("title: T", "title: T\nschemas:\n  new: {}\n"),
        ("title: T\nschemas: {}\n", "title: T\nschemas:\n  new: {}\n"),
        ("schemas: {} # none\ntitle: T\n", "schemas:\n  new: {} # none\ntitle: T\n"),
        ("schemas:\ntitle: T\n", "schemas:\n  new: {}\ntitle: T\n"),
        (
            "schemas:\n  a: {format: json-schema}  # why\n\n# about the title\ntitle: T\n",
            "schemas:\n  a: {format: json-schema}  # why\n  new: {}\n\n# about the title\ntitle: T\n",
        ),
        (
            "schemas:\n    a:\n        description: |\n            x\n            y\n\ntitle: T\n",
            "schemas:\n    a:\n        description: |\n            x\n            y\n    new: {}\n\ntitle: T\n",
        ),
        ("schemas: {a: {}}\n", "schemas: {a: {}, new: {}}\n"),
        ("schemas:\n  a: {}", "schemas:\n  a: {}\n  new: {}\n"),
        ("schemas:\r\n  a: {}\r\ntitle: T\r\n", "schemas:\r\n  a: {}\r\n  new: {}\r\ntitle: T\r\n"),
        (
            "schemas: {\n  a: {},\n}\n",
            None,
        ),
    ],
)
def test_a_schema_is_declared_without_touching_anything_else(
    before: str, after: str | None
) -> None:
    document = parse_yaml(before.encode(), "products/p/product.yaml")
    if after is None:
        with pytest.raises(RegistryError) as caught:
            scaffold.declared(document, "new")
        assert caught.value.where == "products/p/product.yaml"
        assert caught.value.remedy == "Add it by hand, under `schemas:`:  new: {}"
    else:
        assert scaffold.declared(document, "new") == after


def test_what_people_type_stays_a_string() -> None:
    for text in (
        "no",
        "1.0",
        "12:30",
        "@team",
        "a: b",
        "# x",
        'say "hi"',
        "数据",
        "x,y",
        "-",
        "on",
        "",
    ):
        ((path, written),) = scaffold.product(
            "p", team=f"{text}.", contact=text, title=text
        ).items()
        value = parse_yaml(written.encode(), path).value
        owner = {"team": f"{text}.", "contact": text} if text else {"team": "."}
        assert (value["title"], value["owner"]) == (text or "P", owner)


def test_a_wrong_name_is_answered_with_a_right_one() -> None:
    with pytest.raises(RegistryError, match="'Order Lines' is not a product name") as caught:
        scaffold.product("Order Lines", team="checkout")
    assert caught.value.remedy == "How about order_lines?"
    with pytest.raises(RegistryError, match="a product needs an owner"):
        scaffold.product("orders", team=" ")

"""References: what each form means in each draft, and what is said of those that lead nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemareg.formats.json_schema import uris
from schemareg.formats.json_schema.dialects import Dialect
from schemareg.formats.json_schema.references import Library, UnresolvableReference, dangling

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer
    from schemareg.model.semver import SemVer

HOME = "file:///products/orders/schemas/order/1.0.0.json"
PAYMENT = "file:///products/payments/schemas/payment/1.2.0.json"


def _locate(product: str, schema: str, version: SemVer) -> str | None:
    path = f"products/{product}/schemas/{schema}/{version}.json"
    return path if f"file:///{path}" == PAYMENT else None


def _library(**documents: JsonValue) -> Library:
    known = {PAYMENT: documents.get("payment")}
    return Library(known.get, _locate)


# RFC 3986, section 5.4, against http://a/b/c/d;p?q
RFC_EXAMPLES = {
    "g:h": "g:h",
    "g": "http://a/b/c/g",
    "./g": "http://a/b/c/g",
    "g/": "http://a/b/c/g/",
    "/g": "http://a/g",
    "//g": "http://g",
    "?y": "http://a/b/c/d;p?y",
    "g?y": "http://a/b/c/g?y",
    "#s": "http://a/b/c/d;p?q#s",
    "g#s": "http://a/b/c/g#s",
    "g?y#s": "http://a/b/c/g?y#s",
    ";x": "http://a/b/c/;x",
    "": "http://a/b/c/d;p?q",
    ".": "http://a/b/c/",
    "./": "http://a/b/c/",
    "..": "http://a/b/",
    "../g": "http://a/b/g",
    "../..": "http://a/",
    "../../g": "http://a/g",
    "../../../g": "http://a/g",
    "/./g": "http://a/g",
    "/../g": "http://a/g",
    "g.": "http://a/b/c/g.",
    "..g": "http://a/b/c/..g",
    "./../g": "http://a/b/g",
    "g/./h": "http://a/b/c/g/h",
    "g/../h": "http://a/b/c/h",
    "g?y/../x": "http://a/b/c/g?y/../x",
    "g#s/../x": "http://a/b/c/g#s/../x",
}


@pytest.mark.parametrize("reference", RFC_EXAMPLES)
def test_references_resolve_as_the_standards_examples_say(reference: str) -> None:
    assert uris.join("http://a/b/c/d;p?q", reference) == RFC_EXAMPLES[reference]


def test_a_fragment_resolves_against_a_base_of_any_scheme() -> None:
    assert uris.join("urn:uuid:deadbeef", "#/$defs/a") == "urn:uuid:deadbeef#/$defs/a"
    assert uris.join("", "#/$defs/a") == "#/$defs/a"


STRING = {"type": "string"}
FOUND: list[tuple[str, Dialect, JsonValue, Pointer, str, Pointer]] = [
    # why, dialect, document, the schema that refers, reference, the pointer it leads to
    ("the root", Dialect.DRAFT2020, {"not": {}}, ("not",), "#", ()),
    ("an empty reference is the root", Dialect.DRAFT2020, {"not": {}}, ("not",), "", ()),
    ("$defs", Dialect.DRAFT2020, {"$defs": {"a": STRING}}, (), "#/$defs/a", ("$defs", "a")),
    (
        "definitions in the latest draft",
        Dialect.DRAFT2020,
        {"definitions": {"a": STRING}},
        (),
        "#/definitions/a",
        ("definitions", "a"),
    ),
    (
        "percent and tilde escapes",
        Dialect.DRAFT2020,
        {"$defs": {"a/b~c%d ü": STRING}},
        (),
        "#/$defs/a~1b~0c%25d%20%C3%BC",
        ("$defs", "a/b~c%d ü"),
    ),
    (
        "an array index",
        Dialect.DRAFT2020,
        {"allOf": [True, STRING]},
        (),
        "#/allOf/1",
        ("allOf", 1),
    ),
    (
        "a digit as a property name",
        Dialect.DRAFT2020,
        {"properties": {"0": STRING}},
        (),
        "#/properties/0",
        ("properties", "0"),
    ),
    (
        "below an unknown keyword",
        Dialect.DRAFT2020,
        {"components": {"schemas": {"a": STRING}}},
        (),
        "#/components/schemas/a",
        ("components", "schemas", "a"),
    ),
    (
        "a boolean schema",
        Dialect.DRAFT2020,
        {"$defs": {"never": False}},
        (),
        "#/$defs/never",
        ("$defs", "never"),
    ),
    (
        "an anchor",
        Dialect.DRAFT2020,
        {"$defs": {"a": {"$anchor": "here"}}},
        (),
        "#here",
        ("$defs", "a"),
    ),
    (
        "a dynamic anchor is an anchor too",
        Dialect.DRAFT2020,
        {"$defs": {"a": {"$dynamicAnchor": "here"}}},
        (),
        "#here",
        ("$defs", "a"),
    ),
    (
        "an anchor of draft 7",
        Dialect.DRAFT7,
        {"definitions": {"a": {"$id": "#here"}}},
        (),
        "#here",
        ("definitions", "a"),
    ),
    (
        "an anchor of draft 4",
        Dialect.DRAFT4,
        {"definitions": {"a": {"id": "#here"}}},
        (),
        "#here",
        ("definitions", "a"),
    ),
    (
        "a property called id is no identifier",
        Dialect.DRAFT4,
        {"id": "http://x/root.json", "properties": {"id": STRING}},
        ("properties", "id"),
        "#/properties/id",
        ("properties", "id"),
    ),
    (
        "an embedded resource by its own identifier",
        Dialect.DRAFT2020,
        {"$id": "https://x/root", "$defs": {"a": {"$id": "inner"}}},
        (),
        "inner",
        ("$defs", "a"),
    ),
    (
        "a pointer counts from the embedded resource",
        Dialect.DRAFT2020,
        {"$defs": {"a": {"$id": "https://x/inner", "$defs": {"b": {}}, "not": {}}}},
        ("$defs", "a", "not"),
        "#/$defs/b",
        ("$defs", "a", "$defs", "b"),
    ),
    (
        "an anchor counts in its own resource",
        Dialect.DRAFT2020,
        {
            "$anchor": "x",
            "$defs": {"a": {"$id": "https://x/inner", "$defs": {"b": {"$anchor": "x"}}}},
        },
        (),
        "https://x/inner#x",
        ("$defs", "a", "$defs", "b"),
    ),
    (
        "a urn",
        Dialect.DRAFT2020,
        {"$id": "urn:uuid:1", "$defs": {"a": {}}},
        (),
        "urn:uuid:1#/$defs/a",
        ("$defs", "a"),
    ),
    (
        "its own path although it has another identifier",
        Dialect.DRAFT2020,
        {"$id": "https://x/root", "$defs": {"a": {}}},
        (),
        f"{HOME}#/$defs/a",
        ("$defs", "a"),
    ),
    (
        "definitions beside a $ref",
        Dialect.DRAFT7,
        {"$ref": "#/definitions/a", "definitions": {"a": {}}},
        (),
        "#/definitions/a",
        ("definitions", "a"),
    ),
    (
        "an identifier beside a $ref is ignored up to draft 7",
        Dialect.DRAFT7,
        {
            "$id": "https://x/base/",
            "definitions": {"foo": {"$id": "https://x/sibling/foo"}, "own": {"$id": "foo"}},
            "allOf": [{"$id": "https://x/sibling/", "$ref": "foo"}],
        },
        ("allOf", 0),
        "foo",
        ("definitions", "own"),
    ),
    (
        "an identifier beside a $ref counts from 2019-09 on",
        Dialect.DRAFT2019,
        {
            "$id": "https://x/base/",
            "$defs": {"foo": {"$id": "https://x/sibling/foo"}, "own": {"$id": "foo"}},
            "allOf": [{"$id": "https://x/sibling/", "$ref": "foo"}],
        },
        ("allOf", 0),
        "foo",
        ("$defs", "foo"),
    ),
    (
        "an anchor below an unknown keyword that a pointer reaches",
        Dialect.DRAFT2020,
        {"x": {"a": {"$anchor": "deep"}}, "not": {"$ref": "#/x/a"}},
        (),
        "#deep",
        ("x", "a"),
    ),
]


@pytest.mark.parametrize("case", FOUND, ids=[case[0] for case in FOUND])
def test_a_reference_leads_where_its_draft_says(
    case: tuple[str, Dialect, JsonValue, Pointer, str, Pointer],
) -> None:
    _, dialect, document, referrer, reference, pointer = case
    library = _library()
    root = library.open(document, HOME, dialect)
    here = next(each for each in root.walk() if each.pointer == referrer)
    found = library.resolve(here, reference)
    value = document
    for step in pointer:
        value = value[step]
    assert (found.uri, found.pointer, found.value) == (HOME, pointer, value)


def test_another_schema_is_reached_by_path_and_by_name() -> None:
    payment = {"$id": "https://example.com/payment", "$defs": {"iban": STRING}}
    library = _library(payment=payment)
    root = library.open({}, HOME)
    for reference in (
        "../../../payments/schemas/payment/1.2.0.json#/$defs/iban",
        "/products/payments/schemas/payment/1.2.0.json#/$defs/iban",
        "reg:payments/payment@1.2.0#/$defs/iban",
    ):
        found = library.resolve(root, reference)
        assert (found.key, found.value) == ((PAYMENT, ("$defs", "iban")), STRING)
        assert found.base_uri == "https://example.com/payment"


def test_two_files_with_one_identifier_do_not_reach_into_each_other() -> None:
    payment = {"$id": "https://example.com/same", "$defs": {"a": {"const": 2}}}
    library = _library(payment=payment)
    root = library.open({"$id": "https://example.com/same", "$defs": {"a": {"const": 1}}}, HOME)
    other = library.resolve(root, "reg:payments/payment@1.2.0")
    assert library.resolve(root, "#/$defs/a").value == {"const": 1}
    assert library.resolve(other, "#/$defs/a").value == {"const": 2}


def test_a_cycle_across_files_ends() -> None:
    payment = {"$ref": "../../../orders/schemas/order/1.0.0.json"}
    library = _library(payment=payment)
    root = library.open({"properties": {"p": {"$ref": "reg:payments/payment@1.2.0"}}}, HOME)
    there = library.resolve(root.child("properties", "p"), "reg:payments/payment@1.2.0")
    back = library.resolve(there, payment["$ref"])
    assert back.key == root.key
    assert list(dangling(library, root)) == []


def test_an_embedded_resource_may_be_of_another_draft() -> None:
    inner = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://x/inner"}
    library = _library()
    root = library.open({"$defs": {"a": {**inner, "not": {}}}}, HOME, Dialect.DRAFT2020)
    assert library.resolve(root, "https://x/inner").dialect is Dialect.DRAFT7
    assert root.child("$defs", "a").child("not").dialect is Dialect.DRAFT7
    assert root.dialect is Dialect.DRAFT2020


def test_what_a_schema_lacks_a_draft_for_takes_the_default() -> None:
    assert Library().open({}, "", Dialect.DRAFT4).dialect is Dialect.DRAFT4
    assert Library(dialect=Dialect.DRAFT6).open({}).dialect is Dialect.DRAFT6
    assert Library().open({"$schema": "https://x/own"}).dialect is Dialect.DRAFT2020


def test_dynamic_anchors_are_found_by_resource() -> None:
    tree = {
        "$id": "https://x/tree",
        "$dynamicAnchor": "node",
        "$defs": {
            "strict": {"$id": "strict", "$defs": {"n": {"$dynamicAnchor": "node"}}},
            "plain": {"$id": "plain", "$anchor": "node"},
        },
    }
    library = _library()
    root = library.open(tree, HOME)
    strict, plain = library.resolve(root, "strict"), library.resolve(root, "plain")
    assert library.resolve(root, "#node").dynamic == "node"
    assert library.resolve(plain, "#node").dynamic == ""
    assert library.resolve(root, "#").dynamic == ""
    found = [library.dynamic(here, "node") for here in (root, strict, plain)]
    assert [each and each.pointer for each in found] == [
        (),
        ("$defs", "strict", "$defs", "n"),
        None,
    ]


def test_a_recursive_anchor_counts_at_the_root_of_a_resource_of_2019() -> None:
    document = {"$recursiveAnchor": True, "$defs": {"a": {"$id": "a", "not": {}}}}
    library = _library()
    root = library.open(document, HOME, Dialect.DRAFT2019)
    marked = library.recursive(root)
    assert marked is not None
    assert marked.pointer == ()
    assert library.recursive(root.child("$defs", "a").child("not")) is None
    assert library.recursive(library.open(document, HOME, Dialect.DRAFT2020)) is None


def test_identifiers_and_anchors_that_stand_twice_are_told() -> None:
    document = {
        "$defs": {
            "a": {"$id": "https://x/a"},
            "b": {"$id": "https://x/a"},
            "c": {"$anchor": "here"},
            "d": {"$dynamicAnchor": "here"},
        }
    }
    library = _library()
    found = library.collisions(library.open(document, HOME))
    assert found == (
        (("$defs", "b", "$id"), "https://x/a"),
        (("$defs", "d", "$dynamicAnchor"), "here"),
    )


NOWHERE: list[tuple[str, JsonValue, str, str, str]] = [
    # why, document, reference, what, remedy
    (
        "a web address",
        {},
        "https://example.com/a.json#/$defs/x",
        "'https://example.com/a.json#/$defs/x' leads outside the registry",
        "Nothing is ever fetched",
    ),
    (
        "a relative path below a foreign identifier",
        {"$id": "https://example.com/orders/order.json"},
        "../x.json",
        "the base here makes it 'https://example.com/x.json'",
        "Nothing is ever fetched",
    ),
    (
        "a file that is not there",
        {},
        "1.1.0.json",
        "'1.1.0.json' leads to 'file:///products/orders/schemas/order/1.1.0.json'",
        "Correct the reference",
    ),
    (
        "a near miss of a definition",
        {"$defs": {"address": {}}},
        "#/$defs/adress",
        "'#/$defs/adress' leads nowhere: there is no 'adress' under '#/$defs'",
        "Did you mean '#/$defs/address'?",
    ),
    (
        "an index beyond the array",
        {"allOf": [{}]},
        "#/allOf/1",
        "there is no '1' under '#/allOf'",
        "Correct the reference",
    ),
    (
        "an index with a leading zero",
        {"allOf": [{}]},
        "#/allOf/00",
        "there is no '00' under '#/allOf'",
        "Correct the reference",
    ),
    (
        "a step into a string",
        {"title": "t"},
        "#/title/x",
        "there is no 'x' under '#/title'",
        "Correct the reference",
    ),
    (
        "not a schema",
        {"required": []},
        "#/required",
        "its target is an array, not a schema",
        "Correct the reference",
    ),
    (
        "a wrong tilde",
        {},
        "#/a~2",
        "it is not a JSON Pointer",
        "Correct the reference",
    ),
    (
        "percent-encoding that is no UTF-8",
        {},
        "#/%FF",
        "its percent-encoding is not UTF-8",
        "Correct the reference",
    ),
    (
        "a near miss of an anchor",
        {"$defs": {"a": {"$anchor": "address"}}},
        "#adress",
        "no schema there has the anchor 'adress'",
        "Did you mean '#address'?",
    ),
    (
        "a name without a version",
        {},
        "reg:payments/payment",
        "'reg:payments/payment' does not name a version of a schema",
        "Write reg:product/schema@1.2.0",
    ),
    (
        "a name that is none",
        {},
        "reg:Payments!",
        "'reg:Payments!' does not name a version of a schema",
        "Write reg:product/schema@1.2.0",
    ),
    (
        "a version that is not there",
        {},
        "reg:payments/payment@9.0.0",
        "'reg:payments/payment@9.0.0' leads to 'payments/payment@9.0.0', which does not exist",
        "Correct the reference",
    ),
    (
        "control characters are shown, not sent",
        {},
        "#/\x1b[31m",
        "there is no '\\x1b[31m' at the root",
        "Correct the reference",
    ),
]


@pytest.mark.parametrize("case", NOWHERE, ids=[case[0] for case in NOWHERE])
def test_a_reference_that_leads_nowhere_says_why_and_what_to_do(
    case: tuple[str, JsonValue, str, str, str],
) -> None:
    _, document, reference, what, remedy = case
    library = _library()
    root = library.open(document, HOME)
    with pytest.raises(UnresolvableReference) as caught:
        library.resolve(root, reference)
    assert what in caught.value.what
    assert caught.value.remedy.startswith(remedy)


def test_all_dangling_references_of_a_document_are_told_in_order() -> None:
    document = {
        "properties": {"a": {"$ref": "#/$defs/none"}, "b": {"$ref": "#/$defs/one"}},
        "items": {"$dynamicRef": "#gone"},
        "$defs": {"one": {}},
        "const": {"$ref": "#/not/a/reference"},
        "examples": [{"$ref": "#/nor/this"}],
        "x-note": {"$ref": "#/nor/that"},
    }
    library = _library()
    found = dangling(library, library.open(document, HOME))
    assert [(each.pointer, each.text) for each in found] == [
        (("properties", "a", "$ref"), "#/$defs/none"),
        (("items", "$dynamicRef"), "#gone"),
    ]


def test_a_missing_document_is_explained_by_who_knows_the_files() -> None:
    library = Library(
        missing=lambda name: (f"no {name}", "there is 1.2.0") if "@" in name else None
    )
    (found,) = dangling(library, library.open({"$ref": "reg:a/b@1.0.0"}, HOME))
    assert (found.what, found.remedy) == ("no a/b@1.0.0", "there is 1.2.0")


def test_a_schema_nested_deeper_than_the_stack_is_walked() -> None:
    document: JsonValue = {}
    for _ in range(3_000):
        document = {"not": document}
    assert sum(1 for _ in Library().open(document).walk()) == 3_001

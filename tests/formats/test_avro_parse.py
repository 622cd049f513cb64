"""Avro schemas are read strictly: every mistake at its place with a fix, nothing valid refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import fastavro
import pytest
from tests.formats.avro_libraries import schema
from tests.formats.avro_random import Schemas

from schemareg import check
from schemareg.documents import json_values
from schemareg.formats.avro import resolution
from schemareg.formats.avro.canonical import canonical_form, fingerprint
from schemareg.formats.avro.compare import compare
from schemareg.formats.avro.data import Smallest
from schemareg.formats.avro.fields import fields
from schemareg.formats.avro.parse import Parsed, parse
from schemareg.formats.avro.resolution import SchemaPair
from schemareg.model import Outcome
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from schemareg.formats.avro.schema import Type


def record(*fields: Any, name: Any = "R", **attributes: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields), **attributes}


def field(name: str, type_: Any, **attributes: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **attributes}


def read(value: Any) -> Parsed:
    return parse(json_values.exact(value))


MISTAKES = [
    (3, [("avro-type-unknown", "")]),
    (None, [("avro-type-unknown", "")]),
    ({}, [("avro-type-unknown", "")]),
    ("strin", [("avro-type-unknown", "")]),
    ("record", [("avro-type-unknown", "")]),
    ({"type": "strin"}, [("avro-type-unknown", "type")]),
    ({"type": 3}, [("avro-type-unknown", "")]),
    ([], [("avro-union-invalid", "")]),
    (["int", "int"], [("avro-union-invalid", "1")]),
    (["int", {"type": "int", "logicalType": "date"}], [("avro-union-invalid", "1")]),
    (["null", ["int"]], [("avro-union-invalid", "1")]),
    ([{"type": "array", "items": "int"}, {"type": "array", "items": "long"}], [("avro-union-invalid", "1")]),
    ({"type": "array"}, [("avro-attribute-missing", "")]),
    ({"type": "map"}, [("avro-attribute-missing", "")]),
    ({"type": "map", "values": "x"}, [("avro-type-unknown", "values")]),
    ({"type": "record", "fields": []}, [("avro-attribute-missing", "")]),
    ({"type": "record", "name": "R"}, [("avro-attribute-missing", "")]),
    ({"type": "record", "name": "R", "fields": {}}, [("avro-attribute-missing", "fields")]),
    (record(name="a-b"), [("avro-name-invalid", "name")]),
    (record(name="1a"), [("avro-name-invalid", "name")]),
    (record(name="a..b"), [("avro-name-invalid", "name")]),
    (record(name="string"), [("avro-name-invalid", "name")]),
    (record(namespace="a-b"), [("avro-name-invalid", "namespace")]),
    (record(namespace=3), [("avro-name-invalid", "namespace")]),
    (record(name=3), [("avro-attribute-missing", "")]),
    (record(doc=3), [("avro-attribute-invalid", "doc")]),
    (record(aliases="x"), [("avro-aliases-invalid", "aliases")]),
    (record("int"), [("avro-attribute-missing", "fields/0")]),
    (record({"type": "int"}), [("avro-attribute-missing", "fields/0")]),
    (record({"name": "a"}), [("avro-attribute-missing", "fields/0")]),
    (record(field("a-b", "int")), [("avro-name-invalid", "fields/0/name")]),
    (record(field("a", "int"), field("a", "int")), [("avro-name-repeated", "fields/1/name")]),
    (record(field("a", "int", aliases=["b"]), field("b", "int")), [("avro-aliases-invalid", "fields/0/aliases")]),
    (record(field("a", "int", order="up")), [("avro-attribute-invalid", "fields/0/order")]),
    (record(field("a", "int", order=[])), [("avro-attribute-invalid", "fields/0/order")]),
    (record(field("a", "S"), field("b", record(name="S"))), [("avro-type-unknown", "fields/0/type")]),
    (record(field("a", record())), [("avro-name-repeated", "fields/0/type/name")]),
    ({"type": "enum", "name": "E"}, [("avro-attribute-missing", "")]),
    ({"type": "enum", "name": "E", "symbols": "A"}, [("avro-attribute-missing", "symbols")]),
    ({"type": "enum", "name": "E", "symbols": ["A", "A"]}, [("avro-symbol-invalid", "symbols/1")]),
    ({"type": "enum", "name": "E", "symbols": ["a-b", 3]},
     [("avro-symbol-invalid", "symbols/0"), ("avro-symbol-invalid", "symbols/1")]),
    ({"type": "enum", "name": "E", "symbols": ["A"], "default": "B"}, [("avro-default-invalid", "default")]),
    ({"type": "fixed", "name": "F"}, [("avro-attribute-missing", "")]),
    ({"type": "fixed", "name": "F", "size": -1}, [("avro-attribute-missing", "size")]),
    ({"type": "fixed", "name": "F", "size": True}, [("avro-attribute-missing", "size")]),
    ("reg:other/thing@1.0.0", [("reference-dangling", "")]),
    ({**record(), "references": ["reg:other/thing@1.0.0"]}, [("reference-dangling", "references/0")]),
    ({**record(), "references": [3]}, [("reference-dangling", "references/0")]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "wanted"), MISTAKES, ids=lambda each: json.dumps(each)[:60])
def test_a_mistake_is_found_at_its_place(value: Any, wanted: list[tuple[str, str]]) -> None:
    parsed = read(value)
    assert parsed.root is None
    assert [(each.rule, "/".join(map(str, each.pointer))) for each in parsed.faults] == wanted
    for each in parsed.faults:
        assert each.what
        assert each.remedy


DEFAULTS = [
    ("null", None, 0),
    ("boolean", True, 1),
    ("int", 2**31 - 1, 2**31),
    ("int", -(2**31), True),
    ("int", 1, 1.5),
    ("long", 2**63 - 1, 2**63),
    ("float", 1, "1"),
    ("double", 0.5, None),
    ("string", "a", 1),
    ("bytes", "\u00ff", "\u0100"),
    ({"type": "fixed", "name": "F", "size": 2}, "ab", "abc"),
    ({"type": "enum", "name": "E", "symbols": ["A"]}, "A", "B"),
    ({"type": "array", "items": "int"}, [1, 2], [1, "2"]),
    ({"type": "array", "items": "int"}, [], {}),
    ({"type": "map", "values": "int"}, {"a": 1}, {"a": "1"}),
    (["null", "int"], 1, "1"),
    (record(field("a", "int"), name="S"), {"a": 1}, {}),
    (record(field("a", "int"), name="S"), {"a": 1}, {"a": "1"}),
    (record(field("a", "int", default=1), name="S"), {}, []),
]


@pytest.mark.parametrize(("type_", "right", "wrong"), DEFAULTS)
def test_a_default_is_a_value_of_its_type(type_: Any, right: Any, wrong: Any) -> None:
    assert read(record(field("a", type_, default=right))).faults == ()
    (fault,) = read(record(field("a", type_, default=wrong))).faults
    assert (fault.rule, fault.pointer) == ("avro-default-invalid", ("fields", 0, "default"))


def test_defaults_of_unions_of_records_cost_no_more_than_their_size() -> None:
    inner: Any = {"u": "x"}
    for _ in range(40):
        inner = {"u": inner}
    one = record(
        field("u", ["null", "int", "A", record(field("u", ["A", "B", "null"]), name="B")]), name="A"
    )
    value = record(field("x", one), field("y", ["A", "B"], default={"u": {"u": {"u": inner}}}))
    assert [each.rule for each in read(value).faults] == ["avro-default-invalid"]


LOGICAL = [
    ({"type": "bytes", "logicalType": "decimal"}, "precision"),
    ({"type": "bytes", "logicalType": "decimal", "precision": 0}, "precision"),
    ({"type": "bytes", "logicalType": "decimal", "precision": 2, "scale": 3}, "scale"),
    ({"type": "bytes", "logicalType": "decimal", "precision": 2, "scale": -1}, "scale"),
    ({"type": "bytes", "logicalType": "decimal", "precision": "2"}, "precision"),
    ({"type": "string", "logicalType": "decimal", "precision": 2}, "annotates"),
    (
        {"type": "fixed", "name": "F", "size": 2, "logicalType": "decimal", "precision": 5},
        "holds 4 digits",
    ),
    ({"type": "fixed", "name": "F", "size": 2, "logicalType": "uuid"}, "16 bytes"),
    ({"type": "fixed", "name": "F", "size": 2, "logicalType": "duration"}, "12 bytes"),
    ({"type": "int", "logicalType": "timestamp-millis"}, "annotates"),
    ({"type": "int", "logicalType": 3}, "string"),
]


@pytest.mark.parametrize(("value", "why"), LOGICAL)
def test_an_invalid_logical_type_is_a_notice_and_ignored(value: Any, why: str) -> None:
    parsed = read(value)
    assert parsed.root is not None
    assert parsed.root.logical is None
    (notice,) = parsed.notices
    assert notice.rule == "avro-logical-type-ignored"
    assert why in notice.what


def test_names_are_full_names() -> None:
    inner = {"type": "enum", "name": "E", "symbols": ["A"]}
    root = schema(record(
        field("own", inner),
        field("other", {"type": "fixed", "name": "F", "namespace": "x.y", "size": 1}),
        field("full", record(field("e", {**inner}), name="p.q.S", namespace="ignored")),
        field("again", "E"),
        field("again_full", "p.q.E"),
        field("none", {"type": "fixed", "name": "G", "namespace": "", "size": 1}),
        name="a.R", aliases=["Old", "b.Old"],
    ))  # fmt: skip
    assert root.aliases == ("a.Old", "b.Old")
    own, other, full, again, again_full, none = (each.type for each in root.fields)
    assert [each.name for each in (own, other, full, none)] == ["a.E", "x.y.F", "p.q.S", "G"]
    assert again is own
    assert again_full is full.fields[0].type


def test_versions_are_referred_to_by_name() -> None:
    files = {
        "shop/address@1.0.0": record(field("zip", "string"), name="shop.Address"),
        "shop/customer@1.2.0": {
            **record(field("home", "shop.Address"), name="shop.Customer"),
            "references": ["reg:shop/address@1.0.0"],
        },
    }

    def lookup(name: str) -> tuple[str, Any] | None:
        return (f"file:///{name}", files[name]) if name in files else None

    order = {
        **record(field("by", "shop.Customer"), field("to", "shop.Address"), name="shop.Order"),
        "references": ["reg:shop/customer@1.2.0"],
    }
    parsed = parse(order, "file:///order", lookup)
    assert parsed.faults == ()
    assert parsed.references == ((("references", 0), "shop/customer@1.2.0"),)
    assert parsed.root is not None
    by, to = (each.type for each in parsed.root.fields)
    assert by.fields[0].type is to
    assert [each.uri for each in (by, to)] == [
        "file:///shop/customer@1.2.0",
        "file:///shop/address@1.0.0",
    ]
    assert [each.path for each in fields(parsed.root)] == [
        "by",
        "by.home",
        "by.home.zip",
        "to",
        "to.zip",
    ]
    direct = parse(record(field("to", "reg:shop/address@1.0.0")), "", lookup)
    assert direct.root is not None
    assert direct.root.fields[0].type.name == "shop.Address"


def test_a_circle_of_references_is_a_mistake() -> None:
    value = {**record(name="A"), "references": ["reg:a/a@1.0.0"]}
    parsed = parse(value, "", lambda _: ("file:///a", value))
    assert [each.rule for each in parsed.faults] == ["reference-dangling"]


# --- canonical form, fingerprints


def test_the_canonical_form_and_the_fingerprint_are_those_of_the_libraries() -> None:
    import random

    schemas = Schemas(random.Random(7), logical=False)
    for _ in range(300):
        value = schemas.root()
        root = schema(value)
        form = fastavro.schema.to_parsing_canonical_form(value)
        assert canonical_form(root) == form
        wanted = fastavro.schema.fingerprint(form, "CRC-64-AVRO")
        assert fingerprint(root).to_bytes(8, "little").hex() == wanted


def test_the_fingerprint_of_null_is_that_of_the_specification_s_algorithm() -> None:
    assert fingerprint(schema("null")).to_bytes(8, "big").hex() == "63dd24e7cc258f8a"


def test_attributes_that_readers_of_data_do_not_need_are_not_in_the_canonical_form() -> None:
    value = record(field("a", {"type": "int", "unit": "s"}, doc="x", default=1, aliases=["b"], order="ignore"),
                   namespace="n", doc="y", aliases=["S"])  # fmt: skip
    assert canonical_form(schema(value)) == (
        '{"name":"n.R","type":"record","fields":[{"name":"a","type":"int"}]}'
    )


# --- fields


def test_fields_have_paths_through_records_arrays_maps_and_unions() -> None:
    line = record(
        field("sku", "string", doc="What."), field("n", {"type": "int", "unit": "kg"}), name="L"
    )
    root = schema(record(
        field("id", {"type": "string", "logicalType": "uuid"}),
        field("lines", {"type": "array", "items": line}),
        field("prices", {"type": "map", "values": "double"}),
        field("by", ["null", record(field("x", "int"), field("z", "int"), name="A"),
                     record(field("x", ["null", "string"]), name="B")]),
        field("state", ["null", {"type": "enum", "name": "E", "symbols": ["P", "Q"]}]),
        field("next", ["null", "R"]),
        field("tags", {"type": "array", "items": "string"}),
    ))  # fmt: skip
    found = {each.path: each for each in fields(root)}
    assert [(each.path, each.type, each.required, each.nullable) for each in found.values()] == [
        ("id", "string (uuid)", True, False),
        ("lines", "array", True, False),
        ("lines[].sku", "string", True, False),
        ("lines[].n", "int", True, False),
        ("prices", "map", True, False),
        ("prices.*", "double", False, False),
        ("by", "record", True, True),
        ("by.x", "int | string", True, True),
        ("by.z", "int", False, False),
        ("state", "enum", True, True),
        ("next", "record", True, True),
        ("tags", "array", True, False),
        ("tags[]", "string", False, False),
    ]
    assert found["state"].values == ("P", "Q")
    assert found["lines[].sku"].description == "What."
    assert found["lines[].n"].annotations == (("unit", "kg"),)
    assert found["lines[].n"].pointer == ("fields", 1, "type", "items", "fields", 1)


# --- size


def test_five_thousand_fields_are_decided_and_all_breaks_named_up_to_the_budget() -> None:
    old = record(*(field(f"f{n}", "int") for n in range(5_000)))
    new = record(*(field(f"f{n}", "long", default=0) for n in range(5_000)))
    writer, reader = schema(old), schema(new)
    assert SchemaPair(writer, reader, Smallest(writer)).pairs == 5_001
    assert compare(reader, writer).outcome is Outcome.COMPATIBLE
    verdict = compare(writer, reader)
    assert (verdict.outcome, len(verdict.findings)) == (Outcome.BREAKING, 50)
    assert verdict.reason == "there are more than 50 breaks"


def test_ten_thousand_symbols_cost_what_they_are() -> None:
    symbols = [f"S{n}" for n in range(10_000)]
    old = {"type": "enum", "name": "E", "symbols": symbols}
    new = {"type": "enum", "name": "E", "symbols": symbols[1:]}
    assert [each.witness for each in compare(schema(new), schema(old)).findings] == ["S0"]


def test_records_that_double_at_each_step_end_within_bounds() -> None:
    def doubling(last: str) -> Any:
        inner: Any = record(field("x", last), name="R0")
        types = [field("r0", inner)]
        for n in range(1, 40):
            types.append(
                field(
                    f"r{n}", record(field("a", f"R{n - 1}"), field("b", f"R{n - 1}"), name=f"R{n}")
                )
            )
        return record(*types)

    old, new = schema(doubling("int")), schema(doubling("string"))
    assert compare(old, old).outcome is Outcome.COMPATIBLE
    verdict = compare(new, old)
    assert verdict.outcome is Outcome.UNDECIDED
    assert "values or" in verdict.reason


def test_unions_of_recursive_records_end_within_bounds() -> None:
    names = [f"R{n}" for n in range(60)]

    def tangled(kind: str) -> Any:
        return [
            record(field("x", kind), field("u", ["null", *names[:n]]), name=names[n])
            for n in range(60)
        ]

    old, new = schema(tangled("long")), schema(tangled("int"))
    verdict = compare(new, old)
    assert verdict.outcome is Outcome.BREAKING
    assert len(verdict.findings) == 50
    assert compare(old, new).outcome is Outcome.COMPATIBLE


def test_a_chain_of_types_deeper_than_any_stack_is_walked() -> None:
    def chain(last: str) -> Any:
        types = [field("r0", record(field("x", last), name="R0"))]
        types += [
            field(f"r{n}", record(field("n", ["null", f"R{n - 1}"]), name=f"R{n}"))
            for n in range(1, 3_000)
        ]
        return record(*types)

    verdict = compare(schema(chain("int")), schema(chain("long")))
    assert verdict.outcome is Outcome.BREAKING
    assert verdict.findings[0].field == "r0.x"


def test_avro_is_compared_from_python() -> None:
    assert check("int", "long", form="avro").outcome is Outcome.COMPATIBLE
    verdict = check("int", "long", "FULL", form="avro")
    assert [(each.rule, each.witness) for each in verdict.findings] == [("avro-type-changed", 0)]
    assert check("strin", "int", form="avro").outcome is Outcome.UNDECIDED
    with pytest.raises(RegistryError, match="not a format"):
        check("int", "int", form="arvo")


def test_two_versions_of_one_type_cannot_meet() -> None:
    files = {
        "shop/address@1.0.0": record(name="shop.Address"),
        "shop/address@2.0.0": record(field("zip", "int"), name="shop.Address"),
        "shop/wrong@1.0.0": record(field("zip", "strin"), field("zip", "strin"), name="shop.Wrong"),
    }

    def lookup(name: str) -> tuple[str, Any] | None:
        return f"file:///{name}", files[name]

    value = {**record(), "references": ["reg:shop/address@1.0.0", "reg:shop/address@2.0.0"]}
    (fault,) = parse(value, "", lookup).faults
    assert (fault.rule, fault.pointer) == ("avro-name-repeated", ("references", 1))
    assert fault.what.startswith("'reg:shop/address@2.0.0': the type 'shop.Address'")
    (fault,) = parse({**record(), "references": ["reg:shop/wrong@1.0.0"]}, "", lookup).faults
    assert (fault.rule, fault.pointer) == ("reference-dangling", ("references", 0))


def test_references_that_lead_on_and_on_end() -> None:
    def lookup(name: str) -> tuple[str, Any] | None:
        number = int(name.split("@")[1].split(".", maxsplit=1)[0])
        inner = {"references": [f"reg:shop/a@{number + 1}.0.0"]}
        return f"file:///{name}", {**record(name=f"A{number}"), **inner}

    (fault,) = parse({**record(), "references": ["reg:shop/a@1.0.0"]}, "", lookup).faults
    assert "more than 30 versions" in fault.what


def test_unions_of_thousands_of_records_are_matched_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = 0
    judge = resolution.refusal

    def counted(writer: Type, reader: Type) -> resolution.MismatchKind | None:
        nonlocal calls
        calls += 1
        return judge(writer, reader)

    monkeypatch.setattr(resolution, "refusal", counted)
    records = [record(field("a", "int"), name=f"R{n}") for n in range(3_000)]
    old, new = schema(records), schema([{**each, "doc": "x"} for each in reversed(records)])
    assert compare(new, old).outcome is Outcome.COMPATIBLE
    assert calls <= 3 * 3_000
    verdict = compare(schema(records[1:]), old)
    assert [each.witness for each in verdict.findings] == [{"R0": {"a": 0}}]


def test_a_default_of_a_large_union_is_checked_within_bounds() -> None:
    union = ["null", *(record(field("a", "string"), name=f"S{n}") for n in range(500))]
    items = {"type": "array", "items": union}
    (fault,) = read(record(field("x", items, default=[{"a": 1}] * 10_000))).faults
    assert fault.what == "the default is none of " + " or ".join(
        ["null", *(f"S{n}" for n in range(500))]
    )
    many = [{"a": str(n)} for n in range(10_000)]
    assert read(record(field("x", items, default=many))).faults == ()
    wrong = [*({"a": n, "b": n} for n in range(2_000))]
    assert [each.rule for each in read(record(field("x", items, default=wrong))).faults] == [
        "avro-default-invalid"
    ]


def test_thousands_of_unknown_names_are_told_without_a_guess_for_each() -> None:
    value = record(*(field(f"f{n}", f"T{n}") for n in range(5_000)))
    faults = read(value).faults
    assert len(faults) == 5_000
    assert faults[-1].remedy == "Define the type before it is used"

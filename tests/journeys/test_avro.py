"""Avro from the first version to a field that is gone: by commands, on a real repository."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import fastavro
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Reg = Callable[..., tuple[int, str, str]]

ORDER = "products/orders/schemas/order"
FIRST = """{
  "type": "record",
  "name": "Order",
  "namespace": "shop",
  "doc": "An order.",
  "fields": [
    {"name": "id", "type": "string"},
    {"name": "note", "type": ["null", "string"], "default": null, "doc": "What was said."},
    {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["OPEN", "PAID", "LOST"]}},
    {"name": "lines", "type": {"type": "array", "items": {"type": "record", "name": "Line", "fields": [
      {"name": "sku", "type": "string"},
      {"name": "weight", "type": {"type": "double", "unit": "kg"}}
    ]}}},
    {"name": "prices", "type": {"type": "map", "values": {"type": "record", "name": "Price", "fields": [
      {"name": "net", "type": "double"},
      {"name": "gross", "type": "double"}
    ]}}}
  ]
}
"""
PRODUCT = "title: Orders\nowner: {team: checkout}\nschemas: {order: {format: avro}}\n"
BILLING = """\
team: billing
contact: billing@example.com
uses:
  - {schema: orders/order, versions: "^1", fields: [id, "lines[].sku", "prices.*.net"]}
"""
LANDED = ("--today", "2026-03-01")


@pytest.fixture
def shop(repo: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A registry with orders/order 1.0.0 in Avro, landed on 2026-03-01, and one consumer; on main."""
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2026-03-02T12:00:00Z")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-03-02T12:00:00Z")
    repo.git("config", "user.name", "Grace Hopper")
    repo.git("config", "user.email", "grace@example.com")
    repo.commit(
        {
            "registry.yaml": "version: 1\n",
            "products/orders/product.yaml": PRODUCT,
            "products/orders/consumers/billing.yaml": BILLING,
            f"{ORDER}/1.0.0.avsc": FIRST,
        },
        "Add orders",
    )
    monkeypatch.chdir(repo.path)
    return repo


def land(shop: Any, on: date) -> None:
    """The content of the working tree lands on main by a merge on that day."""
    shop.branch("topic")
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "-m", "Change", on=on)
    shop.checkout("main")
    shop.merge("topic", on=on)
    shop.git("branch", "--quiet", "-D", "topic")


def findings(reg: Reg, *more: str) -> tuple[int, list[dict[str, Any]]]:
    code, out, err = reg("check", "--format", "json", *(more or LANDED))
    assert err == ""
    return code, json.loads(out)["findings"]


def test_every_mistake_of_a_schema_is_told_at_its_place(shop: Any, reg: Reg) -> None:
    wrong = FIRST.replace('"string"}', '"strin"}', 1).replace('"default": null', '"default": 3')
    wrong = wrong.replace('"PAID", "LOST"', '"PAID", "PAID"')
    shop.write({f"{ORDER}/1.1.0.avsc": wrong})
    code, _, out = reg("validate")
    assert code == 2
    for line in (
        f"{ORDER}/1.1.0.avsc:7:28: error avro-type-unknown",
        f"{ORDER}/1.1.0.avsc:9:93: error avro-symbol-invalid",
        "Did you mean string?",
    ):
        assert line in out
    shop.write({f"{ORDER}/1.1.0.avsc": FIRST.replace('"default": null', '"default": 3')})
    code, _, out = reg("validate")
    assert (code, f"{ORDER}/1.1.0.avsc:8:61: error avro-default-invalid" in out) == (2, True)
    shop.write({f"{ORDER}/1.1.0.avsc": FIRST[:-20]})
    assert reg("validate")[0] == 2


def test_what_breaks_has_its_message_its_line_and_its_consumers(shop: Any, reg: Reg) -> None:
    new = FIRST.replace(', "LOST"', "").replace('      {"name": "net", "type": "double"},\n', "")
    new = new.replace(
        '"type": "string"},\n    {"name": "note"', '"type": "long"},\n    {"name": "note"'
    )
    shop.write({f"{ORDER}/1.1.0.avsc": new})
    code, found = findings(reg)
    assert code == 1
    by_key = {(each["rule"], each["direction"], each["field"]): each for each in found}
    assert sorted(each for each in by_key if each[0].startswith("avro-")) == [
        ("avro-field-missing", "FORWARD", "prices.*.net"),
        ("avro-symbol-removed", "BACKWARD", "state"),
        ("avro-type-changed", "BACKWARD", "id"),
        ("avro-type-changed", "FORWARD", "id"),
    ]
    removed = by_key["avro-field-missing", "FORWARD", "prices.*.net"]
    assert removed["witness"]["prices"] == {"key": {"gross": 0.0}}
    assert [each["consumer"] for each in removed["hits"]] == ["billing"]
    changed = by_key["avro-type-changed", "BACKWARD", "id"]
    assert (changed["path"], changed["line"]) == (f"{ORDER}/1.1.0.avsc", 7)
    for form in ("text", "markdown", "sarif", "junit", "html", "github"):
        code, out, _ = reg("check", "--format", form, *LANDED)
        assert (code, "avro-symbol-removed" in out) == (1, True), form
    assert reg("explain", "avro-symbol-removed")[0] == 0
    code, out, _ = reg("diff", "orders/order@1.0.0", "orders/order@1.1.0")
    assert "-  prices.*.net" in out


def test_a_change_that_breaks_nobody_passes_and_is_named_by_its_size(shop: Any, reg: Reg) -> None:
    words = FIRST.replace("An order.", "A placed order.")
    shop.write({f"{ORDER}/1.0.1.avsc": words})
    assert findings(reg) == (0, [])
    shop.write({f"{ORDER}/1.0.1.avsc": None})
    more = FIRST.replace(
        '{"name": "state"', '{"name": "at", "type": "long", "default": 0},\n    {"name": "state"'
    )
    shop.write({f"{ORDER}/1.0.1.avsc": more})
    code, found = findings(reg)
    assert (code, [each["rule"] for each in found]) == (1, ["bump-too-small"])
    assert reg("bump", "orders/order")[0] == 0
    assert (shop.path / ORDER / "1.1.0.avsc").read_text("utf-8") == more
    assert findings(reg) == (0, [])


def test_what_a_field_means_is_a_promise_too(shop: Any, reg: Reg) -> None:
    shop.write({f"{ORDER}/1.1.0.avsc": FIRST.replace('"kg"', '"g"')})
    code, found = findings(reg)
    assert code == 1
    assert ("meaning-changed", "lines[].weight") in {
        (each["rule"], each["field"]) for each in found
    }


def test_a_line_keeps_its_format(shop: Any, reg: Reg) -> None:
    shop.write({
        f"{ORDER}/1.1.0.json": '{"type": "object"}',
        "products/orders/product.yaml": PRODUCT.replace("{format: avro}", "{}"),
    })  # fmt: skip
    _, found = findings(reg)
    assert "format-changed" in {each["rule"] for each in found}


@pytest.mark.parametrize(
    ("target", "text", "wanted"),
    [
        ("orders/order#note", "order-note", ("note", None)),
        ("orders/order#lines[].weight", "order-lines", ("weight", None)),
        ("orders/order#state=LOST", "order-state", (None, ', "LOST"')),
    ],
)
def test_a_field_or_a_symbol_is_announced_waited_for_and_removed(
    shop: Any, reg: Reg, target: str, text: str, wanted: tuple[str | None, str | None]
) -> None:
    code, out, err = reg("deprecate", target, "--reason", "Nobody sets it.", *LANDED)
    assert (code, err) == (0, "")
    land(shop, date(2026, 3, 5))
    assert reg("retire", target, "--today", "2026-06-05")[0] == 2
    code, out, err = reg("retire", target, "--today", "2026-06-06")
    assert (code, out.splitlines()[0]) == (0, f"wrote {ORDER}/1.1.0.avsc")
    name, piece = wanted
    written = (shop.path / ORDER / "1.1.0.avsc").read_text("utf-8")
    assert (f'"{name}"' not in written) if name else (written == FIRST.replace(piece or "", ""))
    code, found = findings(reg, "--today", "2026-06-06")
    assert code == 0
    assert {each["rule"] for each in found} == {"removed-at-sunset"}
    assert findings(reg, "--today", "2026-06-05")[0] == 1


def test_fields_are_shown_blamed_and_known_to_consumers(shop: Any, reg: Reg) -> None:
    code, out, _ = reg("show", "orders/order")
    assert code == 0
    assert "prices.*.net" in out
    code, out, _ = reg("blame", "orders/order")
    assert (code, "state=LOST" in out) == (0, True)
    code, out, _ = reg("impact", "orders/order#prices.*.net")
    assert (code, "billing" in out) == (1, True)
    shop.write({"products/orders/consumers/billing.yaml": BILLING.replace("sku", "sk")})
    code, _, out = reg("validate")
    assert (code, "lines[].sku" in out) == (2, True)


def test_versions_refer_to_each_other(shop: Any, reg: Reg) -> None:
    address = (
        '{"type": "record", "name": "shop.Address", "fields": [{"name": "zip", "type": "%s"}]}\n'
    )
    shipment = """{
  "type": "record", "name": "shop.Shipment",
  "references": ["reg:orders/address@1.0.0"],
  "fields": [{"name": "to", "type": "Address"}, {"name": "back", "type": ["null", "shop.Address"]}]
}
"""
    product = PRODUCT.replace("}}", "}, address: {format: avro}, shipment: {format: avro}}")
    folder = "products/orders/schemas"
    shop.write({
        "products/orders/product.yaml": product,
        f"{folder}/address/1.0.0.avsc": address % "string",
        f"{folder}/shipment/1.0.0.avsc": shipment,
    })  # fmt: skip
    code, out, _ = reg("validate")
    assert (code, out) == (0, "valid: no mistakes\n")
    land(shop, date(2026, 3, 2))
    shop.write({
        f"{folder}/address/2.0.0.avsc": address % "long",
        f"{folder}/shipment/1.1.0.avsc": shipment.replace("address@1", "address@2"),
    })  # fmt: skip
    code, found = findings(reg)
    assert code == 1
    assert {each["field"] for each in found if each["rule"] == "avro-type-changed"} == {
        "to.zip",
        "back.zip",
    }
    shop.write({f"{folder}/shipment/1.1.0.avsc": shipment.replace("address@1", "address@3")})
    code, _, out = reg("validate")
    assert (code, f"{folder}/shipment/1.1.0.avsc:3:18: error reference-dangling" in out) == (
        2,
        True,
    )


def test_two_files_and_many_pairs_are_compared_without_a_registry(
    tmp_path: Path, reg: Reg, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.avsc").write_text('["null", "string"]', "utf-8")
    (tmp_path / "new.avsc").write_text('["null", "int"]', "utf-8")
    code, out, _ = reg("compat", "old.avsc", "new.avsc")
    assert code == 1
    assert "no branch of union of null and int reads string" in out
    assert reg("compat", "old.avsc", "old.avsc", "--level", "FULL")[0] == 0
    (tmp_path / "new.json").write_text("{}", "utf-8")
    assert reg("compat", "old.avsc", "new.json")[0] == 2
    (tmp_path / "new.avsc").write_text('"strin"', "utf-8")
    code, _, err = reg("compat", "old.avsc", "new.avsc")
    assert (code, "new.avsc:1:1" in err) == (2, True)
    rows = [
        {"id": "a", "format": "avro", "old": "int", "new": "long"},
        {"id": "b", "format": "avro", "old": "long", "new": "int"},
        {"id": "c", "format": "avro", "old": "strin", "new": "int"},
        {"id": "d", "format": "arvo", "old": "int", "new": "int"},
    ]
    (tmp_path / "pairs.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    code, out, _ = reg("compat", "--pairs", "pairs.jsonl")
    answers = [json.loads(line) for line in out.splitlines()]
    assert [(each["id"], each["outcome"]) for each in answers] == [
        *(("a", "compatible"), ("b", "breaking"), ("c", "undecided"), ("d", "undecided")),
    ]
    assert answers[1]["witness"] == 0


def test_a_schema_is_drafted_from_records_and_from_a_container_file(shop: Any, reg: Reg) -> None:
    (shop.path / "sample.jsonl").write_text('{"a": 1}\n{"a": 2, "b": "x"}\n', "utf-8")
    assert (
        reg("new", "schema", "orders/draft", "--format", "avro", "--from", "sample.jsonl")[0] == 0
    )
    written = json.loads(
        (shop.path / "products/orders/schemas/draft/1.0.0.avsc").read_text("utf-8")
    )
    assert [each["name"] for each in written["fields"]] == ["a", "b"]
    stream = io.BytesIO()
    fastavro.writer(stream, fastavro.parse_schema(json.loads(FIRST)), [])
    (shop.path / "orders.avro").write_bytes(stream.getvalue())
    assert reg("new", "schema", "orders/taken", "--from", "orders.avro")[0] == 0
    assert "taken: {format: avro}" in (shop.path / "products/orders/product.yaml").read_text(
        "utf-8"
    )
    assert reg("new", "schema", "orders/empty", "--format", "avro")[0] == 0
    for name in ("sample.jsonl", "orders.avro"):
        (shop.path / name).unlink()
    code, out, _ = reg("validate")
    assert (code, out) == (0, "valid: no mistakes\n")
    (shop.path / "broken.avro").write_bytes(b"Obj\x01 no")
    code, _, err = reg("new", "schema", "orders/broken", "--from", "broken.avro")
    assert (code, "no Avro container file" in err) == (2, True)


def test_a_registry_of_json_schemas_loads_nothing_of_avro(repo: Any) -> None:
    repo.commit({
        "registry.yaml": "version: 1\n",
        "products/orders/product.yaml": "title: O\nowner: {team: a}\nschemas: {order: {}}\n",
        f"{ORDER}/1.0.0.json": '{"type": "object"}',
    }, "Add orders")  # fmt: skip
    repo.write({f"{ORDER}/1.1.0.json": '{"type": "string"}'})
    program = (
        "import sys; from schemareg_cli.main import run\n"
        "sys.argv = ['reg', 'check']\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "print([each for each in sys.modules if 'avro' in each], file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=repo.path, capture_output=True, text=True, check=True
    )
    assert "type-narrowed" in result.stdout
    # The rule of the finding is looked up among those of all formats, which costs no library.
    assert "fastavro" not in result.stderr

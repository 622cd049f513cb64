"""From an empty folder to a draft: init, new, draft, list, show, on real repositories."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ORDER = "products/orders/schemas/order"
PRODUCT = "title: Orders\nowner: {team: checkout}\nschemas:\n  order: {}\n"
REGISTRY = "version: 1\n"


@pytest.fixture
def shop(repo: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A registry with orders/order 1.0.0 and 1.1.0 landed, being worked in."""
    schema = '{"type": "object"}\n'
    repo.commit(
        {
            "registry.yaml": REGISTRY,
            "products/orders/product.yaml": PRODUCT,
            f"{ORDER}/1.0.0.json": schema,
            f"{ORDER}/1.1.0.json": schema.replace("}", ', "title": "Order"}'),
        },
        "Add orders",
    )
    monkeypatch.chdir(repo.path)
    return repo


def test_from_an_empty_folder_to_a_first_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reg: Callable[..., Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = reg("init", "shop")
    assert (code, out) == (0, "wrote shop/registry.yaml\n")
    assert err.startswith("Next: reg new product ")
    monkeypatch.chdir(tmp_path / "shop")
    assert reg("list") == (0, "no products yet; to add one: reg new product NAME --team TEAM\n", "")
    code, out, _ = reg(
        "new", "product", "orders", "--team", "checkout", "--contact", "c@example.com"
    )
    assert (code, out) == (0, "wrote products/orders/product.yaml\n")
    code, out, _ = reg("new", "schema", "orders/order", "--description", "One row an order.")
    assert (code, out) == (
        0,
        f"wrote {ORDER}/1.0.0.json\nchanged products/orders/product.yaml\n",
    )
    code, out, _ = reg("new", "schema", "orders/line", "--version", "0.1.0")
    assert code == 0
    [product] = json.loads(reg("list", "--format", "json")[1])
    assert product["owner"] == {"team": "checkout", "contact": "c@example.com", "channels": []}
    assert [(each["name"], each["latest"]) for each in product["schemas"]] == [
        ("orders/line", "0.1.0"),
        ("orders/order", "1.0.0"),
    ]


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("sample.json", '[{"id": "o-1", "total": 12, "paid": true}, {"id": "o-2", "total": 0}]'),
        ("sample.jsonl", '{"id": "o-1", "total": 12, "paid": true}\n{"id": "o-2", "total": 0}\n'),
        ("sample.csv", "id,total,paid\no-1,12,true\no-2,0,\n"),
    ],
)
def test_a_schema_may_be_inferred_from_a_sample(
    name: str, sample: str, shop: Any, reg: Callable[..., Any]
) -> None:
    shop.write({name: sample})
    code, out, _ = reg("new", "schema", "orders/line", "--from", name)
    assert code == 0
    assert out.startswith("wrote products/orders/schemas/line/1.0.0.json\n")
    schema = json.loads((shop.path / "products/orders/schemas/line/1.0.0.json").read_text())
    assert list(schema)[:3] == ["$schema", "title", "type"]
    assert schema["title"] == "Line"
    assert {key: value["type"] for key, value in schema["properties"].items()} == {
        "id": "string",
        "total": "integer",
        "paid": "boolean",
    }
    assert sorted(schema["required"]) == ["id", "total"]
    assert reg("validate")[0] == 0


@pytest.mark.parametrize(
    ("name", "sample", "complaint"),
    [
        ("sample.jsonl", '{"id": 1}\n{"id": }\n', "sample.jsonl:2:"),
        ("sample.csv", "a,b\n1\n", "sample.csv:2:"),
        ("sample.json", "", "sample.json:1:1: error file-empty"),
        ("sample.xml", "<a/>", "reg: sample.xml: "),
        ("gone.json", None, "reg: gone.json: there is no such file\n  Name a file of records"),
        ("products", None, "reg: products: there is no such file\n  Name a file of records"),
    ],
)
def test_a_sample_that_cannot_be_read_is_told_with_its_line(
    name: str, sample: str | None, complaint: str, shop: Any, reg: Callable[..., Any]
) -> None:
    if sample is not None:
        shop.write({name: sample})
    code, out, err = reg("new", "schema", "orders/line", "--from", name)
    assert (code, out) == (2, "")
    assert err.startswith(complaint)
    assert not (shop.path / "products/orders/schemas/line").exists()


def test_a_sample_as_large_as_an_export_is_refused_unread(
    shop: Any, reg: Callable[..., Any]
) -> None:
    with (shop.path / "export.jsonl").open("wb") as export:
        export.truncate(2**40)
    code, out, err = reg("new", "schema", "orders/line", "--from", "export.jsonl")
    assert (code, out) == (2, "")
    assert err == (
        "reg: export.jsonl: the sample has 1,099,511,627,776 bytes, the maximum is 67,108,864\n"
        "  Use its first few thousand records\n"
    )


def test_init_takes_an_existing_repository_at_its_top_and_overwrites_nothing(
    repo: Any, monkeypatch: pytest.MonkeyPatch, reg: Callable[..., Any]
) -> None:
    repo.commit({"src/a.py": ""})
    monkeypatch.chdir(repo.path / "src")
    assert reg("init")[:2] == (0, "wrote ../registry.yaml\n")
    code, out, err = reg("init")
    assert (code, out) == (2, "")
    assert err.startswith(
        "reg: registry.yaml: the file exists already, and nothing is overwritten\n"
    )
    assert repo.git("status", "--short") == "?? ../registry.yaml".replace("../", "")


def test_a_product_may_stand_in_its_domain(shop: Any, reg: Callable[..., Any]) -> None:
    code, out, _ = reg("new", "product", "payments", "--team", "finance", "--domain", "money")
    assert (code, out) == (0, "wrote products/money/payments/product.yaml\n")
    assert "domain: money\n" in (shop.path / "products/money/payments/product.yaml").read_text()
    code, out, _ = reg("new", "schema", "payments/payment")
    assert out.startswith("wrote products/money/payments/schemas/payment/1.0.0.json\n")
    assert reg("new", "product", "payments", "--team", "x")[0] == 2


@pytest.mark.parametrize(
    ("call", "complaint", "mend"),
    [
        ("new product Orders --team x", "'Orders' is not a product name", "How about orders?"),
        ("new product orders --team x", "there is a product 'orders' already", "reg show orders"),
        ("new product lines", "missing option '--team'", "reg new product --help"),
        (
            "new schema orders/order",
            "there is a schema orders/order already",
            "reg draft orders/order",
        ),
        ("new schema ordrs/x", "there is no product 'ordrs'", "Did you mean orders?"),
        ("new schema orders", "'orders' names no schema", "reg new schema orders/NAME"),
        ("new schema orders/Order", "'Order' is not a schema name", "How about order?"),
        ("new schema orders/x --version v1", "'v1' is not a version", "Write X.Y.Z"),
        ("draft orders", "'orders' is a product, and a schema is wanted", "reg show orders"),
        ("diff orders orders", "'orders' is a product; a version", "reg show orders"),
        ("draft orders/order@3", "there is no version 'orders/order@3'", "There are: 1.0.0, 1.1.0"),
        ("draft orders/ordr", "there is no schema 'orders/ordr'", "Did you mean orders/order?"),
        (
            "draft orders/order@1.0.0",
            "orders/order@1.0.0 is there already",
            "reg draft orders/order",
        ),
        (
            "show orders/order@9.9.9",
            "there is no version 'orders/order@9.9.9'",
            "There are: 1.0.0, 1.1.0",
        ),
        ("show orders/order@7", "there is no version 'orders/order@7'", "There are: 1.0.0, 1.1.0"),
        ("show Orders", "'Orders' is not a target", "Write product, product/schema"),
        ("list --at nowhere", "there is no commit 'nowhere' in this clone", "Perhaps `main`"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_a_mistaken_call_names_its_mend(
    call: str, complaint: str, mend: str, reg: Callable[..., Any]
) -> None:
    code, out, err = reg(*call.split(" "))
    assert (code, out) == (2, "")
    assert complaint in err
    assert mend in err
    assert err.startswith("reg: ")


def test_a_draft_is_the_latest_version_under_the_next_name(
    shop: Any, reg: Callable[..., Any]
) -> None:
    assert reg("draft", "orders/order")[:2] == (0, f"wrote {ORDER}/1.2.0.json\n")
    folder = shop.path / ORDER
    assert (folder / "1.2.0.json").read_bytes() == (folder / "1.1.0.json").read_bytes()
    code, out, err = reg("draft", "orders/order")
    assert (code, out) == (2, "")
    assert err == (
        f"reg: {ORDER}/1.2.0.json: orders/order@1.2.0 has not landed yet: there is a draft already\n"
        "  Edit it. For one more beside it, name it: reg draft orders/order@1.3.0\n"
    )
    assert reg("draft", "orders/order@2.0.0-beta.1")[:2] == (
        0,
        f"wrote {ORDER}/2.0.0-beta.1.json\n",
    )


def test_a_draft_of_an_older_line_is_a_copy_of_that_line(
    shop: Any, reg: Callable[..., Any]
) -> None:
    folder = shop.path / ORDER
    newer = '{"type": "object", "title": "Of the second line"}\n'
    shop.commit({f"{ORDER}/2.0.0.json": newer, f"{ORDER}/2.1.0-rc.1.json": newer})
    assert reg("draft", "orders/order@1")[:2] == (0, f"wrote {ORDER}/1.2.0.json\n")
    assert (folder / "1.2.0.json").read_bytes() == (folder / "1.1.0.json").read_bytes()
    code, _, err = reg("draft", "orders/order@1")
    assert code == 2
    assert "reg draft orders/order@1.3.0\n" in err
    assert reg("draft", "orders/order@1.0.1")[:2] == (0, f"wrote {ORDER}/1.0.1.json\n")
    assert (folder / "1.0.1.json").read_bytes() == (folder / "1.0.0.json").read_bytes()
    assert reg("draft", "orders/order@2")[:2] == (0, f"wrote {ORDER}/2.1.0.json\n")
    assert (folder / "2.1.0.json").read_text() == newer
    (folder / "1.0.1.json").unlink()
    assert reg("bump", "orders/order@1")[:2] == (0, f"{ORDER}/1.2.0.json -> {ORDER}/1.1.1.json\n")
    code, _, err = reg("bump", "orders/order@3")
    assert code == 2
    assert "orders/order@3 has no version that has not landed yet" in err
    (folder / "2.1.0.json").unlink()
    assert "orders/order@2.0.0 -> 2.0.0" in reg("diff", "orders/order@2", "orders/order@2.0.0")[1]


def test_a_draft_committed_to_a_branch_is_still_a_draft(shop: Any, reg: Callable[..., Any]) -> None:
    shop.branch("topic")
    shop.commit({f"{ORDER}/1.2.0.json": "{}\n"})
    assert "orders/order@1.2.0 has not landed yet" in reg("draft", "orders/order")[2]
    shop.checkout("main")
    shop.merge("topic")
    assert reg("draft", "orders/order")[:2] == (0, f"wrote {ORDER}/1.3.0.json\n")


def test_a_draft_keeps_the_ending_of_the_file_it_copies(shop: Any, reg: Callable[..., Any]) -> None:
    shop.commit({f"{ORDER}/1.2.0.yaml": "# in YAML\ntype: object\n"})
    assert reg("draft", "orders/order")[:2] == (0, f"wrote {ORDER}/1.3.0.yaml\n")
    assert (shop.path / ORDER / "1.3.0.yaml").read_text() == "# in YAML\ntype: object\n"


def test_what_is_listed_is_what_stands_at_that_revision(shop: Any, reg: Callable[..., Any]) -> None:
    shop.write({f"{ORDER}/2.0.0.json": "{}\n"})
    assert reg("list")[1].splitlines()[1].split()[:3] == ["orders/order", "2.0.0", "3"]
    assert reg("list", "--at", "HEAD")[1].splitlines()[1].split()[:3] == [
        "orders/order",
        "1.1.0",
        "2",
    ]


def test_a_bare_repository_can_be_looked_at_but_not_written_to(
    shop: Any, tmp_path: Path, reg: Callable[..., Any]
) -> None:
    bare = tmp_path / "bare.git"
    shop.git("clone", "--quiet", "--bare", ".", str(bare))
    assert reg("-C", str(bare), "list")[1] == reg("list")[1]
    code, out, err = reg("-C", str(bare), "draft", "orders/order")
    assert (code, out) == (2, "")
    assert "a bare repository has no files to write to" in err


def test_a_folder_without_git_can_be_looked_at_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reg: Callable[..., Any]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "products/orders/schemas/order").mkdir(parents=True)
    (tmp_path / "registry.yaml").write_text(REGISTRY)
    (tmp_path / "products/orders/product.yaml").write_text(PRODUCT)
    (tmp_path / "products/orders/schemas/order/1.0.0.json").write_text("{}\n")
    code, out, _ = reg("-C", str(tmp_path / "products"), "list")
    assert (code, out.splitlines()[1].split()[:3]) == (0, ["orders/order", "1.0.0", "1"])
    (tmp_path / "empty").mkdir()
    (tmp_path / "registry.yaml").unlink()
    code, out, err = reg("-C", str(tmp_path / "empty"), "list")
    assert (code, out) == (2, "")
    assert err.endswith("  To make one here: reg init. Or name its folder: -C DIR\n")


def test_a_product_is_shown_with_its_schemas(shop: Any, reg: Callable[..., Any]) -> None:
    assert reg("show", "orders") == (
        0,
        (
            "orders: Orders\n"
            "  owner      checkout\n"
            "  stability  stable\n"
            "  folder     products/orders\n"
            "\n"
            "orders/order 1.1.0\n"
            "  versions  1.0.0, 1.1.0\n"
        ),
        "",
    )


def test_nothing_is_written_through_a_link(
    shop: Any, tmp_path: Path, reg: Callable[..., Any]
) -> None:
    (tmp_path / "outside").mkdir()
    (shop.path / ORDER).rename(shop.path / "moved")
    (shop.path / ORDER).symlink_to(tmp_path / "outside", target_is_directory=True)
    code, _, err = reg("new", "schema", "orders/other")
    assert (code, err.startswith("Next")) == (0, True)
    (shop.path / "products/lines").symlink_to(tmp_path / "outside", target_is_directory=True)
    code, out, err = reg("new", "product", "lines", "--team", "x")
    assert (code, out) == (2, "")
    assert "through a link" in err
    assert list((tmp_path / "outside").iterdir()) == []

"""`reg sql` on a registry of its own and on this repository's products, with real databases."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from schemareg.adapters.database import connect, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    Reg = Callable[..., tuple[int, str, str]]

TOP = Path(__file__).parent.parent.parent

PRODUCT = """\
title: Orders
owner: {team: checkout}
schemas: {order: {key: [order_id]}}
"""
DEPRECATION = """\
target: orders/order@1
sunset: 2026-09-01
reason: Amounts have a currency now.
"""


def order(**properties: Any) -> str:
    required = [name for name in properties if name != "note"]
    return json.dumps(
        {"type": "object", "properties": properties, "required": ["order_id", *required[1:]]},
        indent=1,
    )


ID = {"type": "string", "maxLength": 20}
FIRST = order(order_id=ID, cents={"type": "integer", "minimum": 0}, note={"type": "string"})
SECOND_WORDS = {
    "type": "object",
    "required": ["order_id", "total"],
    "properties": {
        "order_id": ID,
        "total": {
            "type": "object",
            "required": ["currency", "minor_units"],
            "properties": {
                "currency": {"enum": ["EUR", "USD"]},
                "minor_units": {"type": "integer", "minimum": 0, "maximum": 10**12},
            },
        },
        "note": {"type": "string"},
    },
    "x-sql": {
        "down": {"cents": "total.minor_units"},
        "up": {
            "total": {
                "duckdb": "{'currency': 'EUR', 'minor_units': cents}",
                "postgres": "jsonb_build_object('currency', 'EUR', 'minor_units', cents)",
                "sqlite": "json_object('currency', 'EUR', 'minor_units', cents)",
            }
        },
    },
}


@pytest.fixture
def shop(repo: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two lines of a schema; the end of the first is announced."""
    folder = "products/orders"
    repo.commit(
        {
            "registry.yaml": "version: 1\n",
            f"{folder}/product.yaml": PRODUCT,
            f"{folder}/schemas/order/1.0.0.json": FIRST,
        },
        on=date(2026, 3, 1),
    )
    repo.commit(
        {
            f"{folder}/schemas/order/2.0.0.json": json.dumps(SECOND_WORDS, indent=1),
            f"{folder}/deprecations/order-1.yaml": DEPRECATION,
        },
        on=date(2026, 4, 1),
    )
    monkeypatch.chdir(repo.path)
    return repo


@pytest.fixture(params=["duckdb", "sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that outlives a connection."""
    if request.param == "postgres":
        from tests.sql.conftest import clear

        found: str = request.getfixturevalue("postgres_url")
        with connect(found) as database:
            clear(database)
            database.query("CREATE SCHEMA public")
        return found
    return f"{request.param}:///{tmp_path}/shop.{request.param}"


def dialect_of(url: str) -> str:
    from schemareg.adapters.database import dialect_of as found

    return found(url)


def run(url: str, script: str) -> None:
    """A script as `reg` prints it, run whole by the engine's own means."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.executescript(script)
        return
    with connect(url) as database:
        database.query(script)


def test_a_table_lives_through_a_new_major_line_and_its_old_readers_until_the_sunset(
    shop: Any, reg: Reg, url: str, tmp_path: Path
) -> None:
    dialect = dialect_of(url)
    code, out, _ = reg("sql", "ddl", "orders/order@1.0.0", "--dialect", dialect)
    assert code == 0
    run(url, out)
    table = "orders_order" if dialect == "sqlite" else "orders.order"
    quoted = ".".join(f'"{each}"' for each in table.split("."))
    run(url, f"INSERT INTO {quoted} VALUES ('o-1', 250, 'first')")
    assert reg("sql", "diff", url, "orders/order@1.0.0")[0] == 0

    plan = tmp_path / "plan"
    between = "orders/order@1.0.0..2.0.0"
    day = ("--today", "2026-05-01")
    form = ("--format", "json", "--output", str(plan))
    assert reg("sql", "migrate", between, "--dialect", dialect, *form, *day)[0] == 0
    (file,) = plan.iterdir()
    code, out, _ = reg("sql", "apply", str(file), "--url", url, "--dry-run", *day)
    assert code == 1
    assert "drop cents: refused" in out
    assert "not before 2026-09-01: orders/order@1#cents" in out
    assert reg("sql", "apply", str(file), "--url", url, "--yes", *day)[0] == 1
    old = "orders_v1_order" if dialect == "sqlite" else '"orders_v1"."order"'
    with connect(url) as database:
        assert database.query(f"SELECT order_id, cents, note FROM {old}") == [("o-1", 250, "first")]
        assert database.query(f"SELECT cents FROM {quoted}") == [(250,)]

    later = ("--today", "2026-09-01")
    assert reg("sql", "apply", str(file), "--url", url, "--yes", *later)[0] == 0
    assert "applied before" in reg("sql", "apply", str(file), "--url", url, "--yes", *later)[1]
    assert reg("sql", "diff", url, "orders/order@2.0.0")[:2] == (
        0,
        "No drift: the table is as the registry says.\n",
    )
    with connect(url) as database:
        assert database.query(f"SELECT order_id, cents, note FROM {old}") == [("o-1", 250, "first")]
    code, out, _ = reg("sql", "plan", "orders", "--dialect", dialect, *later)
    assert "its promise is over since 2026-09-01\nDROP VIEW IF EXISTS" in out


def test_a_view_is_proved_by_rows_and_an_impossible_one_is_never_made(shop: Any, reg: Reg) -> None:
    code, out, _ = reg(
        "sql", "views", "orders", "--dialect", "postgres", "--format", "json", "--rows", "200"
    )
    (view,) = json.loads(out)["views"]
    assert (code, view["label"], view["rows_proved"]) == (0, "exact", 200)
    broken = {**SECOND_WORDS, "x-sql": {}}
    shop.commit({"products/orders/schemas/order/3.0.0.json": json.dumps(broken)})
    _, out, _ = reg(
        "sql", "views", "orders", "--dialect", "postgres", "--format", "json", "--rows", "50"
    )
    first, second = json.loads(out)["views"]
    assert (first["label"], first["statements"]) == ("impossible", [])
    assert json.loads(first["witness"])["total"]["currency"] in ("EUR", "USD")
    assert second["label"] == "exact"


def test_a_wrong_expression_of_the_author_is_found_out_by_running_it(shop: Any, reg: Reg) -> None:
    wrong = {**SECOND_WORDS, "x-sql": {"down": {"cents": "-1 - total.minor_units"}}}
    shop.commit({"products/orders/schemas/order/3.0.0.json": json.dumps(wrong)})
    _, out, _ = reg(
        "sql", "views", "orders/order", "-d", "duckdb", "--format", "json", "--rows", "50"
    )
    assert [each["label"] for each in json.loads(out)["views"]] == ["impossible", "exact"]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("total.minor_unit", "Did you mean minor_units?"),
        ("totl", "Did you mean total?"),
        ("(SELECT 1)", "nothing else"),
        ("1 FROM secrets", "it is not one expression"),
        ("1; DROP TABLE x", ""),
        ("read_csv('/etc/passwd')", ""),
        ("((", ""),
    ],
)
def test_an_expression_reads_the_columns_of_the_table_and_nothing_else(
    shop: Any, reg: Reg, expression: str, words: str
) -> None:
    wrong = {**SECOND_WORDS, "x-sql": {"down": {"cents": expression}}}
    shop.commit({"products/orders/schemas/order/3.0.0.json": json.dumps(wrong)})
    code, _, err = reg("sql", "views", "orders/order", "--dialect", "duckdb", "--rows", "5")
    assert code == 2
    assert words in err


def test_drift_names_each_difference_and_exits_1(shop: Any, reg: Reg, url: str) -> None:
    dialect = dialect_of(url)
    assert "table-missing" in reg("sql", "diff", url, "orders/order@1.0.0")[1]
    run(url, reg("sql", "ddl", "orders/order@1.0.0", "-d", dialect)[1])
    quoted = '"orders_order"' if dialect == "sqlite" else '"orders"."order"'
    run(
        url,
        f"ALTER TABLE {quoted} ADD COLUMN by_hand INTEGER; ALTER TABLE {quoted} DROP COLUMN note",
    )
    code, out, _ = reg("sql", "diff", url, "orders/order@1.0.0", "--format", "json")
    kinds = [(each["kind"], each["column"]) for each in json.loads(out)["drift"]]
    assert (code, kinds) == (1, [("column-missing", "note"), ("column-unknown", "by_hand")])


def test_a_schema_that_is_inferred_describes_the_table_that_it_came_from(
    shop: Any, reg: Reg, url: str
) -> None:
    dialect = dialect_of(url)
    run(url, reg("sql", "ddl", "orders/order@1.0.0", "-d", dialect)[1])
    table = "orders_order" if dialect == "sqlite" else "orders.order"
    code, out, _ = reg("sql", "infer", url, table)
    assert code == 0
    found = json.loads(out)
    assert (list(found["properties"]), found["required"]) == (
        ["order_id", "cents", "note"],
        ["order_id", "cents"],
    )
    shop.commit({"products/orders/schemas/order/9.0.0.json": out})
    assert reg("sql", "diff", url, "orders/order@9.0.0")[0] == 0


def test_a_run_that_is_cut_off_goes_on_where_it_ended(
    shop: Any, reg: Reg, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = dialect_of(url)
    run(url, reg("sql", "ddl", "orders/order@1.0.0", "-d", dialect)[1])
    later = ("--today", "2027-01-01")
    reg(
        "sql",
        "migrate",
        "orders/order@1.0.0..2.0.0",
        "-d",
        dialect,
        "-f",
        "json",
        "-o",
        str(tmp_path / "p"),
        *later,
    )
    (file,) = (tmp_path / "p").iterdir()
    from schemareg.adapters import database

    kind = database._DuckDB if dialect == "duckdb" else database._SQLAlchemy
    real, total = kind.query, [10**9]

    def counted(self: Any, sql: str) -> Any:
        total[0] -= 1
        if total[0] < 0:
            raise KeyboardInterrupt
        return real(self, sql)

    monkeypatch.setattr(kind, "query", counted)
    for budget in range(8, 80, 9):
        total[0] = budget
        code = 130
        try:
            code = reg("sql", "apply", str(file), "--url", url, "--yes", *later)[0]
        except KeyboardInterrupt:
            continue
        if code == 0:
            break
    total[0] = 10**9
    assert reg("sql", "apply", str(file), "--url", url, "--yes", *later)[0] == 0
    assert reg("sql", "diff", url, "orders/order@2.0.0")[0] == 0


def test_a_plan_that_was_changed_by_hand_is_refused(shop: Any, reg: Reg, tmp_path: Path) -> None:
    reg(
        "sql",
        "migrate",
        "orders/order@1.0.0..2.0.0",
        "-d",
        "duckdb",
        "-f",
        "json",
        "-o",
        str(tmp_path / "p"),
    )
    (file,) = (tmp_path / "p").iterdir()
    file.write_text(
        file.read_text().replace("ADD COLUMN", "DROP COLUMN").replace("CREATE TABLE", "DROP TABLE")
    )
    code, _, err = reg("sql", "apply", str(file), "--url", "duckdb:///", "--yes")
    assert code == 2
    assert "were changed after it was made" in err


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://ada:s3cret@127.0.0.1:1/shop",
        "postgresql://ada:s3cret@127.0.0.1:1/shop?password=s3cret",
        "nonsense://ada:s3cret@host/shop",
        "mysql+nodriver://ada:s3cret@host/shop",
        "sqlite:////nowhere/s3cret@/x.db",
    ],
)
def test_no_secret_of_a_url_is_ever_printed(shop: Any, reg: Reg, url: str) -> None:
    code, out, err = reg("sql", "diff", url, "orders/order")
    assert code in (2, 3)
    assert "ada" not in shown(url)
    if "nowhere" not in url:
        assert "s3cret" not in out + err


def test_this_repositorys_products_become_tables_that_migrate_with_their_rows(
    repo: Any, reg: Reg, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copy(TOP / "registry.yaml", repo.path)
    shutil.copytree(TOP / "products", repo.path / "products")
    repo.git("add", "--all")
    repo.commit({}, "Add the products")
    monkeypatch.chdir(repo.path)
    dialect = dialect_of(url)
    for subject, first, last in (
        ("customers/customer", "1.0.0", "1.2.0"),
        ("payments/payment", "1.0.0", "1.2.0"),
        ("orders/order_placed", "1.0.0", "1.2.0"),
        ("orders/order_placed", "1.2.0", "2.1.0"),
        ("orders/order_cancelled", "1.0.0", "1.1.0"),
    ):
        if first == "1.0.0":
            run(url, reg("sql", "ddl", f"{subject}@{first}", "-d", dialect)[1])
        folder = tmp_path / f"{subject}-{last}"
        command = ("sql", "migrate", f"{subject}@{first}..{last}", "-d", dialect)
        assert reg(*command, "-f", "json", "-o", str(folder))[0] == 0
        (file,) = folder.iterdir()
        code, out, err = reg("sql", "apply", str(file), "--url", url, "--yes")
        assert code == int(last == "2.1.0"), err
        if code:
            assert "is promised, and no deprecation announces its end" in out
        else:
            assert reg("sql", "diff", url, f"{subject}@{last}") == (
                0,
                "No drift: the table is as the registry says.\n",
                "",
            )


CONSUMER = """\
team: billing
queries: ["sql/**/*.sql"]
uses:
  - {schema: orders/order, versions: "^1", fields: [order_id, note]}
"""


def test_lineage_names_file_line_and_column_of_each_field_and_what_was_not_declared(
    shop: Any, reg: Reg, tmp_path: Path
) -> None:
    shop.commit({"products/orders/consumers/billing.yaml": CONSUMER})
    sources = tmp_path / "billing"
    (sources / "sql" / "deep").mkdir(parents=True)
    (sources / "sql" / "a.sql").write_text("SELECT order_id,\n       cents\nFROM orders_v1.order;")
    (sources / "sql" / "v.sql").write_text('CREATE VIEW v AS SELECT * FROM orders."order"')
    (sources / "sql" / "deep" / "b.sql").write_text("SELECT total.currency FROM v")
    (sources / "sql" / "c.sql").write_text("SELECT {{ x }}")
    (sources / "sql" / "out.sql").symlink_to("/etc/passwd")
    code, out, err = reg("sql", "lineage", "--sources", str(sources), "-d", "duckdb")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "billing (products/orders/consumers/billing.yaml)",
        "  sql/a.sql:1:8: orders/order@1#order_id",
        "  sql/a.sql:2:8: orders/order@1#cents",
        "  sql/c.sql:1:8: unresolved: a template: give its compiled SQL",
        "  sql/deep/b.sql:1:28: orders/order@2#total.currency through v",
        "  sql/v.sql:1:32: orders/order@2#note",
        "  sql/v.sql:1:32: orders/order@2#order_id",
        "  sql/v.sql:1:32: orders/order@2#total",
        "  not declared: orders/order#cents",
        "  not declared: orders/order#total",
        "  not declared: orders/order#total.currency",
    ]
    code, out, _ = reg("sql", "lineage", "orders", "--sources", str(sources), "--format", "json")
    assert (code, json.loads(out)["consumers"][0]["unconfirmed"]) == (0, [])


@pytest.mark.parametrize("pattern", ["/etc/*", "../x/*.sql", "a/../../b.sql", "~/x.sql"])
def test_a_pattern_that_leads_outside_is_refused(shop: Any, reg: Reg, pattern: str) -> None:
    shop.commit(
        {"products/orders/consumers/billing.yaml": CONSUMER.replace("sql/**/*.sql", pattern)}
    )
    code, _, err = reg("sql", "lineage")
    assert code == 2
    assert "leads outside the folder" in err


def test_a_column_changes_its_type_under_the_views_that_read_it(
    shop: Any, reg: Reg, url: str, tmp_path: Path
) -> None:
    dialect = dialect_of(url)
    wider = json.loads(json.dumps(SECOND_WORDS))
    wider["properties"]["size"] = {"type": "integer"}
    narrow = json.loads(json.dumps(wider))
    narrow["properties"]["size"] = {"type": "integer", "minimum": 0, "maximum": 99}
    narrow["properties"]["note"] = {"type": "string", "maxLength": 20}
    folder = "products/orders/schemas/order"
    shop.commit(
        {f"{folder}/2.1.0.json": json.dumps(narrow), f"{folder}/2.2.0.json": json.dumps(wider)}
    )
    run(url, reg("sql", "ddl", "orders/order@2.1.0", "-d", dialect)[1])
    day = ("--today", "2026-05-01")
    for number, between in enumerate(("2.1.0..2.2.0", "2.2.0..2.1.0", "2.1.0..2.2.0")):
        place = tmp_path / str(number)
        reg(
            "sql",
            "migrate",
            f"orders/order@{between}",
            "-d",
            dialect,
            "-f",
            "json",
            "-o",
            str(place),
            *day,
        )
        (file,) = place.iterdir()
        code, _, err = reg("sql", "apply", str(file), "--url", url, "--yes", *day)
        assert code == 0, err
        last = between.partition("..")[2]
        assert reg("sql", "diff", url, f"orders/order@{last}")[0] == 0
        for name in ("orders_v1_order", "orders_latest_order"):
            quoted = (
                f'"{name}"' if dialect == "sqlite" else '"{}"."{}"'.format(*name.rsplit("_", 1))
            )
            with connect(url) as database:
                assert database.query(f"SELECT * FROM {quoted}") == []


def test_no_column_is_dropped_while_a_promised_line_cannot_be_read_without_it(
    shop: Any, reg: Reg, tmp_path: Path
) -> None:
    third = {"type": "object", "required": ["order_id"], "properties": {"order_id": ID}}
    shop.commit({"products/orders/schemas/order/3.0.0.json": json.dumps(third)})
    day = ("--today", "2026-05-01")
    _, out, _ = reg("sql", "migrate", "orders/order@2.0.0..3.0.0", "-d", "postgres", *day)
    assert "orders/order@1 is promised, and cannot be read from the new table: cents" in out
    assert not any(line.startswith("ALTER") and "DROP COLUMN" in line for line in out.splitlines())

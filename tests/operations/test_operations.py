"""A program imports the operations, and does what the commands do, without a terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from schemareg import operations
from schemareg.model.errors import RegistryError
from schemareg.operations.edits import EditOptions, Step
from schemareg.operations.notify import run

if TYPE_CHECKING:
    from tests.conftest import Repo

SCHEMAS = "products/orders/schemas/order"
EMAIL = "orders/order#email"
DAY = date(2026, 4, 1)


def schema(**fields: Any) -> str:
    return json.dumps({"type": "object", "properties": fields, "required": ["id"]})


TEXT = {"type": "string"}


@pytest.fixture
def shop(repo: Repo) -> Repo:
    """A product with two versions, one consumer and a channel; the working tree drops a field."""
    channels = "channels:\n  chat: {url: '${CHAT_URL}', kind: slack}\n"
    repo.commit(
        {
            "registry.yaml": f"version: 1\n{channels}notify: {{default: [chat]}}\n",
            "products/orders/product.yaml": "title: Orders\nowner: {team: shop}\nstability: stable\n"
            "schemas:\n  order: {}\n",
            f"{SCHEMAS}/1.0.0.json": schema(id=TEXT, email=TEXT),
            "products/orders/consumers/billing.yaml": "team: billing\nuses:\n"
            "  - {schema: orders/order, versions: ^1, fields: [email]}\n",
        },
        "Add orders",
    )
    repo.commit({f"{SCHEMAS}/1.1.0.json": schema(id=TEXT, email=TEXT, note=TEXT)}, "Add a note")
    repo.write({f"{SCHEMAS}/1.2.0.json": schema(id=TEXT, note=TEXT)})
    return repo


def test_a_program_does_what_the_commands_do_and_nothing_is_printed(
    shop: Repo, capfd: pytest.CaptureFixture[str]
) -> None:
    root = shop.path
    report = operations.check.check(root, today=DAY)
    rules = {each.rule for each in report.findings}
    assert (report.verdict, rules) == ("fail", {"field-removed", "bump-too-small"})

    impact = operations.check.impact(root, today=DAY)
    assert impact.breaks
    assert [each.consumer.team for each in impact.consumers] == ["billing"]
    readers = operations.lookup.consumers(root, EMAIL)
    assert [(each.consumer.team, each.acknowledged) for each in readers] == [("billing", False)]

    difference = operations.lookup.diff(root, "orders/order@1.0.0", "orders/order@1.1.0")
    assert [each.path for each in difference.added] == ["note"]
    assert [each.product.name for each in operations.lookup.products(root)] == ["orders"]

    shop.write({f"{SCHEMAS}/1.2.0.json": None})
    steps: list[Step] = []
    announced = operations.authoring.deprecate(
        root,
        EMAIL,
        "It is personal data.",
        sunset=date(2027, 1, 1),
        today=DAY,
        progress=steps.append,
    )
    assert [each.team for each in announced.consumers] == ["billing"]
    assert tuple(steps) == announced.steps
    assert [each.action for each in steps] == ["wrote"]
    shop.commit({announced.draft.path: announced.draft.text}, "Deprecate the mail", on=DAY)

    status = operations.deprecations.status(root, EMAIL, today=DAY)
    assert status.term is not None
    assert status.term.earliest == date(2027, 1, 1)
    ending = operations.deprecations.sunsets(root, today=DAY)
    assert [str(each.said.target) for each in ending.sunsets] == [EMAIL]

    found = operations.log.log(root, "orders", kinds=("version.released",), outcomes=False)
    assert [each.target for each in found.facts] == ["orders/order@1.1.0", "orders/order@1.0.0"]
    assert operations.audit.verify(root).violations == ()

    previews = run.plan(run.Call(root))
    assert [each.message.channel for each in previews] == ["chat"]
    assert capfd.readouterr() == ("", "")


def test_an_edit_goes_as_far_as_its_options_say(shop: Repo) -> None:
    before = shop.git("rev-parse", "HEAD")
    options = EditOptions(branch="drop-mail")
    request: dict[str, Any] = {"sunset": date(2027, 1, 1), "today": DAY, "options": options}
    dry = options._replace(dry_run=True)
    planned = operations.authoring.deprecate(shop.path, EMAIL, "Why.", **request | {"options": dry})
    assert [each.action for each in planned.steps] == ["would write"]
    assert not (shop.path / planned.draft.path).exists()
    done = operations.authoring.deprecate(shop.path, EMAIL, "Why.", **request)
    assert [each.action for each in done.steps] == ["wrote", "committed"]
    assert shop.git("rev-parse", "drop-mail~1") == before


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        (("new", "product", "stock", "--team", "shop"), "Add the product stock"),
        (("new", "schema", "orders/line"), "Add the schema orders/line 1.0.0"),
        (("draft", "orders/order@2.0.0"), "Draft orders/order 2.0.0"),
    ],
)
def test_every_command_that_writes_files_can_commit_them_on_a_branch(
    shop: Repo, reg: Any, command: tuple[str, ...], wanted: str
) -> None:
    code, out, _ = reg(*command, "--dry-run", "-C", str(shop.path))
    assert (code, out.startswith("would write products/")) == (0, True)
    code, out, err = reg(*command, "--commit", "-C", str(shop.path))
    assert (code, out) == (2, "")
    assert "'main' is the protected branch" in err
    code, out, _ = reg(*command, "--branch", "mine", "-C", str(shop.path))
    assert code == 0
    assert "committed " in out
    assert shop.git("log", "-1", "--format=%s", "mine") == wanted
    assert shop.git("status", "--porcelain") == f"?? {SCHEMAS}/1.2.0.json"


def test_what_exists_is_not_overwritten_whatever_the_options(shop: Repo) -> None:
    with pytest.raises(RegistryError, match="there is a product 'orders' already"):
        operations.setup.new_product(shop.path, "orders", "shop", options=EditOptions(dry_run=True))


def test_the_operations_are_imported_one_by_one() -> None:
    script = (
        "import sys, schemareg.operations as o; o.lookup;"
        "print('schemareg.operations.demo' in sys.modules, 'typer' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2] / "registry",
    )
    assert done.stdout == "False False\n"

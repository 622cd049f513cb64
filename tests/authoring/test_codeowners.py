"""CODEOWNERS from who owns and who reads each product, as GitHub reads such a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from schemareg.adapters.files import files_in
from schemareg.authoring import codeowners
from schemareg.authoring.codeowners import Naming, block, merged
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Reg = Callable[..., tuple[int, str, str]]

ACME = ("--team-prefix", "@acme/", "--hub", "data-platform")
SHOP = {
    "registry.yaml": "version: 1\n",
    "products/orders/product.yaml": "title: Orders\nowner: {team: checkout}\n",
    "products/orders/consumers/billing.yaml": "team: billing\nuses: []\n",
    "products/orders/consumers/checkout.yaml": "team: checkout\nuses: []\n",
    "products/finance/payments/product.yaml": "title: Payments\nowner: {team: '@ada'}\n",
    "products/finance/payments/consumers/shop.yaml": "team: shop@example.com\nuses: []\n",
}
LINES = """\
/registry.yaml @acme/data-platform
/.github/ @acme/data-platform
/products/ @acme/data-platform
/products/finance/payments/ @ada
/products/finance/payments/consumers/shop.yaml @ada shop@example.com
/products/orders/ @acme/checkout
/products/orders/consumers/billing.yaml @acme/checkout @acme/billing
"""
BEGIN = "# >>> reg codeowners: made from the registry; what is edited between these lines is lost\n"
WHOLE = f"{BEGIN}{LINES}# <<< reg codeowners\n"


def lay(folder: Path, files: Mapping[str, str]) -> Snapshot:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return Snapshot(files_in(folder))


def owners(text: str, path: str) -> list[str]:
    """Who is asked for a file: the last line counts whose pattern, a path or a folder, is of it."""
    found: list[str] = []
    for line in text.splitlines():
        pattern, *names = line.split(" ") if line and not line.startswith("#") else ("",)
        if pattern and (f"/{path}" == pattern or f"/{path}".startswith(pattern.rstrip("/") + "/")):
            found = names
    return found


def test_each_file_goes_to_those_whom_it_concerns(tmp_path: Path) -> None:
    text = block(lay(tmp_path, SHOP), Naming("@acme/", hub="data-platform"))
    assert text == WHOLE
    assert {
        path: owners(text, path)
        for path in (
            "registry.yaml",
            ".github/CODEOWNERS",
            "products/new/product.yaml",
            "products/orders/schemas/order/1.0.0.json",
            "products/orders/consumers/billing.yaml",
            "products/orders/consumers/checkout.yaml",
            "products/orders/consumers/another.yaml",
            "products/finance/payments/product.yaml",
            "README.md",
        )
    } == {
        "registry.yaml": ["@acme/data-platform"],
        ".github/CODEOWNERS": ["@acme/data-platform"],
        "products/new/product.yaml": ["@acme/data-platform"],
        "products/orders/schemas/order/1.0.0.json": ["@acme/checkout"],
        "products/orders/consumers/billing.yaml": ["@acme/checkout", "@acme/billing"],
        "products/orders/consumers/checkout.yaml": ["@acme/checkout"],
        "products/orders/consumers/another.yaml": ["@acme/checkout"],
        "products/finance/payments/product.yaml": ["@ada"],
        "README.md": [],
    }


def test_the_readers_may_be_left_out_and_teams_called_otherwise(tmp_path: Path) -> None:
    teams = {"checkout": "@acme/shop-checkout"}
    assert block(lay(tmp_path, SHOP), Naming(teams=teams, readers=False)) == (
        f"{BEGIN}/products/finance/payments/ @ada\n/products/orders/ @acme/shop-checkout\n"
        "# <<< reg codeowners\n"
    )


def test_a_team_without_a_name_there_is_told_where_it_stands(tmp_path: Path) -> None:
    snapshot = lay(tmp_path, SHOP)
    with pytest.raises(InvalidFiles) as caught:
        block(snapshot, Naming())
    assert [(str(each.place), each.rule) for each in caught.value.mistakes] == [
        ("products/orders/consumers/billing.yaml:1:7", "team-without-handle"),
        ("products/orders/consumers/checkout.yaml:1:7", "team-without-handle"),
        ("products/orders/product.yaml:2:15", "team-without-handle"),
    ]
    assert caught.value.mistakes[0].remedy == (
        "--team-prefix @ORGANISATION/ says whose teams they are; or say how it is called there:"
        " --team billing=@ORGANISATION/TEAM"
    )


@pytest.mark.parametrize(
    "team",
    [
        "billing @acme/everybody",
        "@acme/billing @eve",
        "billing\n* @eve",
        "#billing",
        "Customer Care",
        "billing\u202e",
        "../eve",
        "@acme/billing/eve",
        "@",
        "bil*ling",
        "a" * 200,
    ],
)
def test_a_team_that_would_say_more_than_a_name_is_refused(team: str, tmp_path: Path) -> None:
    path = "products/orders/consumers/billing.yaml"
    snapshot = lay(tmp_path, SHOP | {path: f"team: {json.dumps(team)}\nuses: []\n"})
    with pytest.raises(InvalidFiles) as caught:
        block(snapshot, Naming("@acme/", hub="data-platform"))
    assert [(each.place.path, each.rule) for each in caught.value.mistakes] == [
        (path, "team-without-handle")
    ]
    assert "\n" not in caught.value.mistakes[0].what


def test_files_that_no_pattern_can_mean_and_files_that_are_wrong_are_told(tmp_path: Path) -> None:
    more = {
        "products/orders/consumers/#all.yaml": "team: x\nuses: []\n",
        "products/orders/consumers/wrong.yaml": "team: 7\n",
        "products/My Domain/things/product.yaml": "title: T\nowner: {team: x}\n",
        "products/Things/product.yaml": "title: T\nowner: {team: x}\n",
        "products/finance/payments/product.yaml": "title: Payments\n",
    }
    with pytest.raises(InvalidFiles) as caught:
        block(lay(tmp_path, SHOP | more), Naming("@acme/"))
    assert [(each.place.path, each.rule) for each in caught.value.mistakes] == [
        ("products/My Domain/things", "name-malformed"),
        ("products/Things", "name-malformed"),
        ("products/finance/payments/product.yaml", "key-missing"),
        ("products/orders/consumers/#all.yaml", "name-malformed"),
        ("products/orders/consumers/wrong.yaml", "key-missing"),
        ("products/orders/consumers/wrong.yaml", "value-wrong-type"),
    ]


@pytest.mark.parametrize(
    "naming",
    [Naming("acme/"), Naming("@acme /"), Naming(teams={"x": "eve"}), Naming(hub="data platform")],
)
def test_an_option_that_is_no_name_is_refused(naming: Naming, tmp_path: Path) -> None:
    with pytest.raises(RegistryError) as refused:
        block(lay(tmp_path, {"registry.yaml": "version: 1\n"}), naming)
    assert refused.value.where.startswith("--")


OTHERS = "# ours\n*.py @acme/python\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", WHOLE),
        (OTHERS, OTHERS + WHOLE),
        (OTHERS.rstrip(), OTHERS + WHOLE),
        (f"{BEGIN}/old @x\n# <<< reg codeowners\n{OTHERS}", WHOLE + OTHERS),
        (f"{OTHERS}# >>> reg codeowners\n# <<< reg codeowners", OTHERS + WHOLE),
        (WHOLE, WHOLE),
    ],
)
def test_what_else_a_file_says_stays(before: str, after: str) -> None:
    assert merged(before, WHOLE) == after


@pytest.mark.parametrize("broken", [BEGIN, "# <<< reg codeowners\n" + BEGIN, WHOLE + WHOLE])
def test_marks_that_do_not_fit_are_left_to_a_person(broken: str) -> None:
    with pytest.raises(RegistryError, match="begin and end"):
        merged(broken, WHOLE)


def test_a_file_that_would_be_passed_over_is_refused() -> None:
    with pytest.raises(RegistryError, match="GitHub passes over a file") as refused:
        merged("", "x" * codeowners.LARGEST)
    assert "--owners-only" in refused.value.remedy


def test_the_file_is_written_checked_and_mended(
    repo: Any, reg: Reg, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit(SHOP | {"CODEOWNERS": OTHERS}, "Begin")
    monkeypatch.chdir(repo.path)
    assert reg("codeowners", *ACME) == (0, WHOLE, "")
    code, out, err = reg("codeowners", *ACME, "--check")
    assert code == 1
    assert out.startswith(
        "--- CODEOWNERS\n+++ CODEOWNERS, as it should be\n@@ -2 +2,10 @@\n *.py @acme/python\n+# >>>"
    )
    assert err == ("To fix it: reg codeowners --team-prefix @acme/ --hub data-platform --write\n")
    assert reg("codeowners", *ACME, "--write") == (0, "changed CODEOWNERS\n", "")
    assert (repo.path / "CODEOWNERS").read_text() == OTHERS + WHOLE
    assert reg("codeowners", *ACME, "--check") == (0, "", "")
    assert reg("codeowners", *ACME, "--write") == (0, "", "")

    repo.write({"products/orders/consumers/billing.yaml": None})
    code, out, _ = reg("codeowners", *ACME, "--check")
    assert code == 1
    assert "\n-/products/orders/consumers/billing.yaml @acme/checkout @acme/billing\n" in out
    code, _, err = reg("codeowners", *ACME, "--file", "docs/O", "--team", "a b=@c", "--check")
    assert (code, "--team 'a b=@c'" in err, "--file docs/O" in err) == (1, True, True)


def test_a_call_that_makes_no_sense_is_refused(
    repo: Any, reg: Reg, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit(SHOP | {".github/CODEOWNERS": BEGIN}, "Begin")
    monkeypatch.chdir(repo.path)
    for call, told in (
        (("--check", "--write"), "contradict each other"),
        (("--team", "checkout"), "is not TEAM=@NAME"),
        ((*ACME, "--check"), "CODEOWNERS: it cannot be told where"),
        ((*ACME, "--write", "--file", "../x"), "leads out of the registry"),
        ((), "the team 'billing' cannot be named in CODEOWNERS"),
    ):
        code, out, err = reg("codeowners", *call)
        assert (code, out) == (2, "")
        assert told in err

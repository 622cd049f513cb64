"""Another repository's schema files, judged by our rules without touching it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.stories import Chronicle

from schemareg.model.errors import RegistryError
from schemareg.model.targets import NAME
from schemareg.scan import layout

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Reg = Callable[..., tuple[int, str, str]]

IGLU = "schemas/{product}/{schema}/jsonschema/{version}"
POLICY = f'version: 1\ncompatibility: {{level: BACKWARD, scope: latest}}\nlayout: "{IGLU}"\n'
SELF = "http://example.com/self-desc/1-0-0#"


def schema(required: str = "", **properties: str) -> str:
    value = {
        "$schema": SELF,
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": required.split(),
    }
    return json.dumps(value)


@pytest.fixture
def vendor(tmp_path: Path) -> Path:
    """A repository as others lay it out, with an addition that breaks old records."""
    states = [
        ("2026-01-05", "com.acme/Order/jsonschema/1-0-0", schema("id", id="string")),
        ("2026-02-01", "com.acme/Order/jsonschema/1-0-1", schema("id", id="string", a="string")),
        ("2026-03-01", "com.acme/Order/jsonschema/1-0-2", schema("id a", id="string", a="string")),
        ("2026-04-01", "com.acme/Order/jsonschema/2-0-0", schema("x", x="string")),
        ("2026-04-02", "com.acme/Order/jsonschema/broken", schema()),
        ("2026-04-03", "org.other/page/jsonschema/1-0-0", '{"type": '),
        ("2026-04-04", "org.other/page/jsonschema/1-0-1", schema(a="string")),
    ]
    chronicle, files, tip = Chronicle(), {"README.md": "Schemas.\n"}, 0
    for day, path, text in states:
        files[f"schemas/{path}"] = text
        tip = chronicle.commit("main", files, date.fromisoformat(day), after=tip)
    files["README.md"] = "More schemas.\n"
    tip = chronicle.commit("main", files, date(2026, 5, 1), after=tip)
    files["schemas/com.acme/Order/jsonschema/1-0-0"] = schema("id", id="integer")
    chronicle.commit("main", files, date(2026, 6, 1), after=tip)
    chronicle.write(tmp_path / "vendor.git")
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path / "vendor.git"


def test_a_replay_says_what_our_rules_would_have_stopped_elsewhere(vendor: Path, reg: Reg) -> None:
    policy = str(vendor.parent / "policy.yaml")
    call = ("-C", str(vendor), "check", "--replay", "..main", "--policy", policy)
    code, out, err = reg(*call, "--format", "json", "--today", "2026-12-01")
    assert (code, err) == (1, "")
    found = json.loads(out)
    assert found["counts"] == {
        "judged": 8,
        "passed": 6,
        "refused": 2,
        "undecided": 0,
        "left_out": 1,
    }
    refused: list[Any] = [each for each in found["landings"] if each["refused"]]
    assert [
        (each["time"][:10], [(one["rule"], one["path"], one["field"]) for one in each["findings"]])
        for each in refused
    ] == [
        (
            "2026-03-01",
            [("property-required", "schemas/com.acme/Order/jsonschema/1-0-2", "a")],
        ),
        (
            "2026-06-01",
            [("version-modified", "schemas/com.acme/Order/jsonschema/1-0-0", "")],
        ),
    ]


def test_a_range_of_another_repository_and_a_text(vendor: Path, reg: Reg) -> None:
    policy = str(vendor.parent / "policy.yaml")
    call = ("-C", str(vendor), "check", "--policy", policy, "--today", "2026-12-01", "--replay")
    assert reg(*call, "main~8..main~7") == (0, "1 landing judged: 1 passed\n", "")
    code, out, _ = reg(*call, "main~4..main~3")
    assert code == 0
    assert out.endswith("1 landing judged: 1 passed; 1 file could not be read and were left out\n")


@pytest.mark.parametrize(
    "pattern",
    ["", "schemas/{schema}.json", "{version}", "/{schema}/{version}", "../{schema}/{version}"],
)
def test_a_pattern_that_does_not_say_where_schemas_stand_is_refused(pattern: str) -> None:
    with pytest.raises(RegistryError, match="does not give the location of schemas"):
        layout.Layout(pattern)


def test_a_policy_without_a_layout_is_refused(vendor: Path, tmp_path: Path, reg: Reg) -> None:
    (tmp_path / "plain.yaml").write_text("version: 1\n")
    policy = str(tmp_path / "plain.yaml")
    code, out, err = reg("-C", str(vendor), "check", "--replay", "..main", "--policy", policy)
    assert (code, out) == (2, "")
    assert err.startswith(f"reg: {policy}: the layout of the schema files is missing\n")


@pytest.mark.parametrize(
    ("text", "version", "ours"),
    [
        ("1.2.3", "1.2.3", True),
        ("1.2.3.json", "1.2.3", True),
        ("2.0.0-beta.1", "2.0.0-beta.1", True),
        ("1-0-2", "1.2.0", False),
        ("1-2-3", "1.2003.0", False),
        ("v3", "3.0.0", False),
        ("v3.json", "3.0.0", False),
        ("1.4", "1.4.0", False),
        ("latest", "", False),
        ("1-0", "", False),
    ],
)
def test_versions_of_others_become_ours(text: str, version: str, ours: bool) -> None:
    assert layout.version_of(text) == ((version, ours) if version else None)


@pytest.mark.parametrize(
    "text", ["com.acme", "Order", "9lives", "ä", "", "a" * 200, "x y", "x_y", "X_Y", "a-b.c"]
)
def test_names_of_others_become_ours(text: str) -> None:
    name = layout.name_of(text)
    assert NAME.fullmatch(name)
    assert layout.name_of(name) == name


def test_names_that_differ_by_case_alone_stay_apart() -> None:
    assert len({layout.name_of(each) for each in ("order", "Order", "ORDER")}) == 3

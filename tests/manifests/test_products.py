"""This repository is a registry that checks itself, and its products teach by example."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from schemareg.documents import parse_json, parse_yaml
from schemareg.model import semver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOP = Path(__file__).parents[2]
FILES = sorted((TOP / "products").glob("*/*/schemas/*/*.*"))


@pytest.fixture
def own(repo: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A repository with the products of this one, landed."""
    shutil.copy(TOP / "registry.yaml", repo.path)
    shutil.copytree(TOP / "products", repo.path / "products")
    repo.git("add", "--all")
    repo.commit({}, "Add the products")
    monkeypatch.chdir(repo.path)
    return repo


def value_of(path: Path) -> Any:
    parse = parse_json if path.suffix == ".json" else parse_yaml
    return parse(path.read_bytes(), path.name).value


def schemas_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from schemas_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from schemas_in(each)


def test_the_files_are_well_formed_and_every_version_keeps_its_promises(
    own: Any, reg: Callable[..., tuple[int, str, str]]
) -> None:
    assert reg("validate", "--format", "json")[0] == 0
    code, out, _ = reg("check", "--all", "--format", "json")
    report = json.loads(out)
    assert (code, report["verdict"], report["findings"]) == (0, "pass", [])
    judged = [(each["product"], each["schema"], each["version"]) for each in report["versions"]]
    assert sorted(judged) == sorted((path.parts[-4], path.parent.name, path.stem) for path in FILES)
    assert {each["outcome"] for each in report["versions"]} == {"compatible"}


def test_every_version_is_called_what_its_changes_call_for(
    own: Any, reg: Callable[..., tuple[int, str, str]]
) -> None:
    own.commit({"README.md": "so that all versions stand at the base too"})
    report = json.loads(reg("check", "--all", "--format", "json")[1])
    releases = [each for each in report["versions"] if "-" not in each["version"]]
    assert [each["honest_version"] for each in releases] == [each["version"] for each in releases]


def test_every_kind_of_step_is_there_to_be_read() -> None:
    steps: Counter[str] = Counter()
    for folder in {path.parent for path in FILES}:
        found = sorted(filter(None, (semver.parse(path.stem) for path in folder.iterdir())))
        releases = [each for each in found if not each.pre]
        steps["pre-release"] += len(found) - len(releases)
        steps.update(map(semver.bump_between, releases, releases[1:]))
    assert set(steps) == {"patch", "minor", "major", "pre-release"}
    assert {path.suffix for path in FILES} == {".json", ".yaml"}
    references = {
        each["$ref"] for path in FILES for each in schemas_in(value_of(path)) if "$ref" in each
    }
    assert any(each.startswith("reg:payments/payment@1.2.0") for each in references)
    assert any(each.startswith("../../../../") for each in references), "into another product"


def test_a_major_step_was_needed_where_one_was_made(
    own: Any, reg: Callable[..., tuple[int, str, str]]
) -> None:
    target = "orders/order_placed"
    code, out, _ = reg("diff", f"{target}@1.2.0", f"{target}@2.0.0")
    assert code in (0, 1)
    assert "2.0.0 reads what 1.2.0 wrote: no" in out
    assert "1.2.0 reads what 2.0.0 writes: no" in out


@pytest.mark.parametrize("path", FILES, ids=lambda path: "-".join(path.parts[-2:]))
def test_every_example_is_one_of_what_it_is_an_example_of(path: Path) -> None:
    shown = [each for each in schemas_in(value_of(path)) if isinstance(each.get("examples"), list)]
    assert shown
    for schema in shown:
        assert all(map(Draft202012Validator(schema).is_valid, schema["examples"])), schema

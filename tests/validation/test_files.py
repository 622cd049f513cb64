"""Every mistake of every file: a sound registry, what is laid over it, what is found then."""

from __future__ import annotations

import ast
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from schemareg import documents, rules
from schemareg.adapters.files import files_in
from schemareg.documents.text import LARGEST
from schemareg.formats.format import Resolver
from schemareg.formats.json_schema.format import FORMAT
from schemareg.validation import files as validation_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemareg.model import Entry, Files, Mistake

HERE = Path(__file__).parents[1]
TABLE = documents.parse((HERE / "cases/files.yaml").read_bytes(), "files.yaml").value
SOUND: dict[str, str] = TABLE["sound"]
ORDER = "products/orders/schemas/order/1.0.0.json"


def _lay(root: Path, over: Mapping[str, str | bytes | None]) -> Files:
    for path, content in {**SOUND, **over}.items():
        if content is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content.encode() if isinstance(content, str) else content)
    return files_in(root)


def _told(mistakes: tuple[Mistake, ...]) -> list[tuple[str, str]]:
    return [(str(each.place), each.rule) for each in mistakes]


@pytest.mark.parametrize("case", TABLE["cases"], ids=[case["why"] for case in TABLE["cases"]])
def test_all_mistakes_of_a_registry_are_told_and_no_others(case: Any, tmp_path: Path) -> None:
    found = validation_files.mistakes(_lay(tmp_path, case["over"]))
    assert sorted(_told(found)) == sorted((row["at"], row["rule"]) for row in case["finds"])
    for row in case["finds"]:
        (mistake,) = (
            each for each in found if (str(each.place), each.rule) == (row["at"], row["rule"])
        )
        assert row["what"] in mistake.what
        assert row["remedy"] in mistake.remedy
        assert mistake.rule in rules.CATALOGUE


@pytest.mark.parametrize("case", TABLE["cases"], ids=[case["why"] for case in TABLE["cases"]])
def test_what_is_found_of_all_files_is_found_of_those_that_changed(
    case: Any, tmp_path: Path
) -> None:
    files = _lay(tmp_path, case["over"])
    # What is wrong in a file that was not touched is not looked for.
    expected = {each for each in validation_files.mistakes(files) if _concerns(each, case["over"])}
    found = validation_files.mistakes(files, case["over"])
    if case["why"].startswith("product names are unique"):
        # Each new folder is held against what stands there: all but the first of three are new.
        assert {each.rule for each in found} == {"product-repeated"}
    else:
        assert expected <= set(found) <= set(validation_files.mistakes(files))


def _concerns(mistake: Mistake, paths: Mapping[str, object]) -> bool:
    return any(
        path == mistake.place.path or path.startswith(f"{mistake.place.path}/") for path in paths
    )


class Counting:
    """Files that remember what was asked of them."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.asked: set[str] = set()
        self.label, self.commit = files.label, files.commit

    def entry(self, path: str) -> Entry | None:
        return self._files.entry(path)

    def folder(self, path: str) -> Mapping[str, Entry]:
        self.asked.add(path)
        return self._files.folder(path)

    def read(self, path: str) -> bytes:
        self.asked.add(path)
        return self._files.read(path)

    def size(self, path: str) -> int:
        return self._files.size(path)


def test_the_check_of_a_change_looks_at_nothing_that_the_change_does_not_touch(
    tmp_path: Path,
) -> None:
    others = {
        f"products/p{number}/{name}": text
        for number in range(30)
        for name, text in (
            ("product.yaml", "title: P\nowner: {team: a}\nschemas: {s: {}}\n"),
            ("schemas/s/1.0.0.json", "{}"),
        )
    }
    reader = "team: a\nuses: [{schema: orders/order, versions: ^1, fields: [payment]}]\n"
    others |= {f"products/orders/consumers/c{number}.yaml": reader for number in range(9)}
    base = _lay(tmp_path, others)
    files = Counting(base)
    assert (
        validation_files.mistakes(files, [ORDER, "products/orders/product.yaml"], base=base) == ()
    )
    assert not any(path.startswith("products/p") for path in files.asked), files.asked
    assert not any(path.endswith(".yaml") and "/c" in path for path in files.asked), files.asked
    files = Counting(base)
    assert validation_files.mistakes(files, ["products/orders/consumers/c3.yaml"], base=base) == ()
    assert [path for path in files.asked if "/consumers/" in path] == [
        "products/orders/consumers/c3.yaml"
    ]


def test_what_a_removed_file_leaves_behind_is_told(tmp_path: Path) -> None:
    files = _lay(tmp_path, {"products/orders/product.yaml": None})
    assert _told(validation_files.mistakes(files, ["products/orders/product.yaml"])) == [
        ("products/orders/product.yaml:1:1", "product-file-missing")
    ]
    gone = _lay(tmp_path / "other", dict.fromkeys(name for name in SOUND if "orders" in name))
    assert validation_files.mistakes(gone, [name for name in SOUND if "orders" in name]) == ()


def test_a_product_that_was_there_already_is_not_a_second_one_by_being_changed(
    tmp_path: Path,
) -> None:
    twice = {"products/sales/orders/product.yaml": "title: Orders\nowner: {team: a}\n"}
    files = _lay(tmp_path, twice)
    path = "products/orders/product.yaml"
    assert _told(validation_files.mistakes(files, [path])) == [(f"{path}:1:1", "product-repeated")]
    assert validation_files.mistakes(files, [path], base=files) == ()


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    files = Counting(_lay(tmp_path, {ORDER: b"{" + b" " * LARGEST + b"}"}))
    assert (f"{ORDER}:1:1", "file-too-large") in _told(validation_files.mistakes(files, [ORDER]))
    assert ORDER not in files.asked


def test_links_and_submodules_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    files = _lay(tmp_path, {})
    products = tmp_path / "products"
    for path, target in (
        ("elsewhere", "finance"),
        ("orders/README.MD.md", "/etc/passwd"),
        ("orders/waivers", "consumers"),
        ("orders/consumers/x.yaml", "billing.yaml"),
        ("orders/schemas/other", "order"),
        ("orders/schemas/order/1.2.0.json", "1.0.0.json"),
    ):
        (products / path).symlink_to(target)
    (tmp_path / "registry.yaml").rename(tmp_path / "real.yaml")
    (tmp_path / "registry.yaml").symlink_to("real.yaml")
    found = [each for each in validation_files.mistakes(files) if each.rule != "channel-unknown"]
    assert _told(tuple(found)) == [
        ("products/elsewhere:1:1", "link-not-allowed"),
        ("products/orders/README.MD.md:1:1", "link-not-allowed"),
        ("products/orders/consumers/x.yaml:1:1", "link-not-allowed"),
        ("products/orders/schemas/order/1.2.0.json:1:1", "link-not-allowed"),
        ("products/orders/schemas/other:1:1", "link-not-allowed"),
        ("products/orders/waivers:1:1", "link-not-allowed"),
        ("registry.yaml:1:1", "link-not-allowed"),
    ]


def test_products_that_are_a_file_or_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text("version: 1\n")
    (tmp_path / "products").write_text("x")
    assert _told(validation_files.mistakes(files_in(tmp_path))) == [
        ("products:1:1", "file-misplaced")
    ]


def test_an_empty_registry_is_sound(tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text("version: 1\n")
    assert validation_files.mistakes(files_in(tmp_path)) == ()


def test_what_is_valid_but_probably_not_meant_is_only_noticed(tmp_path: Path) -> None:
    files = _lay(tmp_path, {ORDER: '{"requird": ["a"], "dependencies": {}}'})
    assert validation_files.mistakes(files, [ORDER]) == ()
    assert _told(validation_files.notices(files)) == [
        (f"{ORDER}:1:2", "keyword-unknown-near"),
        (f"{ORDER}:1:20", "keyword-of-another-draft"),
    ]
    assert validation_files.notices(files, ["registry.yaml"]) == ()


def test_one_schema_can_be_checked_alone() -> None:
    document = documents.parse_json(b'{"type": "str", "$ref": "#/x"}', "loose.json")
    found = FORMAT.mistakes(document, Resolver())
    assert _told(found) == [
        ("loose.json:1:10", "schema-malformed"),
        ("loose.json:1:25", "reference-dangling"),
    ]


def test_the_links_and_submodules_of_a_commit_are_refused(repo: Any) -> None:
    from schemareg.adapters.git.repository import open_repository

    repo.commit(SOUND, "Add a registry")
    inner = repo.git("rev-parse", "HEAD")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{inner},products/orders/schemas/sub")
    (repo.path / "products/link").symlink_to("orders")
    repo.git("add", "products/link")
    repo.git("commit", "--quiet", "-m", "Add a submodule and a link")
    files = open_repository(repo.path).files_at("HEAD")
    assert _told(validation_files.mistakes(files)) == [
        ("products/link:1:1", "link-not-allowed"),
        ("products/orders/schemas/sub:1:1", "link-not-allowed"),
    ]


def test_every_rule_of_a_file_is_explained() -> None:
    from schemareg.rules import files as file_rules

    known = {rule.id for rule in file_rules.RULES}
    named = set()
    root = HERE.parent / "registry/schemareg"
    folders = ("documents", "manifests", "validation")
    sources = [path for folder in folders for path in (root / folder).glob("*.py")]
    sources += [
        root / "authoring/codeowners.py",
        root / "authoring/samples.py",
        root / "formats/json_schema/wellformed.py",
        *root.glob("formats/*/format.py"),
    ]
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Constant) and node.value in known:
                named.add(node.value)
    assert named == known
    for rule in file_rules.RULES:
        assert all((rule.title, rule.rationale, rule.remedy, rule.source))


MANY = "{" + '"a":1,' * 5_000 + '"a":1}'
BADLY = {
    "keys that stand twice": MANY,
    "no types": '{"properties":{'
    + ",".join(f'"p{n}":{{"type":"t{n}"}}' for n in range(3_000))
    + "}}",
    "references": '{"$defs":{'
    + ",".join(f'"d{n}":{{"$ref":"#/d/{n}"}}' for n in range(3_000))
    + "}}",
    "names": '{"$defs":{' + ",".join(f'"d{n}":{{"$anchor":"x"}}' for n in range(3_000)) + "}}",
    "products": '{"anyOf":['
    + ",".join(f'{{"$ref":"reg:p{n}/s@1.0.0"}}' for n in range(3_000))
    + "]}",
}


@pytest.mark.parametrize("text", BADLY.values(), ids=BADLY)
def test_a_file_that_is_wrong_all_over_is_told_of_in_bounded_time_and_words(
    text: str, tmp_path: Path
) -> None:
    files = _lay(tmp_path, {ORDER: text})
    start = time.process_time()
    found = validation_files.mistakes(files, [ORDER])
    assert time.process_time() - start < 3
    assert 500 <= len(found) <= documents.MOST_MISTAKES + 1
    told = {each.rule for each in found}
    assert ("too-many-mistakes" in told) is (len(found) > documents.MOST_MISTAKES)


def test_thousands_of_names_that_are_not_there_cost_no_more_than_a_moment(tmp_path: Path) -> None:
    fields: dict[str, Any] = {f"field_number_{number}": {} for number in range(199)}
    names = ", ".join(f"feild_number_{number}" for number in range(20_000))
    over = {
        ORDER: json.dumps({"properties": fields}),
        "products/orders/consumers/billing.yaml": (
            f"team: b\nuses: [{{schema: orders/order, fields: [{names}]}}]\n"
        ),
    }
    files = _lay(tmp_path, over)
    began = time.process_time()
    found = validation_files.mistakes(files, ["products/orders/consumers/billing.yaml"])
    assert time.process_time() - began < 10
    assert len(found) == documents.MOST_MISTAKES + 1
    assert sum(each.remedy.startswith("Did you mean 'field_number_") for each in found) == 50

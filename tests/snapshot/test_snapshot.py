"""A registry as a value: what is in it, and what differs between two of them."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from schemareg.adapters.files import files_in
from schemareg.adapters.git.repository import open_repository
from schemareg.model import Entry, Files, Kind, Level, Policy
from schemareg.model.errors import InvalidFiles
from schemareg.model.semver import parse
from schemareg.snapshot.snapshot import Snapshot, differences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conftest import Repo

    from schemareg.model.semver import SemVer

ORDER = '{"type": "object", "properties": {"total": {"type": "number", "minimum": 0.10}}}'
FILES = {
    "registry.yaml": "version: 1\ncompatibility: {level: BACKWARD}\n",
    "products/orders/product.yaml": "title: Orders\nowner: {team: checkout}\n"
    "schemas: {order: {}, status: {}}\n",
    "products/orders/schemas/order/1.0.0.json": ORDER,
    "products/orders/schemas/order/1.10.0.json": ORDER,
    "products/orders/schemas/order/1.9.0.json": ORDER,
    "products/orders/schemas/order/2.0.0-beta.1.json": ORDER,
    "products/orders/schemas/order/README.md": "not a version",
    "products/orders/schemas/order/v3.json": "not one either",
    "products/orders/schemas/status/1.0.0.yaml": "type: string\n",
    "products/money/payments/product.yaml": "title: Payments\nowner: {team: pay}\n",
    "products/money/payments/schemas/payment/1.0.0.json": ORDER,
    "products/README.md": "All of them",
}


@pytest.fixture
def snapshot(repo: Repo) -> Snapshot:
    repo.write(FILES)
    return Snapshot(files_in(repo.path))


def semver(text: str) -> SemVer:
    version = parse(text)
    assert version is not None
    return version


def test_products_are_found_flat_and_in_the_folder_of_a_domain(snapshot: Snapshot) -> None:
    assert snapshot.product_names() == ("orders", "payments")
    assert snapshot.folder_of("payments") == "products/money/payments"
    assert snapshot.folder_of("money") is None
    assert snapshot.folder_of("../..") is None
    orders = snapshot.product("orders")
    assert orders is not None
    assert (orders.title, orders.folder) == ("Orders", "products/orders")
    assert snapshot.product("nothing") is None


def test_versions_come_oldest_first_by_precedence(snapshot: Snapshot) -> None:
    found = snapshot.versions("orders", "order")
    assert [str(each.version) for each in found] == ["1.0.0", "1.9.0", "1.10.0", "2.0.0-beta.1"]
    assert found[0].path == "products/orders/schemas/order/1.0.0.json"
    assert snapshot.versions("orders", "nothing") == snapshot.versions("nothing", "order") == ()
    assert snapshot.schema_names("orders") == ("order", "status")
    assert [each.name for each in snapshot.all_versions()] == [
        "payments/payment@1.0.0",
        "orders/order@1.0.0",
        "orders/order@1.10.0",
        "orders/order@1.9.0",
        "orders/order@2.0.0-beta.1",
        "orders/status@1.0.0",
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("products/orders/schemas/order/1.0.0.json", "orders/order@1.0.0"),
        ("products/orders/schemas/status/1.0.0.yaml", "orders/status@1.0.0"),
        ("products/money/payments/schemas/payment/1.0.0.json", "payments/payment@1.0.0"),
        ("products/orders/schemas/order/v3.json", None),
        ("products/orders/schemas/order/7.0.0.json", None),
        ("products/orders/product.yaml", None),
        ("registry.yaml", None),
        ("products/schemas/order/1.0.0.json", None),
    ],
)
def test_a_path_says_whether_it_is_a_version(
    snapshot: Snapshot, path: str, name: str | None
) -> None:
    found = snapshot.version_at(path)
    assert (found and found.name) == name


def test_values_are_exact_and_found_by_uri_and_by_name(snapshot: Snapshot) -> None:
    path = snapshot.locate("orders", "order", semver("1.9.0"))
    assert path == "products/orders/schemas/order/1.9.0.json"
    value = snapshot.lookup(f"file:///{path}")
    assert value is not None
    assert value["properties"]["total"]["minimum"] == Fraction(1, 10)
    assert snapshot.document(path) is snapshot.document(path)
    assert snapshot.locate("orders", "order", semver("1.9.1")) is None
    for uri in ("file:///registry.yaml", "file:///../secret", "https://example.com/x", path):
        assert snapshot.lookup(uri) is None


def test_policy_is_read_from_registry_yaml_or_is_the_default(
    snapshot: Snapshot, repo: Repo
) -> None:
    assert snapshot.policy.compatibility.level is Level.BACKWARD
    repo.write({"registry.yaml": None})
    assert Snapshot(files_in(repo.path)).policy == Policy()
    repo.write({"registry.yaml": "version: 1\nversion: 2\n"})
    with pytest.raises(InvalidFiles):
        _ = Snapshot(files_in(repo.path)).policy


def paths(base: Files, head: Files) -> list[str]:
    return [each.path for each in differences(base, head, ("registry.yaml", "products"))]


def test_a_difference_goes_down_only_where_ids_differ() -> None:
    class Counting:
        """Two folders, one of which differs; what is looked into is remembered."""

        label, commit = "counting", ""

        def __init__(self, id_: str) -> None:
            self.opened: list[str] = []
            self._id = id_

        def entry(self, path: str) -> Entry | None:
            name = path.rpartition("/")[2]
            return self.folder_of(path.rpartition("/")[0]).get(name)

        def folder(self, path: str) -> Mapping[str, Entry]:
            self.opened.append(path)
            return self.folder_of(path)

        def folder_of(self, path: str) -> Mapping[str, Entry]:
            return {
                "": {"products": Entry(Kind.FOLDER, f"p{self._id}")},
                "products": {
                    "same": Entry(Kind.FOLDER, "s"),
                    "other": Entry(Kind.FOLDER, f"o{self._id}"),
                },
                "products/other": {"a": Entry(Kind.FILE, self._id)},
            }.get(path, {})

        def read(self, path: str) -> bytes:
            raise AssertionError(path)

        def size(self, path: str) -> int:
            raise AssertionError(path)

    base, head = Counting("1"), Counting("2")
    assert paths(base, head) == ["products/other/a"]
    assert base.opened == head.opened == ["products", "products/other"]
    assert paths(base, base) == []


def test_a_folder_that_becomes_a_file_is_taken_apart(repo: Repo) -> None:
    repo.commit({"products/a/b/c.json": "1", "products/a/d.json": "2", "products/e": "3"})
    repo.git("rm", "--quiet", "-r", "products")
    repo.commit({"products/a": "4", "products/e/f/g": "5"})
    with open_repository(repo.path) as repository:
        changes = differences(repository.files_at("HEAD^"), repository.files_at("HEAD"))
    assert [(each.path, bool(each.before), bool(each.after)) for each in changes] == [
        ("products/a", False, True),
        ("products/a/b/c.json", True, False),
        ("products/a/d.json", True, False),
        ("products/e", True, False),
        ("products/e/f/g", False, True),
    ]


def test_differences_are_what_git_says_they_are(repo: Repo) -> None:
    draw = random.Random(11)
    places = [f"products/{a}/{b}{c}" for a in "abcd" for b in ("", "x/", "y/z/") for c in "12"]
    present: set[str] = set()
    commits = []
    for step in range(25):
        chosen = draw.sample(places, draw.randint(1, 5))
        gone = {path: None for path in chosen if path in present and draw.random() < 0.5}
        fresh = {path: f"{path} {step}" for path in chosen if path not in gone}
        present = (present | set(fresh)) - set(gone)
        commits.append(repo.commit({**fresh, **gone}))
    with open_repository(repo.path) as repository:
        for _ in range(40):
            one, other = draw.choice(commits), draw.choice(commits)
            expected = repo.git("diff", "--name-only", "--no-renames", one, other).split()
            assert paths(repository.files_at(one), repository.files_at(other)) == expected
        for one in commits:
            repo.git("read-tree", "--reset", "-u", draw.choice(commits))
            chosen = draw.sample(places, 3)
            repo.write({path: f"edited {path}" for path in chosen})
            repo.git("add", "--", chosen[0])
            tracked = repo.git("diff", "--name-only", "--no-renames", one).split()
            untracked = repo.git("ls-files", "--others").split()
            new = [each for each in untracked if repository.files_at(one).entry(each) is None]
            expected = sorted({*tracked, *new})
            assert paths(repository.files_at(one), repository.working_files()) == expected
            repo.git("clean", "--quiet", "--force", "-d")

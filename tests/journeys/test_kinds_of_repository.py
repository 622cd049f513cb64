"""`reg check` in the repositories that people and forges really have: the verdict, or the way to it."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Repo

    Run = Callable[..., tuple[int, str, str]]

ORDER = "products/orders/schemas/order"
LANDED = {
    "registry.yaml": "version: 1\n",
    "products/orders/product.yaml": "title: Orders\nowner: {team: checkout}\nschemas: {order: {}}\n",
    f"{ORDER}/1.0.0.json": '{"type": "object", "properties": {"id": {"type": "string"}}}\n',
}
BREAKING = {
    f"{ORDER}/1.1.0.json": '{"type": "object", "required": ["id"],'
    ' "properties": {"id": {"type": "string"}}}\n'
}
FOUND = ["bump-too-small", "property-required"]


@pytest.fixture(autouse=True)
def _no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_REF", "GITHUB_SHA"):
        monkeypatch.delenv(name, raising=False)


def rules(answer: tuple[int, str, str]) -> list[str]:
    code, out, complaint = answer
    assert (code, complaint) == (1, "")
    return [each["rule"] for each in json.loads(out)["findings"]]


def proposed(repo: Repo) -> str:
    """A registry with a breaking change on a branch; the tip of main."""
    tip = repo.commit(LANDED, "Add orders")
    repo.branch("change")
    repo.commit(BREAKING, "Require the id")
    return tip


@pytest.mark.parametrize("kind", ["--object-format=sha256", "--object-format=sha1"])
def test_objects_may_be_named_by_either_hash(
    make_repo: Callable[..., Repo], reg: Run, kind: str
) -> None:
    repo = make_repo("either", kind)
    proposed(repo)
    assert rules(reg("check", "-C", str(repo.path), "--format", "json")) == FOUND


def test_a_clone_without_the_contents_brings_what_it_needs(
    repo: Repo, reg: Run, tmp_path: Path
) -> None:
    proposed(repo)
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    for kind in ("blob:none", "tree:0"):
        clone = str(tmp_path / kind.replace(":", "-"))
        repo.git("clone", "--quiet", "--bare", f"--filter={kind}", f"file://{repo.path}", clone)
        answer = reg("check", "-C", clone, "--base", "main", "--head", "change", "--format", "json")
        assert rules(answer) == FOUND


def _job(repo: Repo, folder: Path, depth: int) -> None:
    """What a forge checks out for a pull request: its merge commit alone, to some depth."""
    repo.git("checkout", "--quiet", "--detach", "main")
    repo.git("update-ref", "refs/pull/7/merge", repo.merge("change"))
    repo.git("init", "--quiet", str(folder))
    fetch = ["fetch", "--quiet", f"--depth={depth}", f"file://{repo.path}"]
    repo.git("-C", str(folder), *fetch, "refs/pull/7/merge:refs/remotes/pull/7/merge")
    repo.git("-C", str(folder), "checkout", "--quiet", "refs/remotes/pull/7/merge")


def test_a_pull_request_is_judged_from_two_commits(repo: Repo, reg: Run, tmp_path: Path) -> None:
    tip = proposed(repo)
    _job(repo, tmp_path / "job", 2)
    answer = reg("check", "-C", str(tmp_path / "job"), "--format", "json")
    assert sorted(rules(answer)) == sorted([*FOUND, "history-not-read"])
    assert json.loads(answer[1])["base_commit"] == tip


def test_a_pull_request_cloned_too_shallow_names_the_fetch(
    repo: Repo, reg: Run, tmp_path: Path
) -> None:
    proposed(repo)
    _job(repo, tmp_path / "job", 1)
    code, out, complaint = reg("check", "-C", str(tmp_path / "job"))
    assert (code, out) == (3, "")
    assert "its first parent, the base, was not cloned" in complaint
    assert "git fetch --deepen=1" in complaint


def test_a_folder_that_is_no_repository_names_git_init(reg: Run, tmp_path: Path) -> None:
    code, out, complaint = reg("check", "-C", str(tmp_path))
    assert (code, out) == (2, "")
    assert "not in a Git repository" in complaint
    assert "git init" in complaint


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away"
)
def test_somebody_elses_repository_names_the_setting_that_trusts_it(
    repo: Repo, reg: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed(repo)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SUDO_UID", raising=False)
    subprocess.run(["chown", "-R", "12345:12345", str(repo.path)], check=True)
    code, out, complaint = reg("check", "-C", str(repo.path))
    assert (code, out) == (3, "")
    assert f"git config --global --add safe.directory {repo.path}" in complaint.replace("\n  ", " ")


def test_a_product_of_many_versions_and_lines_is_judged_whole(repo: Repo, reg: Run) -> None:
    """Forty versions in four lines land; the forty-first is held against those of its line."""
    fields: dict[str, object] = {"id": {"type": "string"}}
    files = {path: text for path, text in LANDED.items() if not path.startswith(ORDER)}
    for major in range(1, 5):
        for minor in range(10):
            fields[f"f{major}_{minor}"] = {"type": "integer"}
            files[f"{ORDER}/{major}.{minor}.0.json"] = json.dumps({"properties": fields})
    repo.commit(files, "Add them all")
    repo.branch("change")
    del fields["f4_9"]
    repo.commit({f"{ORDER}/4.10.0.json": json.dumps({"properties": fields})})
    code, out, _ = reg("check", "-C", str(repo.path), "--format", "json")
    report = json.loads(out)
    assert code == 1
    assert [(each["rule"], each["against"], each["field"]) for each in report["findings"]] == [
        ("bump-too-small", "", ""),
        ("field-removed", "4.9.0", "f4_9"),
    ]
    (version,) = report["versions"]
    assert version["against"] == [f"4.{minor}.0" for minor in range(10)]

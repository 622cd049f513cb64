"""What a verdict rests on cannot be chosen, forged or taken away by whom it judges."""

from __future__ import annotations

import contextlib
import hashlib
import html
import json
import os
import re
import shutil
import sqlite3
import subprocess
import zlib
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from schemareg.adapters import clock
from schemareg.adapters.git import command as git_command
from schemareg.adapters.git.repository import open_repository
from schemareg.adapters.history.history import history

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Repo

PRODUCT = (
    "title: Orders\ndomain: commerce\ndescription: Every order.\npurpose: Reports.\n"
    "owner: {team: checkout, contact: checkout@example.com}\nstability: stable\n"
    "classification: internal\nschemas:\n  order: {description: One order.}\n"
)
OLD = '{"type": "object", "properties": {"id": {"type": "string"}, "email": {"type": "string"}}}\n'
NEW = '{"type": "object", "properties": {"id": {"type": "string"}}}\n'
FOLDER = "products/orders"
REGISTRY = {
    "registry.yaml": "version: 1\n",
    f"{FOLDER}/product.yaml": PRODUCT,
    f"{FOLDER}/schemas/order/1.0.0.json": OLD,
}
REMOVAL = {f"{FOLDER}/schemas/order/1.1.0.json": NEW}


@pytest.fixture(autouse=True)
def _no_job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GITHUB_REF", "GITHUB_SHA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def named(branch: str) -> dict[str, str]:
    return {"registry.yaml": f"version: 1\nprotected-branch: {branch}\n"}


# The proposal does not choose its base


def _removal_under(repo: Repo, branch: str, policy: dict[str, str]) -> None:
    """A branch whose older commit breaks a promise, and whose last one hides that by its policy."""
    repo.branch(branch)
    repo.commit({**REMOVAL, **policy}, "Remove")
    repo.commit({f"{FOLDER}/README.md": "words\n"}, "Words")


@pytest.mark.parametrize("protected", ["main", "trunk"])
@pytest.mark.parametrize("claimed", ["evil", "decoy"])
@pytest.mark.parametrize("kind", ["alone", "clone", "setting"])
def test_a_proposal_that_names_another_protected_branch_is_judged_by_the_real_one(
    repo: Repo, reg: Callable[..., Any], tmp_path: Path, protected: str, claimed: str, kind: str
) -> None:
    repo.git("checkout", "--quiet", "-b", protected, fails=protected == "main") if (
        protected != "main"
    ) else None
    repo.commit(REGISTRY | (named(protected) if protected != "main" else {}), "Start")
    folder = repo.path
    if kind == "clone":
        folder = tmp_path / "clone"
        repo.git("clone", "--quiet", str(repo.path), str(folder))
        repo.path = folder
    _removal_under(repo, "evil", named(claimed))
    if claimed == "decoy":
        repo.git("branch", "--quiet", "decoy", "HEAD~1")
    if kind == "setting":
        repo.git("config", "reg.protectedBranch", protected)
    code, out, _ = reg("check", "-C", str(folder))
    assert (code, "field-removed" in out, "protected-branch-disputed" in out) == (1, True, True)
    assert f"judged by `{protected}`" in " ".join(out.split())


def test_a_proposal_that_takes_the_name_back_is_judged_by_the_branch_that_had_it(
    repo: Repo, reg: Callable[..., Any], tmp_path: Path
) -> None:
    """`main` is a branch that anybody may push; what landed said `trunk`."""
    repo.git("checkout", "--quiet", "-b", "trunk")
    repo.commit({**REGISTRY, **named("trunk")}, "Start")
    _removal_under(repo, "evil", {"registry.yaml": "version: 1\n"})
    repo.git("branch", "--quiet", "main", "HEAD~1")
    code, out, _ = reg("check", "-C", str(repo.path))
    assert code == 1
    assert "field-removed" in out


def test_branches_that_disagree_are_both_judged_by(repo: Repo, reg: Callable[..., Any]) -> None:
    """What landed on `develop` alone is a promise there; the remote says `main`."""
    repo.commit(REGISTRY, "Start")
    repo.branch("develop")
    repo.commit(
        {**named("develop"), f"{FOLDER}/schemas/order/1.1.0.json": OLD.replace("id", "other")},
        "Develop",
    )
    repo.git("config", "reg.protectedBranch", "main")
    repo.branch("work")
    repo.commit({f"{FOLDER}/schemas/order/1.2.0.json": NEW}, "Remove")
    code, out, _ = reg("check", "-C", str(repo.path), "--format", "json")
    assert code == 1
    assert '"protected-branch-disputed"' in out
    assert "and develop (" in out


def test_the_audit_looks_at_the_real_branch_whatever_is_checked_out(
    repo: Repo, reg: Callable[..., Any]
) -> None:
    repo.commit(REGISTRY, "Start")
    repo.commit({f"{FOLDER}/schemas/order/1.0.0.json": NEW}, "Alter")
    repo.git("checkout", "--quiet", "-b", "evil", "HEAD~1")
    repo.commit(named("evil"), "Mine")
    code, out, _ = reg("audit", "verify", "-C", str(repo.path))
    assert (code, "version-modified" in out) == (1, True)
    assert reg("status", "orders", "-C", str(repo.path))[0] in (0, 2)


@pytest.mark.parametrize("policy", [{}, named("trunk")])
def test_registries_that_agree_with_themselves_are_not_told_anything(
    repo: Repo, reg: Callable[..., Any], tmp_path: Path, policy: dict[str, str]
) -> None:
    branch = "trunk" if policy else "main"
    repo.git("checkout", "--quiet", "-b" if policy else "--orphan", branch if policy else "main2")
    if not policy:
        repo.git("symbolic-ref", "HEAD", "refs/heads/main")
    repo.commit({**REGISTRY, **policy}, "Start")
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", str(repo.path), str(clone))
    for folder in (repo.path, clone):
        repo.path = folder
        repo.branch("work")
        repo.commit({f"{FOLDER}/schemas/order/1.1.0.json": OLD.replace("{", '{"title": "x", ', 1)})
        code, out, err = reg("check", "-C", str(folder))
        assert (code, "disputed" in out) == (0, False), err


# A merge ref is the forge's own


def _merge_of_a_branch(repo: Repo, *, swapped: bool) -> str:
    repo.commit(REGISTRY, "Start")
    repo.branch("change")
    repo.commit(REMOVAL, "Remove")
    repo.commit({f"{FOLDER}/README.md": "words\n"})
    repo.checkout("main")
    repo.commit({f"{FOLDER}/NOTES.md": "meanwhile\n"})
    repo.git("checkout", "--quiet", "--detach", "change" if swapped else "main")
    return repo.merge("main" if swapped else "change")


@pytest.mark.parametrize(
    ("reference", "swapped", "first"),
    [
        ("refs/pull/7/merge", False, True),
        ("refs/remotes/pull/7/merge", False, True),
        ("refs/merge-requests/7/merge", False, True),
        ("refs/pull/7/merge", True, False),
        ("refs/heads/pull/7/merge", True, False),
        ("refs/tags/pull/7/merge", True, False),
        ("refs/remotes/origin/pull/7/merge", True, False),
        ("refs/heads/x/pull/7/merge", True, False),
        ("refs/pull/7/head", True, False),
        ("refs/pull/x/merge", True, False),
        ("refs/pull/7/merge/x", True, False),
    ],
)
def test_only_a_forges_reference_to_a_merge_of_what_has_not_landed_gives_its_first_parent(
    repo: Repo, reference: str, swapped: bool, first: bool
) -> None:
    merge = _merge_of_a_branch(repo, swapped=swapped)
    repo.git("update-ref", reference, merge)
    base = repo.git("rev-parse", f"{merge}^1" if first else "main")
    with open_repository(repo.path) as repository:
        assert repository.default_base("main").commit == base


def test_a_branch_called_like_a_merge_ref_is_judged_whole(
    repo: Repo, reg: Callable[..., Any]
) -> None:
    repo.git("branch", "--quiet", "pull/7/merge", _merge_of_a_branch(repo, swapped=True))
    repo.checkout("pull/7/merge")
    assert reg("check", "-C", str(repo.path))[0] == 1


def test_two_parents_and_no_protected_branch_decide_nothing(
    repo: Repo, reg: Callable[..., Any]
) -> None:
    _merge_of_a_branch(repo, swapped=True)
    for branch in ("main", "change"):
        repo.git("branch", "--quiet", "-D", branch)
    code, _, err = reg("check", "-C", str(repo.path))
    assert (code, "no branch `main`" in err) == (3, True)


# A commit is what its id says


def _graft(repo: Repo, commit: str, parent: str) -> None:
    (repo.path / ".git/info").mkdir(exist_ok=True)
    (repo.path / ".git/info/grafts").write_text(f"{commit} {parent}\n")


def _replace(repo: Repo, commit: str, parent: str) -> None:
    repo.git("replace", "--graft", commit, parent)


@pytest.mark.parametrize("forge", [_graft, _replace])
@pytest.mark.parametrize("partial", [False, True])
def test_nothing_gives_a_commit_other_parents(
    repo: Repo,
    reg: Callable[..., Any],
    forge: Callable[[Repo, str, str], None],
    partial: bool,
) -> None:
    start = repo.commit(REGISTRY, "Start")
    altered = repo.commit({f"{FOLDER}/schemas/order/1.0.0.json": NEW}, "Alter")
    last = repo.commit({f"{FOLDER}/README.md": "words\n"})
    repo.branch("work")
    repo.commit(REMOVAL, "Remove")
    tip = repo.commit({f"{FOLDER}/NOTES.md": "words\n"})
    if partial:
        repo.git("config", "core.repositoryformatversion", "1")
        repo.git("config", "extensions.partialClone", "origin")
    forge(repo, last, start)
    with open_repository(repo.path) as repository:
        assert repository.default_base("main").commit == last
    with history(repo.path, "main") as found:
        assert [each.commit for each in found.line()] == [start, altered, last]
    assert reg("audit", "verify", "-C", str(repo.path))[0] == 1
    forge(repo, tip, last) if forge is _graft else None
    with open_repository(repo.path) as repository:
        assert repository.files_at("work~1").commit != last


def test_every_child_git_ignores_grafts_and_replacements() -> None:
    found = git_command.environment()
    assert not os.path.lexists(found["GIT_GRAFT_FILE"])
    assert found["GIT_NO_REPLACE_OBJECTS"] == "1"


def test_a_forged_commit_graph_changes_no_line_and_no_base(repo: Repo) -> None:
    """The graph of one repository put into another that has the same ids cannot be made by hand; a
    damaged one must not be read at all."""
    start = repo.commit(REGISTRY, "Start")
    repo.branch("work")
    repo.commit(REMOVAL, "Remove")
    repo.git("commit-graph", "write", "--reachable")
    graph = repo.path / ".git/objects/info/commit-graph"
    graph.chmod(0o644)
    graph.write_bytes(graph.read_bytes()[:-40] + b"\0" * 40)
    with open_repository(repo.path) as repository:
        assert repository.default_base("main").commit == start
    with history(repo.path, "work") as found:
        assert len(found.line()) == 2


def _loose(repo: Repo, id_: str, content: bytes) -> None:
    """Put other content in the place of a loose object."""
    made = repo.path / "made"
    made.write_bytes(content)
    other = repo.git("hash-object", "-w", str(made))
    made.unlink()
    folder = repo.path / ".git/objects"
    place = folder / id_[:2] / id_[2:]
    place.chmod(0o644)
    place.write_bytes((folder / other[:2] / other[2:]).read_bytes())


@pytest.mark.parametrize("partial", [False, True])
def test_a_verdict_and_the_full_audit_hash_what_they_read(
    repo: Repo, reg: Callable[..., Any], partial: bool
) -> None:
    repo.commit(REGISTRY, "Start")
    blob = repo.git("rev-parse", f"HEAD:{FOLDER}/schemas/order/1.0.0.json")
    repo.branch("work")
    repo.commit(REMOVAL, "Remove")
    if partial:
        repo.git("config", "core.repositoryformatversion", "1")
        repo.git("config", "extensions.partialClone", "origin")
    assert reg("audit", "verify", "-C", str(repo.path))[0] == 0
    _loose(repo, blob, NEW.encode())
    code, _, err = reg("check", "--head", "HEAD", "-C", str(repo.path))
    assert (code, blob[:12] in err) == (3, True)


# Odd entries and dates


def _tree(repo: Repo, *entries: tuple[str, bytes, str]) -> str:
    raw = b"".join(
        mode.encode() + b" " + name + b"\0" + bytes.fromhex(id_) for mode, name, id_ in entries
    )
    done = subprocess.run(
        ["git", "-C", str(repo.path), "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        input=raw,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


@pytest.mark.parametrize("name", [b"", b"products/orders/product.yaml", b"a/b", b"/"])
def test_a_tree_with_a_name_that_git_refuses_is_damaged(
    repo: Repo, reg: Callable[..., Any], name: bytes
) -> None:
    repo.commit(REGISTRY, "Start")
    blob = repo.git("rev-parse", "HEAD:registry.yaml")
    products = repo.git("rev-parse", "HEAD:products")
    odd = _tree(repo, ("100644", name, blob), ("40000", b"products", products))
    repo.git("branch", "odd", repo.git("commit-tree", odd, "-p", "HEAD", "-m", "Odd"))
    code, _, err = reg("check", "--head", "odd", "-C", str(repo.path))
    assert (code, "invalid name" in err) == (3, True)


@pytest.mark.parametrize(
    "claim",
    [
        *("18446744073709551616", "18446744073709551615", "9223372036854775808", "9" * 40),
        *("nonsense", "1e3", "0x10", "-5", "", "99999999999999"),
    ],
)
@pytest.mark.parametrize("landed", [False, True])
def test_an_impossible_date_is_an_error_with_a_way_out_and_no_bug_of_ours(
    repo: Repo, reg: Callable[..., Any], claim: str, landed: bool
) -> None:
    repo.commit(REGISTRY, "Start")
    if not landed:
        repo.branch("work")
    tree = repo.git("rev-parse", "HEAD^{tree}")
    parent = repo.git("rev-parse", "HEAD")
    who = f"A <a@example.com> {claim} +0000"
    text = f"tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\nOdd\n"
    done = subprocess.run(
        [
            "git",
            "-C",
            str(repo.path),
            "hash-object",
            "-t",
            "commit",
            "-w",
            "--stdin",
            "--literally",
        ],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    repo.git("reset", "--quiet", "--hard", done.stdout.decode().strip())
    for command in (["check"], ["audit", "verify"], ["log"], ["sunsets"], ["timeline"]):
        code, _, err = reg(*command, "-C", str(repo.path))
        assert code in (0, 3), err
        assert "bug of ours" not in err
        assert (code == 0) or "git " in err


# The index is a cache, and what a verdict rests on is asked of Git


SUNSET = "2026-03-02"
ANNOUNCED = {
    f"{FOLDER}/deprecations/order-email.yaml": (
        f"target: orders/order#email\nsunset: {SUNSET}\nreason: It goes.\n"
    )
}


def _redate(repo: Repo, index: sqlite3.Connection) -> None:
    """The announcement landed a year before it did."""
    (row,) = index.execute(
        "SELECT l.* FROM landings l JOIN changes c ON c.landing = l.id"
        " WHERE instr(c.path, 'deprecations') ORDER BY l.id LIMIT 1"
    ).fetchall()
    early = row[4] - 365 * 86_400
    changed = (*row[:4], early, early, *row[6:10])
    index.execute(
        "UPDATE landings SET time = ?, claimed = ?, digest = ? WHERE id = ?",
        (early, early, zlib.crc32(repr(changed).encode()), row[0]),
    )


def _reattribute(repo: Repo, index: sqlite3.Connection) -> None:
    """The announcement came with the first landing."""
    (row,) = index.execute(
        "SELECT id, path, raw FROM changes WHERE instr(path, 'deprecations')"
    ).fetchall()
    digest = zlib.crc32(row[2], zlib.crc32(row[1], 1))
    index.execute("UPDATE changes SET landing = 1, digest = ? WHERE id = ?", (digest, row[0]))


def _loosen(repo: Repo, index: sqlite3.Connection) -> None:
    """The policy asked for no window when the announcement landed."""
    (row,) = index.execute(
        "SELECT id, landing, path, raw FROM changes WHERE path = CAST('registry.yaml' AS BLOB)"
    ).fetchall()
    text = "version: 1\ndeprecation: {window: 0d}\n"
    (repo.path / "made").write_text(text)
    made = repo.git("hash-object", "-w", "made").encode()
    (repo.path / "made").unlink()
    raw = row[3].replace(row[3].split(b" ")[3], made)
    digest = zlib.crc32(raw, zlib.crc32(row[2], row[1]))
    index.execute("UPDATE changes SET raw = ?, digest = ? WHERE id = ?", (raw, digest, row[0]))


def _forget(repo: Repo, index: sqlite3.Connection) -> None:
    """It was never withdrawn in between: the rows of a withdrawal and the next one are left out."""
    rows = index.execute(
        "SELECT id FROM changes WHERE instr(path, 'deprecations') ORDER BY landing"
    ).fetchall()
    index.executemany("DELETE FROM changes WHERE id = ?", rows[1:])


@pytest.mark.parametrize("forge", [_redate, _reattribute, _loosen, _forget])
def test_a_forged_index_ends_no_window_early(
    repo: Repo,
    reg: Callable[..., Any],
    forge: Callable[[Repo, sqlite3.Connection], None],
) -> None:
    repo.commit(REGISTRY, "Start", on=date(2025, 1, 1))
    if forge is _forget:
        repo.commit(ANNOUNCED, "Announce", on=date(2025, 1, 2))
        repo.commit({}, "Withdraw")
        repo.git("rm", "--quiet", *ANNOUNCED)
        repo.git("commit", "--quiet", "-m", "Withdraw", on=date(2026, 2, 1))
    repo.commit(ANNOUNCED, "Announce", on=date(2026, 3, 1))
    repo.branch("work")
    repo.commit(REMOVAL, "Remove", on=date(2026, 3, 20))
    check = ("check", "--today", "2026-03-20", "-C", str(repo.path))
    code, expected, _ = reg(*check)
    assert code == 1
    (file,) = (repo.path / ".git/reg").glob("index-*.sqlite")
    with contextlib.closing(sqlite3.connect(file)) as index:
        forge(repo, index)
        index.commit()
    assert reg(*check)[:2] == (1, expected)
    assert "2026-03-02" not in reg("when", "orders/order#email", "-C", str(repo.path))[1]


# What the audit keeps and says


def _audit(reg: Callable[..., Any], repo: Repo, *options: str) -> tuple[int, dict[str, Any]]:
    code, out, err = reg("audit", "verify", "--format", "json", *options, "-C", str(repo.path))
    assert err == ""
    return code, json.loads(out)


def _rules(found: dict[str, Any]) -> list[str]:
    return [each["rule"] for each in found["violations"]]


def _checks(found: dict[str, Any]) -> dict[str, bool]:
    return {each["subject"]: each["checked"] for each in found["checks"]}


def test_a_forged_progress_of_the_audit_is_not_believed(
    repo: Repo, reg: Callable[..., Any]
) -> None:
    repo.commit(REGISTRY, "Start")
    repo.commit({f"{FOLDER}/schemas/order/1.0.0.json": NEW}, "Alter")
    assert _audit(reg, repo)[0] == 1
    (file,) = (repo.path / ".git/reg").glob("audit-*.json")
    value = json.loads(file.read_text().partition(" ")[2])
    body = json.dumps(value | {"violations": []}, sort_keys=True)
    for mark in (hashlib.sha256(body.encode()).hexdigest(), "0" * 64, ""):
        file.write_text(f"{mark} {body}\n")
        assert _audit(reg, repo)[0] == 1


@pytest.mark.parametrize("state", ["missing", "damaged", "a file"])
def test_without_a_key_of_the_user_nothing_kept_is_believed(
    repo: Repo, reg: Callable[..., Any], tmp_path: Path, state: str
) -> None:
    repo.commit(REGISTRY, "Start")
    assert _audit(reg, repo)[1]["new_landings"] == 1
    assert _audit(reg, repo)[1]["new_landings"] == 0
    folder = tmp_path / "state"
    if state == "damaged":
        (folder / "reg/key").write_bytes(b"short")
    else:
        shutil.rmtree(folder)
        if state == "a file":
            folder.write_text("in the way")
    assert _audit(reg, repo)[1]["new_landings"] == 1


def _foxtrot(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "-b", "mine", "HEAD~1")
    repo.commit({f"{FOLDER}/README.md": "mine\n"})
    repo.merge("main")
    repo.git("branch", "--quiet", "--force", "main", "mine")
    repo.checkout("main")


def _amend(repo: Repo) -> None:
    repo.git("commit", "--quiet", "--amend", "-m", "Other words")


def _orphan(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.commit({}, "Begin again")
    repo.git("branch", "--quiet", "--force", "main", "other")
    repo.checkout("main")


@pytest.mark.parametrize("rewrite", [_foxtrot, _amend, _orphan])
def test_the_audit_notices_a_rewrite_without_a_checkpoint_until_somebody_decides(
    repo: Repo, reg: Callable[..., Any], rewrite: Callable[[Repo], None]
) -> None:
    repo.commit(REGISTRY, "Start")
    repo.commit({f"{FOLDER}/NOTES.md": "words\n"}, "Words")
    assert _audit(reg, repo)[0] == 0
    rewrite(repo)
    for options in ((), ("--full",), ()):
        code, found = _audit(reg, repo, *options)
        assert (code, _rules(found)) == (3, ["history-rewritten"])
    anchored = {"registry.yaml": f"version: 1\nanchor: {repo.git('rev-parse', 'HEAD')}\n"}
    repo.commit(anchored, "Anchor")
    for _ in range(2):
        assert _audit(reg, repo)[0] == 0


def test_an_older_head_and_another_branch_are_no_rewrite(
    repo: Repo, reg: Callable[..., Any]
) -> None:
    repo.commit(REGISTRY, "Start")
    repo.commit({f"{FOLDER}/NOTES.md": "words\n"}, "Words")
    assert _audit(reg, repo)[0] == 0
    repo.git("branch", "--quiet", "side", "HEAD~1")
    for head in ("HEAD~1", "side"):
        assert _audit(reg, repo, "--head", head)[0] == 0
    repo.git("reset", "--quiet", "--hard", "HEAD~1")  # a clone that was set back
    assert _audit(reg, repo)[0] == 0


@pytest.mark.parametrize("partial", [False, True])
def test_a_version_of_other_bytes_is_found_by_the_full_audit_and_by_a_checkpoint(
    repo: Repo, reg: Callable[..., Any], partial: bool
) -> None:
    repo.commit(REGISTRY, "Start")
    blob = repo.git("rev-parse", f"HEAD:{FOLDER}/schemas/order/1.0.0.json")
    if partial:
        repo.git("config", "core.repositoryformatversion", "1")
        repo.git("config", "extensions.partialClone", "origin")
    line = reg("audit", "checkpoint", "-C", str(repo.path))[1].strip()
    _loose(repo, blob, NEW.encode())
    code, found = _audit(reg, repo, "--full")
    assert (code, _rules(found), _checks(found)["bytes"]) == (1, ["object-altered"], True)
    _, _, err = reg("audit", "checkpoint", "-C", str(repo.path))
    assert "violations (1)" in err
    code, found = _audit(reg, repo, "--checkpoint", line)
    assert _checks(found) == {
        "landings": True,
        "rewriting": True,
        "bytes": False,
        "receipts": False,
        "trees": False,
        "people": False,
    }


@pytest.mark.parametrize("part", [1, 2, 3, 4])
def test_every_part_of_a_checkpoint_is_compared(
    repo: Repo, reg: Callable[..., Any], tmp_path: Path, part: int
) -> None:
    repo.commit(REGISTRY, "Start")
    repo.commit({f"{FOLDER}/NOTES.md": "words\n"}, "Words")
    words = reg("audit", "checkpoint", "-C", str(repo.path))[1].split()
    assert _audit(reg, repo, "--checkpoint", " ".join(words))[0] == 0
    words[part] = "7" if part == 3 else "7" * len(words[part])
    line = " ".join(words)
    code, found = _audit(reg, repo, "--checkpoint", line) if part > 1 else (3, {})
    if part > 1:
        assert (code, _rules(found)) == (1, ["checkpoint-mismatch"])
        assert reg("audit", "export", "--since", line, "-C", str(repo.path))[0] in (
            (0,) if part > 2 else (3,)
        )
        assert reg("audit", "prove", "orders", "--checkpoint", line, "-C", str(repo.path))[0] == 1


FORMS = ("text", "json", "github", "sarif", "junit", "markdown", "summary", "html")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("given", [True, False])
def test_every_form_of_a_report_says_where_its_day_was_chosen(
    repo: Repo, reg: Callable[..., Any], form: str, given: bool
) -> None:
    repo.commit(REGISTRY, "Start")
    repo.branch("work")
    repo.commit(REMOVAL, "Remove")
    options = ("--today", "2099-01-01") if given else ("--today", str(clock.today()))
    code, out, _ = reg("check", "--format", form, *options, "-C", str(repo.path))
    assert code == 1
    said = re.search(r"today_given|not the day of this run", " ".join(html.unescape(out).split()))
    assert (said is not None) is given


def test_a_report_is_read_again_with_that_its_day_was_chosen(
    repo: Repo, reg: Callable[..., Any], tmp_path: Path
) -> None:
    repo.commit(REGISTRY, "Start")
    where = ("-C", str(repo.path))
    file = tmp_path / "report.json"
    reg("check", "--today", "2099-01-01", "--format", "json", "--output", str(file), *where)
    assert "not the day of this run" in " ".join(reg("report", str(file))[1].split())


# Nothing that is printed is a workflow command

COMMANDS = (
    "::error::x",
    "##[error]x",
    "  ::set-output name=a::b",
    "x\n::warning::y",
    "a ##[group]b",
)


def _forged(text: str) -> list[str]:
    """What a runner of GitHub Actions takes for a command, in a log."""
    lines = re.split(r"\r\n|\r|\n", text)
    return [line for line in lines if line.strip().startswith("::") or "##[" in line]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_calendar_carries_no_workflow_command_wherever_it_is_folded(
    repo: Repo, reg: Callable[..., Any], command: str
) -> None:
    """Eighty announcements, each a character longer: one of them is folded before the command."""
    names = [f"f{number}" for number in range(80)]
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    files = {
        f"{FOLDER}/deprecations/order-{name}.yaml": (
            f"target: orders/order#{name}\nsunset: 2026-09-01\n"
            f"reason: {json.dumps('x' * number + command)}\n"
        )
        for number, name in enumerate(names)
    }
    repo.commit(REGISTRY | {f"{FOLDER}/schemas/order/1.0.0.json": json.dumps(schema)} | files)
    code, out, _ = reg(
        *("sunsets", "--format", "ics", "--today", "2026-04-01", "-C", str(repo.path))
    )
    assert (code, out.count("BEGIN:VEVENT"), _forged(out)) == (0, 80, [])


@pytest.mark.parametrize("command", COMMANDS)
def test_no_form_of_any_answer_carries_a_workflow_command(
    repo: Repo, reg: Callable[..., Any], command: str
) -> None:
    fill = "x" * 41  # so that a folded line of the calendar would begin with it
    said = json.dumps(f"{command} {fill}{command}{command}" + " " + ":" * 200)
    announced = f"target: orders/order#email\nsunset: 2026-09-01\nreason: {said}\n"
    product = PRODUCT.replace("Every order.", said).replace("title: Orders", f"title: {said}")
    repo.commit(
        REGISTRY
        | {
            f"{FOLDER}/product.yaml": product,
            f"{FOLDER}/deprecations/order-email.yaml": announced,
            f"{FOLDER}/consumers/bi.yaml": (
                f"team: {said}\ncontact: bi@example.com\npurpose: {said}\n"
                "uses: [{schema: orders/order, fields: [email]}]\n"
            ),
        },
        command,
    )
    repo.branch("work")
    repo.commit({**REMOVAL, f"{FOLDER}/product.yaml": product.replace("x", "y")}, command)
    forms = {
        "sunsets": ("text", "json", "ics", "markdown"),
        "timeline": ("text", "svg"),
        "log": ("text", "json", "markdown", "html", "csv", "jsonl"),
        "check": ("text", "json", "sarif", "junit", "markdown", "summary", "html"),
        "impact": ("text", "json", "markdown"),
        "status": ("text", "json"),
        "consumers": ("text", "json", "csv", "markdown"),
        "list": ("text", "json"),
        "audit verify": ("text", "json"),
        "show orders": ("text", "json"),
        "show orders/order@1.0.0": ("text", "json"),
    }
    printed = 0
    for name, its in forms.items():
        for form in its:
            _, out, err = reg(
                *name.split(), "--format", form, "--today", "2026-04-01", "-C", str(repo.path)
            )
            if "No such option: --today" in err:
                _, out, err = reg(*name.split(), "--format", form, "-C", str(repo.path))
            assert _forged(out) == [], (name, form)
            printed += bool(out)
    assert printed > 20


@pytest.mark.parametrize("name", ["Products", "PRODUCTS", "Registry.yaml", "REGISTRY.YAML"])
def test_what_a_file_system_takes_for_the_registry_is_a_mistake(
    repo: Repo, reg: Callable[..., Any], name: str
) -> None:
    repo.commit(REGISTRY, "Start")
    blob = repo.git("rev-parse", "HEAD:registry.yaml")
    tree = repo.git("rev-parse", "HEAD:products")
    kind = ("40000", tree) if name.lower() == "products" else ("100644", blob)
    entries = sorted(
        [
            ("100644", b"registry.yaml", blob),
            ("40000", b"products", tree),
            (kind[0], name.encode(), kind[1]),
        ],
        key=lambda each: each[1],
    )
    odd = _tree(repo, *entries)
    repo.git("branch", "odd", repo.git("commit-tree", odd, "-p", "HEAD", "-m", "Odd"))
    code, _, err = reg("check", "--all", "--head", "odd", "-C", str(repo.path))
    assert (code, "name-differs-by-case" in err, f"{name}:" in err or name in err) == (
        2,
        True,
        True,
    )

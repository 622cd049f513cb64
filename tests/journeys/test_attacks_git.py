"""What can be done to a repository rather than to its files: no name, date or entry is trusted."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pygit2
import pytest
from tests.adversary import FILE, PRODUCT, Odd, Origin, begin, edited

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 2, 1)
V1 = f"{PRODUCT}/schemas/order/1.0.0.json"
WITHOUT_EMAIL = {"release": {"1.1.0": {"without": ["email"]}}}


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "registry.git", begin())


def swapped(origin: Origin) -> str:
    """The tip of a branch that took in the protected branch, whose first parent hides a removal."""
    files = edited(origin.files, WITHOUT_EMAIL)
    hidden = origin.commit(files, origin.tip, on=TODAY)
    return origin.commit(files, hidden, origin.tip, on=TODAY)


@pytest.mark.parametrize(
    "name",
    [
        "heads/pull/7/merge",
        "tags/pull/7/merge",
        "remotes/origin/pull/7/merge",
        "heads/merge-requests/7/merge",
        "heads/refs/pull/7/merge",
        "remotes/origin/refs/pull/7/merge",
        "heads/change",
    ],
)
def test_a_pushed_name_makes_no_merge_of_a_forge(origin: Origin, name: str) -> None:
    head = swapped(origin)
    origin.point(f"refs/{name}", head)
    origin.point("refs/heads/change", head)
    answer = origin.check(TODAY)
    assert answer.code in (1, 3), answer
    assert answer.rules & {"field-removed", "undecided"}


def test_a_forge_s_own_merge_is_judged_against_its_first_parent(origin: Origin) -> None:
    files = edited(origin.files, WITHOUT_EMAIL)
    side = origin.commit(files, origin.tip, on=TODAY)
    merge = origin.commit(files, origin.tip, side, on=TODAY)
    origin.point("refs/pull/7/merge", merge)
    origin.point("refs/heads/change", merge)
    assert origin.check(TODAY).rules >= {"field-removed"}


@pytest.mark.parametrize(
    "policy",
    [
        "protected-branch: change",
        "protected-branch: heads/change",
        "protected-branch: aside",
    ],
)
def test_a_proposal_does_not_choose_what_it_is_compared_with(origin: Origin, policy: str) -> None:
    files = edited(origin.files, WITHOUT_EMAIL | {"policy": policy})
    hidden = origin.commit(files, origin.tip, on=TODAY)
    words = {**files, f"{PRODUCT}/README.md": "Words.\n"}
    origin.point("refs/heads/aside", hidden)
    origin.point("refs/heads/change", origin.commit(words, hidden, on=TODAY))
    origin.store.set_head("refs/heads/change")
    answer = origin.check(TODAY)
    assert answer.code != 0, answer


def test_a_merge_without_a_protected_branch_cannot_be_judged(origin: Origin) -> None:
    head = swapped(origin)
    origin.store.set_head(origin.store[head].id)
    origin.store.references.delete("refs/heads/main")
    today = TODAY.isoformat()
    answer = origin.run("check", "--head", head, "--today", today, "-f", "json")
    assert answer.code == 3, answer


EARLY = {"not_after": "2025-01-01T00:00:00Z", "not_before": None}
BEFORE = {"not_after": "2026-04-01T13:00:00Z", "not_before": "2024-01-01T00:00:00Z"}
BETWEEN = {"not_after": "2025-01-02T00:00:00Z", "not_before": "2025-01-01T00:00:00Z"}
BACKWARDS = {"not_after": "2025-01-01T00:00:00Z", "not_before": "2025-06-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("place", "receipt"),
    [
        ("clock", EARLY),
        ("clock", BEFORE),
        ("clock", BETWEEN),
        ("clock", BACKWARDS),
        ("receipts", EARLY),
    ],
)
def test_a_receipt_never_shortens_a_window(
    origin: Origin, receipt: dict[str, Any], place: str
) -> None:
    announced = edited(origin.files, {"deprecate": {"order#email": "2026-05-02"}})
    commit = origin.land(announced, date(2026, 4, 1))  # the pull request had waited for two months
    path = f"clock/{commit}.json" if place == "clock" else f"receipts/{commit[:2]}/{commit}.json"
    value = {"run": "https://example.com/1", "pull_request": "", **receipt}
    ledger = {"ledger.json": '{"version": 1}', path: json.dumps(value)}
    origin.point("refs/reg/ledger", origin.commit(ledger, on=date(2026, 4, 1)))
    origin.propose(edited(origin.files, WITHOUT_EMAIL), date(2026, 5, 3))
    answer = origin.check(date(2026, 5, 3))
    assert answer.code == 1, answer
    assert "removed-before-sunset" in answer.rules


ODD_DATES = [
    "18446744073709551616 +0000",
    "99999999999999999999999999999999 +0000",
    "never +0000",
    "-1 +0000",
    "1769947200 +9999",
    "1769947200 -0000",
    "253402300800 +0000",
    "",
]


@pytest.mark.parametrize(
    ("where", "stamp"),
    [(where, stamp) for where in ("landed", "proposed") for stamp in ODD_DATES],
)
def test_an_impossible_date_of_a_commit_is_named_and_shortens_nothing(
    origin: Origin, stamp: str, where: str
) -> None:
    announced = edited(origin.files, {"deprecate": {"order#email": "2026-05-02"}})
    if where == "landed":
        origin.land(announced, stamp)
        today = TODAY
    else:
        origin.land(announced, TODAY)
        today = date(2026, 5, 1)
    files = edited(origin.files, WITHOUT_EMAIL)
    origin.propose(files, stamp if where == "proposed" else today)
    answer = origin.check(today)
    assert answer.code in (1, 2, 3), answer
    assert "a bug of" not in answer.err


@pytest.mark.parametrize(
    "entry",
    [
        "..",
        ".",
        ".git",
        "a\\b",
        "1.1.0.json ",
        "1.1.0.json\n",
        "1.1.0.JSON",
        "CON",
        "1.1.0.json\ufeff",
    ],
)
def test_an_odd_name_in_a_folder_of_versions_is_a_mistake(origin: Origin, entry: str) -> None:
    files = {**origin.files, f"{PRODUCT}/schemas/order/{entry}": "{}"}
    origin.propose(files, TODAY)
    answer = origin.check(TODAY)
    assert answer.code in (2, 3), answer


def raw(origin: Origin, entries: list[tuple[int, bytes, str]]) -> str:
    """The id of a tree with just these entries, in just this order."""
    data = b"".join(b"%o %s\0" % (mode, name) + bytes.fromhex(id_) for mode, name, id_ in entries)
    return str(origin.store.odb.write(2, data))


def above(origin: Origin, files: dict[str, Any], folder: str, tree: str) -> str:
    """A commit of files in which a folder is that tree."""
    steps = folder.split("/")
    for depth in range(len(steps) - 1, -1, -1):
        parent = "/".join(steps[:depth])
        inside = {
            path[len(parent) + 1 if parent else 0 :]: content
            for path, content in files.items()
            if not parent or path.startswith(f"{parent}/")
        }
        below = {
            path: content
            for path, content in inside.items()
            if not path.startswith(f"{steps[depth]}/")
        }
        whole = origin.store[origin.tree(below)]
        assert isinstance(whole, pygit2.Tree)
        entries = [(int(each.filemode), str(each.name).encode(), str(each.id)) for each in whole]
        entries.append((0o40000, steps[depth].encode(), tree))
        entries.sort(key=lambda each: each[1] + (b"/" if each[0] == 0o40000 else b""))
        tree = raw(origin, entries)
    text = f"tree {tree}\nparent {origin.tip}\nauthor A <a@b> 1769947200 +0000\ncommitter A <a@b> 1769947200 +0000\n\nChange\n"
    return str(origin.store.odb.write(1, text.encode()))


@pytest.mark.parametrize("kind", ["twice", "unsorted", "empty name", "slash"])
def test_a_tree_that_git_would_not_write_is_not_judged_by_half(origin: Origin, kind: str) -> None:
    files = edited(origin.files, WITHOUT_EMAIL)
    blob = {
        name: str(origin.store.create_blob(files[f"{PRODUCT}/schemas/order/{name}"].encode()))  # type: ignore[union-attr]
        for name in ("1.0.0.json", "1.1.0.json")
    }
    entries = [(FILE, name.encode(), id_) for name, id_ in blob.items()]
    if kind == "twice":
        entries.insert(1, (FILE, b"1.0.0.json", blob["1.1.0.json"]))
    elif kind == "unsorted":
        entries.reverse()
    elif kind == "empty name":
        entries.insert(0, (FILE, b"", blob["1.1.0.json"]))
    else:
        entries.append((FILE, b"1.2.0.json/x", blob["1.1.0.json"]))
    head = above(origin, dict(files), f"{PRODUCT}/schemas/order", raw(origin, entries))
    origin.point("refs/heads/change", head)
    answer = origin.check(TODAY)
    assert answer.code in (1, 2, 3), answer


def test_a_landed_version_does_not_become_a_program(origin: Origin) -> None:
    text = origin.files[V1]
    assert isinstance(text, str)
    origin.propose({**origin.files, V1: Odd(0o100755, text)}, TODAY)
    answer = origin.check(TODAY)
    assert answer.code in (1, 2), answer


@pytest.mark.parametrize("what", ["graft", "replace"])
def test_what_git_is_made_to_see_instead_of_a_commit_changes_no_verdict(
    origin: Origin, what: str
) -> None:
    announced = edited(origin.files, {"deprecate": {"order#email": "2026-05-02"}})
    early = origin.commit(announced, on=date(2025, 1, 1))
    real = origin.land(announced, TODAY)
    origin.propose(edited(origin.files, WITHOUT_EMAIL), date(2026, 5, 1))
    if what == "graft":
        (origin.path / "info").mkdir(exist_ok=True)
        (origin.path / "info" / "grafts").write_text(f"{origin.tip} {early}\n")
    else:
        origin.point(f"refs/replace/{real}", early)
    answer = origin.check(date(2026, 5, 1))
    assert answer.code in (1, 3), answer

"""The registry as Git holds it, on real repositories."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from schemareg.adapters.git.cat_file import CommandStore
from schemareg.adapters.git.repository import Repository, open_repository
from schemareg.model import Entry, Kind
from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Repo

    from schemareg.model import Files

ORDERS = {
    "registry.yaml": "version: 1\n",
    "products/orders/product.yaml": "title: Orders\n",
    "products/orders/schemas/order/1.0.0.json": "{}\n",
    "products/payments/product.yaml": "title: Payments\n",
}


@pytest.fixture(autouse=True)
def _no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests may run inside a job of GitHub Actions; the code under test must not see that."""
    for name in ("GITHUB_REF", "GITHUB_SHA"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["libgit2", "git"])
def opened(request: pytest.FixtureRequest, repo: Repo) -> Iterator[Repository]:
    """The repository through each of the two ways in, which must answer alike."""
    if request.param == "git":
        repo.git("config", "core.repositoryformatversion", "1")
        repo.git("config", "extensions.partialClone", "origin")
    with open_repository(repo.path) as repository:
        yield repository


def everything(files: Files, folder: str = "") -> dict[str, tuple[Kind, bytes]]:
    """All paths with what they are and, for files, what they hold."""
    found: dict[str, tuple[Kind, bytes]] = {}
    for name, entry in files.folder(folder).items():
        path = f"{folder}/{name}" if folder else name
        assert files.entry(path) == entry
        if entry.kind is Kind.FOLDER:
            found |= everything(files, path)
        else:
            content = files.read(path) if entry.kind is Kind.FILE else b""
            found[path] = (entry.kind, content)
            assert entry.kind is not Kind.FILE or files.size(path) == len(content)
    return found


def as_files(texts: dict[str, str]) -> dict[str, tuple[Kind, bytes]]:
    return {path: (Kind.FILE, text.encode()) for path, text in sorted(texts.items())}


def blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def test_the_files_of_a_revision_are_those_that_were_committed(
    repo: Repo, opened: Repository
) -> None:
    first = repo.commit(ORDERS, "Orders")
    repo.commit({"products/orders/schemas/order/1.0.0.json": None}, "Drop")
    files = opened.files_at("HEAD^")
    assert everything(files) == as_files(ORDERS)
    assert (files.commit, files.label) == (first, f"HEAD^ ({first[:7]})")
    assert opened.files_at(first[:10]).label == first[:7]
    assert list(files.folder("products")) == ["orders", "payments"]


def test_what_is_not_there_is_none_empty_or_a_key_error(repo: Repo, opened: Repository) -> None:
    repo.commit(ORDERS)
    files = opened.files_at("main")
    assert files.entry("products/nothing") is None
    assert files.entry("registry.yaml/x") is None
    assert dict(files.folder("registry.yaml")) == {}
    assert dict(files.folder("nowhere")) == {}
    for path in ("products", "nowhere", "registry.yaml/x"):
        with pytest.raises(KeyError):
            files.read(path)
        with pytest.raises(KeyError):
            files.size(path)


def test_a_bare_repository_is_read_like_any_other_and_its_head_is_the_default(
    repo: Repo, tmp_path: Path
) -> None:
    tip = repo.commit(ORDERS)
    repo.git("clone", "--quiet", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    with open_repository(tmp_path / "bare.git") as repository:
        assert repository.top is None
        files = repository.working_files()
        assert everything(files) == as_files(ORDERS)
        assert files.commit == tip


def test_odd_names_links_and_submodules_are_told_apart(repo: Repo, opened: Repository) -> None:
    repo.commit(ORDERS)
    odd = os.fsdecode(b"products/caf\xe9 \n\xc3\xbc.json")
    repo.write({odd: "1"})
    (repo.path / "products/link").symlink_to("/etc/passwd")
    repo.git("add", "--all")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},products/module")
    repo.git("commit", "--quiet", "-m", "odd")
    (repo.path / "products/module").mkdir()
    expected = {
        name: entry.kind for name, entry in opened.files_at("HEAD").folder("products").items()
    }
    assert expected == {
        "orders": Kind.FOLDER,
        "payments": Kind.FOLDER,
        odd.removeprefix("products/"): Kind.FILE,
        "link": Kind.LINK,
        "module": Kind.SUBMODULE,
    }
    assert everything(opened.working_files()) == everything(opened.files_at("HEAD"))


def test_a_name_that_stands_inside_an_object_id_is_not_found() -> None:
    from schemareg.adapters.git.trees import Tree

    id_ = b"abcd a\0" + b"e" * 13
    tree = Tree(b"100644 b\0" + id_ + b"100644 c a\0" + id_, 20)
    assert tree.get("a") is None
    assert tree.get("c a") == Entry(Kind.FILE, id_.hex())
    assert Tree(b"100644 b\0" + id_ + b"40000 a\0" + id_, 20).get("a") == Entry(
        Kind.FOLDER, id_.hex()
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {}),
        ({"write": {"products/orders/product.yaml": "title: Mine\n"}}, None),
        ({"write": {"products/new/product.yaml": "title: New\n"}}, None),
        ({"write": {"products/orders/product.yaml": None}}, None),
        ({"write": {"products/payments/product.yaml": None}}, None),
        ({"write": {"products/new/product.yaml": "title: New\n"}, "git": ["add", "--all"]}, None),
        ({"write": {"products/new/product.yaml": "1"}, "git": ["add", "-N", "products/new"]}, None),
        ({"git": ["rm", "--quiet", "--cached", "registry.yaml"]}, {}),
        ({"git": ["rm", "--quiet", "-r", "products/orders"]}, None),
        ({"git": ["update-index", "--chmod=+x", "registry.yaml"]}, {}),
    ],
    ids=[
        "nothing",
        "edited",
        "untracked",
        "deleted",
        "a whole folder deleted",
        "staged",
        "intent to add",
        "out of the index, still on the disk",
        "removed from both",
        "mode only",
    ],
)
def test_the_working_tree_is_what_is_on_the_disk(
    repo: Repo, opened: Repository, change: dict[str, list[str]], expected: object
) -> None:
    repo.commit(ORDERS)
    repo.write(change.get("write", {}))  # type: ignore[arg-type]
    if "git" in change:
        repo.git(*change["git"])
    files = opened.working_files()
    on_disk = {
        path.relative_to(repo.path).as_posix(): (Kind.FILE, path.read_bytes())
        for path in sorted(repo.path.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }
    assert everything(files) == on_disk
    same = files.entry("products") == opened.files_at("HEAD").entry("products")
    assert same is (expected == {})
    payments = on_disk.get("products/payments/product.yaml")
    if payments is not None:
        assert files.entry("products/payments") == opened.files_at("HEAD").entry(
            "products/payments"
        )


def test_an_untracked_file_has_the_id_that_git_would_give_it(
    repo: Repo, opened: Repository
) -> None:
    repo.commit(ORDERS)
    repo.write({"products/new/product.yaml": "title: Neu\n"})
    entry = opened.working_files().entry("products/new/product.yaml")
    assert entry == Entry(Kind.FILE, blob_id(b"title: Neu\n"))


def test_what_git_ignores_is_not_there(repo: Repo, opened: Repository) -> None:
    repo.commit(ORDERS | {".gitignore": "*.swp\n"})
    repo.write({"products/orders/.product.yaml.swp": "x"})
    assert opened.working_files().entry("products") == opened.files_at("HEAD").entry("products")


def test_a_file_that_a_sparse_checkout_leaves_out_is_read_from_git(
    repo: Repo, opened: Repository
) -> None:
    repo.commit(ORDERS)
    repo.git("update-index", "--skip-worktree", "products/payments/product.yaml")
    repo.write({"products/payments/product.yaml": None, "products/new/product.yaml": "title: N\n"})
    assert opened.working_files().read("products/payments/product.yaml") == b"title: Payments\n"


def test_staged_content_counts_where_the_disk_agrees_with_the_index(
    repo: Repo, opened: Repository
) -> None:
    repo.commit(ORDERS)
    repo.write({"registry.yaml": "version: 1 # staged\n"})
    repo.git("add", "registry.yaml")
    files = opened.working_files()
    assert files.read("registry.yaml") == b"version: 1 # staged\n"
    assert files.size("registry.yaml") == len(b"version: 1 # staged\n")
    assert files.entry("registry.yaml") == Entry(Kind.FILE, blob_id(b"version: 1 # staged\n"))


def test_links_repositories_and_pipes_on_the_disk_are_never_followed_or_read(
    repo: Repo, opened: Repository, tmp_path: Path
) -> None:
    repo.commit(ORDERS)
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "product.yaml").write_text("title: Secret\n")
    (repo.path / "products/leak").symlink_to(secret)
    repo.git("init", "--quiet", str(repo.path / "products/inner"))
    repo.write({"products/orders/product.yaml": None, "products/inner/product.yaml": "x"})
    os.mkfifo(repo.path / "products/orders/product.yaml")
    files = opened.working_files()
    found = {path: kind for path, (kind, _) in everything(files, "products").items()}
    assert found == {
        "products/leak": Kind.LINK,
        "products/inner": Kind.SUBMODULE,
        "products/orders/schemas/order/1.0.0.json": Kind.FILE,
        "products/payments/product.yaml": Kind.FILE,
    }
    with pytest.raises(KeyError):
        files.read("products/leak/product.yaml")


def test_a_folder_may_become_a_file_and_a_file_a_folder(repo: Repo, opened: Repository) -> None:
    repo.commit(ORDERS)
    shutil.rmtree(repo.path / "products/orders")
    repo.write({"products/orders": "a file", "products/payments/product.yaml": None})
    repo.write({"products/payments/product.yaml/deep": "a folder"})
    assert everything(opened.working_files(), "products") == {
        "products/orders": (Kind.FILE, b"a file"),
        "products/payments/product.yaml/deep": (Kind.FILE, b"a folder"),
    }


def test_an_unfinished_merge_is_an_error_that_names_the_file(
    repo: Repo, opened: Repository
) -> None:
    repo.commit(ORDERS)
    repo.branch("other")
    repo.commit({"registry.yaml": "version: 1 # other\n"})
    repo.checkout("main")
    repo.commit({"registry.yaml": "version: 1 # main\n"})
    repo.git("merge", "other", fails=True)
    with pytest.raises(RegistryError, match=r"registry\.yaml: the merge is not finished") as caught:
        opened.working_files().folder("products")
    assert caught.value.exit_code == 2
    assert "git add" in caught.value.remedy


def test_before_the_first_commit_everything_is_new(repo: Repo, opened: Repository) -> None:
    repo.write(ORDERS)
    head = opened.working_files()
    base = opened.default_base("main", head)
    assert everything(head) == as_files(ORDERS)
    assert (everything(base), base.commit, base.label) == ({}, "", "nothing")


# Which base


def test_the_base_of_a_branch_is_the_merge_base_whatever_landed_meanwhile(
    repo: Repo, opened: Repository
) -> None:
    start = repo.commit(ORDERS, "Start")
    repo.branch("change")
    repo.commit({"products/new/product.yaml": "title: New\n"})
    repo.checkout("main")
    repo.commit({"products/meanwhile/product.yaml": "title: Meanwhile\n"})
    repo.checkout("change")
    base = opened.default_base("main")
    assert (base.commit, base.label) == (start, f"main ({start[:7]})")


def test_the_protected_branch_is_the_remote_one_where_there_is_one(
    repo: Repo, tmp_path: Path
) -> None:
    start = repo.commit(ORDERS, "Start")
    repo.git("clone", "--quiet", str(repo.path), str(tmp_path / "clone"))
    with open_repository(tmp_path / "clone") as repository:
        assert repository.default_base("main").label == "nothing"
        repo.path = tmp_path / "clone"
        repo.commit({"registry.yaml": "version: 1 # unpushed\n"})
    with open_repository(tmp_path / "clone") as repository:
        base = repository.default_base("main")
        assert (base.commit, base.label) == (start, f"origin/main ({start[:7]})")


def test_on_the_protected_branch_an_edit_is_compared_with_the_tip_and_no_edit_with_its_parent(
    repo: Repo, opened: Repository
) -> None:
    first = repo.commit(ORDERS, "Start")
    second = repo.commit({"registry.yaml": "version: 1 # two\n"})
    assert opened.default_base("main").commit == first
    repo.write({"registry.yaml": "version: 1 # edited\n"})
    assert opened.default_base("main").commit == second
    assert opened.default_base("main", opened.files_at("main")).commit == first


def test_the_base_of_a_merge_on_the_protected_branch_is_its_first_parent(
    repo: Repo, opened: Repository
) -> None:
    repo.commit(ORDERS, "Start")
    repo.branch("change")
    repo.commit({"products/new/product.yaml": "title: New\n"})
    repo.checkout("main")
    tip = repo.commit({"products/meanwhile/product.yaml": "title: Meanwhile\n"})
    repo.merge("change")
    assert opened.default_base("main").commit == tip


def _pull_request(repo: Repo) -> tuple[str, str]:
    """A pull request's merge commit, checked out as a forge's job does; the tip of main, and it."""
    repo.commit(ORDERS, "Start")
    repo.branch("change")
    repo.commit({"products/new/product.yaml": "title: New\n"})
    repo.checkout("main")
    tip = repo.commit({"products/meanwhile/product.yaml": "title: Meanwhile\n"})
    repo.git("checkout", "--quiet", "--detach")
    merge = repo.merge("change")
    repo.git("branch", "--quiet", "-D", "change")
    return tip, merge


def test_the_base_of_a_pull_requests_merge_commit_is_its_first_parent(
    repo: Repo, opened: Repository
) -> None:
    tip, merge = _pull_request(repo)
    assert opened.default_base("main").commit == tip
    repo.git("update-ref", "refs/remotes/pull/7/merge", merge)
    repo.git("branch", "--quiet", "-D", "main")
    base = opened.default_base("main")
    assert (base.commit, base.label) == (tip, f"the commit before {merge[:7]} ({tip[:7]})")


def test_the_job_says_that_a_commit_is_a_pull_requests(
    repo: Repo, opened: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip, merge = _pull_request(repo)
    repo.git("branch", "--quiet", "-D", "main")
    repo.git("branch", "--quiet", "release", f"{tip}^")
    monkeypatch.setenv("GITHUB_REF", "refs/pull/7/merge")
    monkeypatch.setenv("GITHUB_SHA", merge)
    assert opened.default_base("release").commit == tip


def test_a_branch_that_took_in_main_is_still_judged_whole(repo: Repo, opened: Repository) -> None:
    repo.commit(ORDERS, "Start")
    repo.branch("change")
    repo.commit({"products/new/product.yaml": "title: New\n"})
    repo.checkout("main")
    tip = repo.commit({"products/meanwhile/product.yaml": "title: Meanwhile\n"})
    repo.checkout("change")
    repo.merge("main")
    repo.git("checkout", "--quiet", "--detach")
    assert opened.default_base("main").commit == tip


def test_without_a_protected_branch_there_is_no_base(repo: Repo, opened: Repository) -> None:
    repo.commit(ORDERS)
    repo.git("branch", "--quiet", "-m", "trunk")
    with pytest.raises(Undecidable, match="no branch `main`") as caught:
        opened.default_base("main")
    assert "`protected-branch: trunk` in registry.yaml" in caught.value.remedy


def test_histories_that_share_nothing_have_no_base(repo: Repo, opened: Repository) -> None:
    repo.commit(ORDERS)
    repo.git("checkout", "--quiet", "--orphan", "island")
    repo.commit({"registry.yaml": "version: 1 # island\n"})
    with pytest.raises(Undecidable, match="the history shares no commit with `main`"):
        opened.default_base("main")


# What cannot be opened, found or read


@pytest.mark.parametrize(
    ("revision", "what", "remedy"),
    [
        ("chnage", "no commit 'chnage'", "Perhaps `change`"),
        ("main:products", "no commit 'main:products'", "Perhaps `main`"),
        ("main..change", "there is no commit", "Perhaps"),
        ("", "no commit ''", "`change`, `main` or `v1`"),
        ("--all", "no commit '--all'", "`change`"),
        ("HEAD~99", "no commit 'HEAD~99'", "git fetch"),
        ("main\nHEAD", "no commit 'main\\\\nHEAD'", "Perhaps"),
    ],
)
def test_a_revision_that_is_not_there_names_its_neighbours(
    repo: Repo, opened: Repository, revision: str, what: str, remedy: str
) -> None:
    repo.commit(ORDERS)
    repo.git("branch", "change")
    repo.git("tag", "v1")
    with pytest.raises(RegistryError, match=what) as caught:
        opened.files_at(revision)
    assert caught.value.exit_code == 2
    assert remedy in caught.value.remedy


def test_a_prefix_of_several_ids_is_ambiguous(repo: Repo, opened: Repository) -> None:
    tree = repo.git("rev-parse", f"{repo.commit(ORDERS)}^{{tree}}")
    seen: dict[str, bytes] = {}
    for number in range(10_000):
        person = f"Ada <ada@example.com> {number} +0000"
        content = f"tree {tree}\nauthor {person}\ncommitter {person}\n\nTwin\n".encode()
        whole = b"commit %d\0" % len(content) + content
        prefix = hashlib.sha1(whole, usedforsecurity=False).hexdigest()[:4]
        if prefix in seen:
            break
        seen[prefix] = content
    for index, twin in enumerate((seen[prefix], content)):
        (repo.path / f"{index}").write_bytes(twin)
        repo.git("hash-object", "-t", "commit", "-w", f"{index}")
    with pytest.raises(RegistryError, match="means more than one object") as caught:
        opened.resolve(prefix)
    assert caught.value.exit_code == 2


def test_a_folder_without_git_is_an_error_that_names_the_mend(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="not in a Git repository") as caught:
        open_repository(tmp_path)
    assert (caught.value.exit_code, "git init" in caught.value.remedy) == (2, True)
    with pytest.raises(RegistryError, match="the folder does not exist"):
        open_repository(tmp_path / "nowhere")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away"
)
@pytest.mark.parametrize("sha256", [False, True])
def test_somebody_elses_repository_is_refused_with_the_command_that_trusts_it(
    tmp_path: Path, sha256: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SUDO_UID", raising=False)
    theirs = tmp_path / "theirs"
    options = ["--object-format=sha256"] if sha256 else []
    subprocess.run(["git", "init", "--quiet", *options, str(theirs)], check=True)
    for folder, _, files in os.walk(theirs):
        for name in (".", *files):
            os.chown(Path(folder) / name, 12345, 12345)
    with pytest.raises(Undecidable, match="belongs to another user") as caught:
        open_repository(theirs)
    assert f"git config --global --add safe.directory {theirs}" in caught.value.remedy


def test_a_shallow_clone_says_which_fetch_mends_it(repo: Repo, tmp_path: Path) -> None:
    repo.commit(ORDERS, "Start")
    repo.branch("change")
    repo.commit({"products/new/product.yaml": "title: New\n"})
    repo.checkout("main")
    repo.commit({"registry.yaml": "version: 1 # two\n"})
    source = f"file://{repo.path}"
    shallow = tmp_path / "shallow"
    options = ["--depth=1", "--no-single-branch", "--branch=change"]
    repo.git("clone", "--quiet", *options, source, str(shallow))
    with open_repository(shallow) as repository:
        with pytest.raises(Undecidable, match="this clone is shallow") as caught:
            repository.default_base("main")
        assert "git fetch --unshallow" in caught.value.remedy
        with pytest.raises(Undecidable, match="this clone is shallow"):
            repository.resolve("HEAD~1")
        with pytest.raises(RegistryError) as missing:
            repository.resolve("nonsense")
        assert missing.value.exit_code == 2


def test_a_pull_request_cloned_to_depth_one_asks_for_one_commit_more(
    repo: Repo, tmp_path: Path
) -> None:
    _tip, merge = _pull_request(repo)
    repo.git("update-ref", "refs/pull/7/merge", merge)
    job = tmp_path / "job"
    repo.git("init", "--quiet", str(job))
    fetch = ["-C", str(job), "fetch", "--quiet", f"file://{repo.path}"]
    repo.git(*fetch, "--depth=1", "refs/pull/7/merge:refs/remotes/pull/7/merge")
    repo.git("-C", str(job), "checkout", "--quiet", "refs/remotes/pull/7/merge")
    with open_repository(job) as repository:
        with pytest.raises(Undecidable, match="first parent, the base, was not cloned") as caught:
            repository.default_base("main")
        assert "git fetch --deepen=1" in caught.value.remedy


def test_a_sha_256_repository_is_read_through_git(make_repo: Callable[..., Repo]) -> None:
    repo = make_repo("sha256", "--object-format=sha256")
    first = repo.commit(ORDERS, "Start")
    repo.branch("change")
    repo.commit({"products/new/product.yaml": "title: New\n"})
    repo.write({"products/orders/product.yaml": "title: Edited\n"})
    assert len(first) == 64
    with open_repository(repo.path) as repository:
        head = repository.working_files()
        base = repository.default_base("main", head)
        assert base.commit == first
        assert everything(base) == as_files(ORDERS)
        edited = {
            "products/new/product.yaml": "title: New\n",
            "products/orders/product.yaml": "title: Edited\n",
        }
        assert everything(head) == as_files(ORDERS | edited)
        assert head.differing(base, "products") == ("new", "orders")


def test_a_repository_that_nothing_opens_says_so(repo: Repo) -> None:
    repo.git("config", "core.repositoryformatversion", "1")
    repo.git("config", "extensions.fromTheFuture", "yes")
    with pytest.raises(Undecidable, match="neither libgit2 nor this git") as caught:
        open_repository(repo.path)
    assert "Upgrade git" in caught.value.remedy


def test_a_partial_clone_fetches_what_it_left_behind(repo: Repo, tmp_path: Path) -> None:
    repo.commit(ORDERS, "Start")
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    for kind in ("blob:none", "tree:0"):
        partial = tmp_path / kind.replace(":", "")
        clone = ["clone", "--quiet", f"--filter={kind}", "--bare", f"file://{repo.path}"]
        repo.git(*clone, str(partial))
        with open_repository(partial) as repository:
            files = repository.files_at("main")
            files.prefetch(ORDERS)
            assert everything(files) == as_files(ORDERS)


def test_a_partial_clone_whose_remote_is_gone_says_so(repo: Repo, tmp_path: Path) -> None:
    repo.commit(ORDERS, "Start")
    repo.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    repo.git(
        "clone", "--quiet", "--filter=blob:none", "--bare", f"file://{repo.path}", str(partial)
    )
    shutil.move(repo.path, tmp_path / "gone")
    with open_repository(partial) as repository:
        with pytest.raises(Undecidable, match="and cannot be fetched") as caught:
            repository.files_at("main").read("registry.yaml")
        assert caught.value.where == "registry.yaml"


@pytest.mark.parametrize("way", ["libgit2", "git"])
def test_a_damaged_object_is_named(repo: Repo, way: str) -> None:
    repo.commit(ORDERS, "Start")
    if way == "git":
        repo.git("config", "core.repositoryformatversion", "1")
        repo.git("config", "extensions.partialClone", "origin")
    id_ = blob_id(b"version: 1\n")
    path = repo.path / ".git/objects" / id_[:2] / id_[2:]
    path.chmod(0o644)
    path.write_bytes(b"rubbish")
    with (
        open_repository(repo.path) as repository,
        pytest.raises(Undecidable, match=f"cannot read object {id_[:12]}") as caught,
    ):
        repository.files_at("main").read("registry.yaml")
    assert "git fsck" in caught.value.remedy


def test_the_environment_of_a_hook_does_not_change_which_repository_is_meant(
    repo: Repo, opened: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit(ORDERS)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere/index"))
    repo.write({"products/new/product.yaml": "title: New\n"})
    assert "new" in opened.working_files().folder("products")
    assert repo.path.samefile(CommandStore(repo.path).work_tree or tmp_path)


def test_reading_a_working_tree_writes_nothing(repo: Repo, opened: Repository) -> None:
    repo.commit(ORDERS)
    (repo.path / "registry.yaml").touch()
    before = (repo.path / ".git/index").stat().st_mtime_ns
    assert everything(opened.working_files()) == as_files(ORDERS)
    assert (repo.path / ".git/index").stat().st_mtime_ns == before


def test_a_linked_worktree_is_a_repository_of_its_own_branch(repo: Repo, tmp_path: Path) -> None:
    start = repo.commit(ORDERS)
    repo.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    (tmp_path / "side/products/orders/product.yaml").write_text("title: Side\n")
    with open_repository(tmp_path / "side/products") as repository:
        head = repository.working_files()
        assert head.read("products/orders/product.yaml") == b"title: Side\n"
        assert (repository.branch, repository.default_base("main", head).commit) == ("side", start)

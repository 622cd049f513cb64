"""Set up registries, products and schemas; write drafts."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError
from schemareg.operations import edits, registry
from schemareg.operations.edits import WRITE, EditOptions, Edits, Progress, Step, ignore

if TYPE_CHECKING:
    from datetime import date

    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Policy

_MAX_BRANCH_LENGTH = 200
"""Characters of a branch's name, in registry.yaml."""
_MAX_SAMPLE_BYTES = 64 * 1024 * 1024
"""Read in seconds, in less than a gigabyte of memory."""


class InitResult(NamedTuple):
    """The files of a registry."""

    home: Path
    new: bool
    """Whether there was no registry before."""
    workflows: bool
    """Whether the workflows were asked for, or the repository is on GitHub."""
    kept: tuple[str, ...]
    """Paths of workflows that existed and were not changed."""
    missing_secrets: tuple[tuple[str, str], ...]
    """Path of a workflow, and a line for its `env` that a channel needs and it does not have."""
    steps: tuple[Step, ...]


def init(root: Path, *, github: bool | None = None, progress: Progress = ignore) -> InitResult:
    """Make a registry of a folder or a Git repository; existing files stay as they are.

    Where there is no repository, one is begun. `github` says whether to write the workflows for
    GitHub Actions; by default they are written where the repository is on GitHub. Raises
    RegistryError where nothing is left to write.
    """
    from schemareg.authoring import scaffold

    home = _begin(root)
    new = not _exists(home, "registry.yaml")
    wanted = github or (github is None and _at_github(home))
    basis = scaffold.registry(_branch(home) if new else "main")
    files = dict(basis) if new else {}
    if wanted:
        files |= _workflows(home, new)
    missing = {path: text for path, text in files.items() if not _exists(home, path)}
    # Where there is nothing to do, and nobody asked for the workflows, this raises.
    steps = edits.create(home, missing if missing or github else basis)
    for step in steps:
        progress(step)
    kept = tuple(path for path in files if path not in missing)
    secrets = tuple(_missing_secrets(home, files)) if wanted else ()
    return InitResult(home, new, bool(wanted), kept, secrets, steps)


def new_product(
    root: Path,
    name: str,
    team: str,
    *,
    contact: str = "",
    title: str = "",
    domain: str = "",
    options: EditOptions = WRITE,
    progress: Progress = ignore,
) -> tuple[Step, ...]:
    """Add a data product: its folder with a product.yaml to complete."""
    from schemareg.authoring import scaffold

    files = scaffold.product(name, team=team, contact=contact, title=title, domain=domain)
    home = registry.home(root)
    with registry.current(root) as snapshot:
        scaffold.refuse_known(snapshot, name)
        branch = registry.branch_of(root, snapshot)
    message = edits.message(f"Add the product {name}")
    edit = Edits(home, files, message, branch, f"new/{name}", frozenset(files))
    return edits.apply(edit, options, progress)


def new_schema(
    root: Path,
    target: str,
    *,
    sample: Path | None = None,
    description: str = "",
    version: str = "1.0.0",
    form: str = "json-schema",
    options: EditOptions = WRITE,
    progress: Progress = ignore,
) -> tuple[Step, ...]:
    """Add a schema to a product: its first version, and its entry in product.yaml.

    `sample` is a file of records, JSON, JSON lines or CSV, from which the schema is inferred; or
    an Avro file, which contains its schema. `form` is the name of the schema's format.
    """
    from schemareg.authoring import scaffold

    held = schema_of_sample(sample) if sample else None
    records = read_sample(sample) if sample and held is None else None
    language, text = held or (form, "")
    home = registry.home(root)
    with registry.current(root) as snapshot:
        added = scaffold.add_schema(
            snapshot, target, version, records, description, form=language, text=text
        )
        branch = registry.branch_of(root, snapshot)
    files = {**added.created, added.declaration: added.declared}
    message = edits.message(f"Add the schema {target} {version}", description)
    proposal = f"new/{target.partition('/')[2]}"
    edit = Edits(home, files, message, branch, proposal, frozenset(added.created))
    return edits.apply(edit, options, progress)


class DraftResult(NamedTuple):
    """A draft: a version that has not landed."""

    schema: str
    """`orders/order_placed`."""
    steps: tuple[Step, ...]


def draft(
    root: Path, target: str, *, options: EditOptions = WRITE, progress: Progress = ignore
) -> DraftResult:
    """Copy a schema's latest version to the next minor version, or to the one that is named."""
    from schemareg.authoring import drafts, scaffold

    home = registry.home(root)
    with registry.drafting(root) as (base, head):
        latest, path = drafts.next_draft(base, head, scaffold.target_of(target))
        text = head.document(latest.path).text
        branch = registry.branch_of(root, head)
    name = f"{latest.product}/{latest.schema}"
    message = edits.message(f"Draft {name} {Path(path).stem}")
    proposal = edits.branch_for("draft", f"{latest.schema}-{path.rpartition('/')[2]}")
    edit = Edits(home, {path: text}, message, branch, proposal, frozenset((path,)))
    return DraftResult(name, edits.apply(edit, options, progress))


class BumpResult(NamedTuple):
    """The path of a draft, before and after; equal where its version is right."""

    old: str
    new: str


def bump(
    root: Path, target: str, *, base: str | None = None, today: "date | None" = None
) -> BumpResult:
    """Rename a draft to the version that its changes require."""
    from schemareg.adapters import clock
    from schemareg.authoring import drafts, scaffold

    home = registry.home(root)
    with registry.drafting(root, base) as (before, after):
        old, new = drafts.bump(before, after, scaffold.target_of(target), today or clock.today())
    if old != new:
        edits.rename(home, old, new)
    return BumpResult(old, new)


def read_sample(path: Path) -> "tuple[JsonValue, ...]":
    """The records of a sample file. Raises RegistryError where it cannot be read."""
    from schemareg.authoring import samples

    return samples.read(_sample(path), path.as_posix())


def schema_of_sample(path: Path) -> tuple[str, str] | None:
    """The format and the text of the schema that a file of records contains (`.avro`).

    None for other files. Raises RegistryError where it cannot be read.
    """
    from schemareg.formats import catalogue

    language = catalogue.format_of_data(path.name)
    if language is None:
        return None
    return language.name, language.schema_in(_sample(path), path.as_posix())


def _sample(path: Path) -> bytes:
    if not path.is_file():
        raise RegistryError(
            "there is no such file",
            where=path.as_posix(),
            remedy="Name a file of records, as .json, .jsonl, .csv or .avro: --from FILE",
        )
    size = path.stat().st_size
    if size > _MAX_SAMPLE_BYTES:
        raise RegistryError(
            f"the sample has {size:,} bytes, the maximum is {_MAX_SAMPLE_BYTES:,}",
            where=path.as_posix(),
            remedy="Use its first few thousand records",
        )
    return path.read_bytes()


def _begin(folder: Path) -> Path:
    """The top of the repository of a folder; where there is none, one is begun there."""
    from schemareg.adapters.git import commits
    from schemareg.adapters.git.repository import open_repository
    from schemareg.model.errors import Undecidable

    folder.mkdir(parents=True, exist_ok=True)
    try:
        open_repository(folder).close()
    except Undecidable:
        raise
    except RegistryError:
        commits.begin(folder)
    return registry.home(folder)


def _workflows(home: Path, new: bool) -> dict[str, str]:
    from schemareg.authoring import workflows
    from schemareg.operations import install_source

    policy = _policy(home, new)
    return workflows.files(install_source.requirement(workflows.extras(policy)), policy)


def _missing_secrets(home: Path, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Lines that channels need today and that an existing workflow does not have."""
    for path, text in files.items():
        if not (home / path).is_file():
            continue
        has = (home / path).read_text("utf-8", "replace")
        for line in text.splitlines():
            if ": ${{ secrets." in line and line.strip() not in has:
                yield path, line.strip()


def _policy(home: Path, new: bool) -> "Policy":
    from schemareg.model import Policy

    if new:
        return Policy(protected_branch=_branch(home))
    with registry.current(home) as snapshot:
        return snapshot.policy


def _exists(home: Path, path: str) -> bool:
    return (home / path).exists() or (home / path).is_symlink()


def _at_github(home: Path) -> bool:
    """Whether the repository has a .github folder, or a remote at GitHub."""
    from schemareg.adapters.git import command

    if (home / ".github").is_dir():
        return True
    answer = command.run(home, "config", "--get-regexp", r"^remote\..*\.url$")
    return b"github" in answer.out.lower()


def _branch(home: Path) -> str:
    """The protected branch of a new registry: the remote's default, `main`, `master`, or the current."""
    from schemareg.adapters.git import command

    named = command.run(home, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD").out
    for usual in (b"main", b"master"):
        there = (f"refs/{place}/{usual.decode()}" for place in ("heads", "remotes/origin"))
        if not named and command.run(home, "for-each-ref", *there).out:
            named = usual
    named = named or command.run(home, "symbolic-ref", "--quiet", "HEAD").out
    branch = named.strip().removeprefix(b"refs/remotes/origin/").removeprefix(b"refs/heads/")
    try:
        return branch.decode("utf-8") if 0 < len(branch) <= _MAX_BRANCH_LENGTH else "main"
    except UnicodeDecodeError:
        return "main"

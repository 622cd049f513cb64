"""What an attacker may do to a registry, on real repositories, and what every gate says of it.

The attacker opens pull requests and pushes other branches, tags and `refs/reg/*`. What passes its
gate is merged by a forge: the first parent of the merge is the protected branch. Only an
administrator lands what a gate refused. The product is a black box: the installed command, called
in this process, and nothing else of it is imported.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pygit2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

BEGIN = date(2026, 1, 1)
PRODUCT = "products/orders"
ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "email": {"type": "string"},
        "note": {"type": "string"},
        "status": {"enum": ["placed", "shipped", "cancelled"]},
        "total": {"type": "number", "minimum": 0, "unit": "EUR"},
        "customer": {
            "type": "object",
            "properties": {"email": {"type": "string"}, "phone": {"type": "string"}},
        },
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"sku": {"type": "string"}, "note": {"type": "string"}},
            },
        },
    },
    "required": ["id", "status"],
}
FILE, PROGRAM, LINK, SUBMODULE = 0o100644, 0o100755, 0o120000, 0o160000


class Odd(NamedTuple):
    """An entry of a tree that is no plain file."""

    mode: int
    text: str


Content: TypeAlias = str | Odd


class Answer(NamedTuple):
    """What the command said."""

    code: int
    out: str
    err: str

    @property
    def rules(self) -> frozenset[str]:
        """The rules of errors and of mistakes; `undecided` too where the exit code says so."""
        found: set[str] = {"undecided"} if self.code == 3 else set()
        try:
            value = json.loads(self.out)
        except ValueError:
            return frozenset(found)
        findings = [*value.get("findings", ()), *value.get("violations", ())]
        found |= {each["rule"] for each in findings if each["severity"] == "error"}
        found |= {each["rule"] for each in value.get("mistakes", ())}
        return frozenset(found)

    @property
    def notices(self) -> frozenset[str]:
        """The rules of all findings, errors among them."""
        try:
            value = json.loads(self.out)
        except ValueError:
            return frozenset()
        return frozenset(each["rule"] for each in value.get("findings", ()))


def run(*arguments: str) -> Answer:
    """The installed command, as a job runs it that no forge describes."""
    from schemareg_cli.main import main

    out, err = io.StringIO(), io.StringIO()
    with _no_job(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return Answer(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _no_job() -> Iterator[None]:
    kept = {name: text for name, text in os.environ.items() if name.startswith(("GITHUB_", "REG_"))}
    for name in kept:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)


class Origin:
    """The repository of a registry. `files` is the tree of the protected branch."""

    def __init__(self, folder: Path, files: Mapping[str, Content], on: date = BEGIN) -> None:
        self.path = folder
        self.store = pygit2.init_repository(str(folder), bare=True, initial_head="main")
        self._known: dict[Any, str] = {}
        self.files = dict(files)
        self.tip = self.commit(self.files, on=on)
        self.point("refs/heads/main", self.tip)

    def commit(
        self,
        files: Mapping[str, Content],
        *parents: str,
        on: date | int | str,
        words: str = "Change",
    ) -> str:
        """A commit of these files; `on` is the day that it claims, or what stands for its date."""
        if isinstance(on, date):
            on = int(datetime.combine(on, time(12), UTC).timestamp())
        stamp = on if isinstance(on, str) else f"{on} +0000"
        person = f"Ada Lovelace <ada@example.com> {stamp}"
        lines = [f"tree {self.tree(files)}", *(f"parent {each}" for each in parents)]
        text = "\n".join([*lines, f"author {person}", f"committer {person}", "", words, ""])
        return str(self.store.odb.write(pygit2.enums.ObjectType.COMMIT, text.encode()))

    def tree(self, files: Mapping[str, Content]) -> str:
        """The id of the tree with these files."""
        folders: dict[str, dict[str, Content]] = {}
        entries: list[tuple[str, int, str]] = []
        for path, content in files.items():
            name, inside, rest = path.partition("/")
            if inside:
                folders.setdefault(name, {})[rest] = content
                continue
            mode, text = content if isinstance(content, Odd) else (FILE, content)
            entries.append((name, mode, text if mode == SUBMODULE else self._blob(text)))
        entries += [(name, 0o40000, self.tree(below)) for name, below in folders.items()]
        entries.sort(key=lambda each: f"{each[0]}/" if each[1] == 0o40000 else each[0])
        raw = b"".join(
            f"{mode:o} {name}\0".encode("utf-8", "surrogateescape") + bytes.fromhex(id_)
            for name, mode, id_ in entries
        )
        if raw not in self._known:
            self._known[raw] = str(self.store.odb.write(pygit2.enums.ObjectType.TREE, raw))
        return self._known[raw]

    def _blob(self, text: str) -> str:
        if text not in self._known:
            self._known[text] = str(self.store.create_blob(text.encode()))
        return self._known[text]

    def point(self, reference: str, commit: str) -> None:
        """Push: what anybody may do, but to the protected branch."""
        self.store.references.create(reference, commit, force=True)

    def propose(self, files: Mapping[str, Content], on: date | int | str) -> str:
        """A branch `change` with one commit on top of the protected branch."""
        commit = self.commit(files, self.tip, on=on)
        self.point("refs/heads/change", commit)
        return commit

    def merge(self, head: str, files: Mapping[str, Content], on: date | int | str) -> str:
        """Land a branch, as a forge does: the protected branch is the first parent."""
        self.tip = self.commit(files, self.tip, head, on=on, words="Merge change")
        self.files = dict(files)
        self.point("refs/heads/main", self.tip)
        return self.tip

    def land(self, files: Mapping[str, Content], on: date | int | str) -> str:
        """Land a plain commit: a squash, or a push by an administrator."""
        self.tip = self.commit(files, self.tip, on=on)
        self.files = dict(files)
        self.point("refs/heads/main", self.tip)
        return self.tip

    def run(self, *arguments: str) -> Answer:
        """The command, started in this repository."""
        return run("-C", str(self.path), *arguments)

    def check(self, today: date, *options: str) -> Answer:
        """The gate of a pull request."""
        return self.run(
            *("check", "--head", "change", "--today", today.isoformat(), "-f", "json"), *options
        )


# --- edits, as the tables write them


def begin(
    policy: str = "", product: Mapping[str, Any] | None = None, schema: Any = None
) -> dict[str, Content]:
    """The first files: the stable product `orders`, and version 1.0.0 of its schema `order`."""
    words = {
        "title": "Orders",
        "owner": {"team": "checkout"},
        "stability": "stable",
        "schemas": {"order": {}},
    }
    return {
        "registry.yaml": f"version: 1\n{policy}\n",
        f"{PRODUCT}/product.yaml": json.dumps(words | dict(product or {})),
        f"{PRODUCT}/schemas/order/1.0.0.json": json.dumps(ORDER if schema is None else schema),
    }


def edited(files: Mapping[str, Content], edits: Mapping[str, Any]) -> dict[str, Content]:
    """The files after edits; see the head of tests/cases/attacks.yaml."""
    found = dict(files)
    for verb, given in edits.items():
        if verb in _VERBS:
            _VERBS[verb](found, given)
    return found


def _path(name: str) -> str:
    return name.removeprefix("/") if name.startswith("/") else f"{PRODUCT}/{name}"


def _text(value: Any) -> Content:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and set(value) == {"mode", "text"}:
        return Odd(int(value["mode"], 8), value["text"])
    return json.dumps(value, default=str, ensure_ascii=False)


def _put(files: dict[str, Content], given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        files[_path(name)] = _text(value)


def _delete(files: dict[str, Content], given: Sequence[str]) -> None:
    for name in given:
        for path in [each for each in files if each == _path(name) or f"{_path(name)}/" in each]:
            del files[path]


def _move(files: dict[str, Content], given: Mapping[str, str]) -> None:
    for before, after in given.items():
        old, new = _path(before), _path(after)
        for path in [each for each in files if each == old or each.startswith(f"{old}/")]:
            files[new + path[len(old) :]] = files.pop(path)


def _release(files: dict[str, Content], given: Mapping[str, Any]) -> None:
    for name, edits in given.items():
        schema, _, version = name.rpartition("/")
        folder = f"{PRODUCT}/schemas/{schema or 'order'}"
        if "is" in edits:
            value = edits["is"]
        else:
            landed = [path for path in files if path.startswith(f"{folder}/")]
            latest = edits.get("from") or max(map(_number, landed))
            if not isinstance(latest, str):
                latest = ".".join(map(str, latest))
            text = files[f"{folder}/{latest}.json"]
            assert isinstance(text, str)
            value = json.loads(text)
        for pointer, new in edits.get("set", {}).items():
            owner, key = _owner(value, pointer)
            owner[key] = copy.deepcopy(new)
        for pointer in edits.get("without", ()):
            owner, key = _owner(value, pointer)
            del owner[key]
        files[f"{folder}/{version}.json"] = json.dumps(value)


def _number(path: str) -> tuple[int, ...]:
    """The number of a release; none of a pre-release."""
    stem = path.rpartition("/")[2].removesuffix(".json")
    return tuple(map(int, stem.split("."))) if "-" not in stem else ()


def _owner(value: Any, pointer: str) -> tuple[Any, str]:
    """Where a field stands: `customer.email`, `lines[].sku`; after `:`, a keyword of it."""
    path, _, keyword = pointer.partition(":")
    *above, name = path.split(".")
    for step in above:
        value = value["properties"][step.removesuffix("[]")]
        value = value["items"] if step.endswith("[]") else value
    if path:
        value = value["properties"]
        if keyword:
            return value[name], keyword
        return value, name
    return value, keyword


def _deprecate(files: dict[str, Content], given: Mapping[str, Any]) -> None:
    for target, said in given.items():
        value: dict[str, Any] = {"target": f"orders/{target}", "reason": "It goes."}
        if isinstance(said, dict):
            value |= said
        elif said != "open":
            value["sunset"] = said
        files[_path(f"deprecations/{_slug(target)}.yaml")] = _text(value)


def _slug(target: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in target).lower()


def _undeprecate(files: dict[str, Content], given: Sequence[str]) -> None:
    for target in given:
        del files[_path(f"deprecations/{_slug(target)}.yaml")]


def _consumer(files: dict[str, Content], given: Mapping[str, Any]) -> None:
    for name, said in given.items():
        use: dict[str, Any] = {"schema": "orders/order"}
        use |= {key: said[key] for key in ("fields", "versions") if key in said}
        value: dict[str, Any] = {"team": said.get("team", name), "uses": [use]}
        if "acks" in said:
            value["acks"] = said["acks"]
        files[_path(f"consumers/{name}.yaml")] = _text(value)


def _product(files: dict[str, Content], given: Mapping[str, Any]) -> None:
    text = files[f"{PRODUCT}/product.yaml"]
    assert isinstance(text, str)
    files[f"{PRODUCT}/product.yaml"] = json.dumps(json.loads(text) | dict(given))


def _policy(files: dict[str, Content], given: str) -> None:
    files["registry.yaml"] = f"version: 1\n{given}\n"


_VERBS: dict[str, Callable[[dict[str, Content], Any], None]] = {
    "move": _move,
    "delete": _delete,
    "put": _put,
    "policy": _policy,
    "product": _product,
    "release": _release,
    "undeprecate": _undeprecate,
    "deprecate": _deprecate,
    "consumer": _consumer,
}

"""Makes a large registry with a history, the same bytes every time, through `git fast-import`.

    python tests/benchmarks/make_registry.py M /tmp/registry-M [--domains] [--checkout]

Every landing on `main` is a merge of a side branch with two commits. Two branches propose a change
to three products: `change` (three new versions without breaks) and `breaking` (three that do).
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

SIZES = {
    "XS": (40, 400, 600),
    "S": (200, 2_000, 3_000),
    "T": (1_000, 10_000, 20_000),
    "M": (2_000, 20_000, 30_000),
    "L": (10_000, 100_000, 30_000),
    "XL": (10_000, 100_000, 300_000),
}
"""Products, versions, commits."""

_START = 1_600_000_000
_NOUNS = ("order", "payment", "customer", "parcel", "invoice", "session", "ticket", "refund")
_FIELDS = ("amount", "email", "region", "channel", "note", "score", "carrier", "discount", "source")
_TYPES: tuple[dict[str, object], ...] = (
    {"type": "string", "maxLength": 200},
    {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"},
    {"type": "integer", "minimum": 0},
    {"type": ["number", "null"]},
    {"type": "string", "enum": ["new", "paid", "sent", "closed"]},
    {"type": "array", "items": {"type": "string", "minLength": 1}},
    {"type": "object", "properties": {"street": {"type": "string"}, "zip": {"type": "string"}}},
)


@dataclass
class _Schema:
    product: str
    folder: str
    name: str
    fields: list[str]
    siblings: list[_Schema] = field(repr=False)
    """All schemas of the product, itself among them."""
    version: tuple[int, int, int] = (1, 0, 0)
    words: int = 0
    released: int = 0

    @property
    def path(self) -> str:
        return f"{self.folder}/schemas/{self.name}/{'.'.join(map(str, self.version))}.json"

    def text(self, required: tuple[str, ...] = ()) -> str:
        properties: dict[str, object] = {
            "id": {"type": "string", "description": f"Identifies the {self.name}."},
            "created_at": {"type": "string", "format": "date-time"},
        }
        for index, each in enumerate(self.fields):
            properties[each] = {"description": f"The {each}.", **_TYPES[index % len(_TYPES)]}
        document = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"{self.name}, edition {self.words}",
            "type": "object",
            "properties": properties,
            "required": ["id", "created_at", *self.fields[:2], *required],
        }
        return json.dumps(document, indent=2) + "\n"

    def grow(self, draw: random.Random) -> None:
        """The next version: mostly a new optional field, sometimes words only, rarely a new line."""
        major, minor, patch = self.version
        dice = draw.random()
        if dice < 0.15:
            self.words += 1
            self.version = (major, minor, patch + 1)
        elif dice < 0.25:
            self.fields[0] += "_id"
            self.version = (major + 1, 0, 0)
        else:
            self.add_field()
            self.version = (major, minor + 1, 0)

    def add_field(self) -> None:
        count = len(self.fields)
        self.fields.append(f"{_FIELDS[count % len(_FIELDS)]}_{count}")


@dataclass
class _Stream:
    """The input of `git fast-import`."""

    pipe: IO[bytes]
    clock: int = _START
    marks: int = 0
    tips: dict[str, int] = field(default_factory=dict)

    def commit(
        self, branch: str, message: str, files: dict[str, str], *, start: int = 0, merge: int = 0
    ) -> int:
        self.marks += 1
        self.clock += 600
        person = f"Registry Bench <bench@example.com> {self.clock} +0000"
        lines = [f"commit refs/heads/{branch}\nmark :{self.marks}\ncommitter {person}\n"]
        lines.append(f"data {len(message.encode())}\n{message}\n")
        if start:
            lines.append(f"from :{start}\n")
        if merge:
            lines.append(f"merge :{merge}\n")
        for path, text in files.items():
            lines.append(f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n")
        self.pipe.write("".join(lines).encode())
        self.tips[branch] = self.marks
        return self.marks

    def land(self, message: str, first: dict[str, str], second: dict[str, str]) -> None:
        """One landing: two commits on a side branch, merged."""
        side = self.commit("side", message, first, start=self.tips["main"])
        side = self.commit("side", f"{message}: words", second)
        self.commit("main", f"Merge: {message}", {**first, **second}, merge=side)


def make(folder: Path, size: str, *, domains: bool = False, checkout: bool = False) -> None:
    """Write the registry of a size into a new Git repository; bare unless `checkout`."""
    products, versions, commits = SIZES[size]
    kind = () if checkout else ("--bare",)
    _git("init", "--quiet", "--initial-branch=main", *kind, str(folder))
    with subprocess.Popen(
        ["git", "-C", str(folder), "fast-import", "--quiet", "--force"], stdin=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        _write(_Stream(process.stdin), products, versions, commits // 3, domains=domains)
        process.stdin.close()
    if process.returncode:
        raise SystemExit(process.returncode)
    _git("-C", str(folder), "branch", "--quiet", "-D", "side")
    _git("-C", str(folder), "symbolic-ref", "HEAD", "refs/heads/change")
    if checkout:
        _git("-C", str(folder), "reset", "--quiet", "--hard")


def _write(stream: _Stream, products: int, versions: int, landings: int, *, domains: bool) -> None:
    draw = random.Random(7)
    stream.commit("main", "Start the registry", {"registry.yaml": "version: 1\n"})
    schemas = _schemas(products, draw, domains=domains)
    queue = list(schemas)
    queue += draw.choices(schemas, k=max(versions - len(queue), 0))
    step = max(len(queue) // landings, 1)
    while queue:
        share = step if len(queue) >= 2 * step else len(queue)
        batch, queue = queue[:share], queue[share:]
        first: dict[str, str] = {}
        second: dict[str, str] = {}
        for schema in batch:
            _release(schema, draw, first, second)
        stream.land(f"{batch[0].product}: {len(batch)} versions", first, second)
    while stream.marks < 3 * landings:
        schema = draw.choice(schemas)
        note = {f"{schema.folder}/README.md": f"Revised at {stream.marks}.\n"}
        stream.land(f"{schema.product}: notes", note, {"README.md": f"{stream.marks}\n"})
    long_lived = sorted(schemas, key=lambda each: (-each.version[1], each.product))
    changed = [long_lived[len(schemas) // 50 + index] for index in range(3)]
    for branch in ("change", "breaking"):
        stream.commit(branch, f"Propose a {branch}", {}, start=stream.tips["main"])
    for schema in changed:
        schema.add_field()
        schema.version = (schema.version[0], schema.version[1] + 1, 0)
        stream.commit("change", f"{schema.product}: one more field", {schema.path: schema.text()})
        broken = {schema.path: schema.text(required=(schema.fields[-1],))}
        stream.commit("breaking", f"{schema.product}: one more field", broken)


def _schemas(products: int, draw: random.Random, *, domains: bool) -> list[_Schema]:
    found: list[_Schema] = []
    for index in range(products):
        product = f"{draw.choice(_NOUNS)}s_{index:05}"
        domain = f"domain_{index % max(products // 50, 1):03}/" if domains else ""
        folder = f"products/{domain}{product}"
        siblings: list[_Schema] = []
        for name in draw.sample(_NOUNS, draw.choice((1, 2, 2, 3))):
            fields = [f"{each}_{at}" for at, each in enumerate(draw.sample(_FIELDS, 6))]
            siblings.append(_Schema(product, folder, name, fields, siblings))
        found += siblings
    return found


def _release(
    schema: _Schema, draw: random.Random, first: dict[str, str], second: dict[str, str]
) -> None:
    if schema.released:
        schema.grow(draw)
    schema.released += 1
    first[schema.path] = schema.text()
    if schema.released == 1:
        mine = [each.name for each in schema.siblings if each.released]
        first[f"{schema.folder}/product.yaml"] = _product_text(schema.product, mine)
    second[f"{schema.folder}/README.md"] = f"{schema.path} is out, {schema.released} in all.\n"


def _product_text(product: str, schemas: list[str]) -> str:
    lines = [
        f"title: {product}",
        "description: A product of the benchmark.",
        f"owner: {{team: team-{product[-2:]}, contact: {product[-2:]}@example.com}}",
        "stability: stable",
        "schemas:",
        *(f"  {name}: {{description: One row a {name}.}}" for name in sorted(schemas)),
    ]
    return "\n".join(lines) + "\n"


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--domains", action="store_true", help="products/<domain>/<product>/")
    parser.add_argument("--checkout", action="store_true", help="with a working tree")
    given = parser.parse_args()
    make(given.folder, given.size, domains=given.domains, checkout=given.checkout)

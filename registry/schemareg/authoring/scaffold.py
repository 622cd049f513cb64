"""The files of new registries, products and schemas: path to text. Nothing is written here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from schemareg.catalog import overview
from schemareg.documents import json_values
from schemareg.documents.yaml_flow import flow
from schemareg.documents.yaml_scalar import scalar
from schemareg.formats import catalogue
from schemareg.model import semver, targets
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.documents import Document, Node
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.format import SchemaFormat
    from schemareg.model.targets import Target
    from schemareg.snapshot.snapshot import Snapshot

REGISTRY = """\
# The hub's policy: what this registry asks of every data product.
# Every key but `version` may be left out; what stands here is the default.
# For completion in an editor: reg schema registry > registry.schema.json
version: 1

# The branch whose merges count. A promise begins and ends when it lands there.
protected-branch: main

# level    BACKWARD: the new version reads what the old one wrote.
#          FORWARD: the old version reads what the new one writes; consumers keep working.
#          FULL: both. NONE: neither. BACKWARD_TRANSITIVE and so on: against every older version.
# scope    which older versions count: latest, supported (of the same major line), all
# content  declared: a writer writes only what its schema declares. open: anything not forbidden.
compatibility: {level: FULL, scope: supported, content: declared}

# How long readers are warned before something goes away, by the product's stability.
deprecation:
  window: {draft: 0d, beta: 14d, stable: 90d}
  reminders: [30d, 7d, 1d]

# What a product may change of this in its product.yaml: nothing, stricter, anything
overrides: stricter
"""
"""registry.yaml of a new registry: every default, said."""


def registry(branch: str = "main") -> dict[str, str]:
    """The files of a new registry, of which the merges into `branch` count."""
    said = f"protected-branch: {scalar(branch)}\n"
    return {"registry.yaml": REGISTRY.replace("protected-branch: main\n", said)}


def product(
    name: str, *, team: str, contact: str = "", title: str = "", domain: str = ""
) -> dict[str, str]:
    """The files of a new product. Raises RegistryError where the name or the domain is not a name."""
    named("product", name)
    if domain:
        named("domain", domain)
    if not team.strip():
        raise RegistryError(
            "a product needs an owner",
            where="--team",
            remedy=f"reg new product {name} --team checkout --contact checkout@example.com",
        )
    said = {"team": team, "contact": contact} if contact else {"team": team}
    lines = [
        f"title: {scalar(title or words(name))}",
        "# description: What one record is, in a sentence.",
        "# purpose: The question that it answers, and its audience.",
        *([f"domain: {scalar(domain)}"] if domain else []),
        f"owner: {flow(said)}",
        "stability: stable  # draft, beta, stable",
        "# classification: internal  # public, internal, confidential, restricted",
        "# inputs: [payments/payment]  # the schemas its data flows from",
        "schemas: {}",
    ]
    folder = f"products/{domain}/{name}" if domain else f"products/{name}"
    return {f"{folder}/product.yaml": "\n".join(lines) + "\n"}


def schema(
    folder: str,
    name: str,
    version: str,
    records: Iterable[JsonValue] | None = None,
    *,
    language: SchemaFormat | None = None,
    text: str = "",
) -> dict[str, str]:
    """The file of a schema's first version, in the product's folder: inferred, or an example.

    `text` is the schema, where it is there already; `language` is JSON Schema by default.
    """
    language = language or catalogue.named(catalogue.DEFAULT.name)
    path = f"{folder}/schemas/{name}/{version}{language.endings[0]}"
    return {path: text or language.first_version(words(name), records)}


def declared(
    document: Document, name: str, description: str = "", form: str = catalogue.DEFAULT.name
) -> str:
    """The text of a product.yaml with one more schema; its other lines do not change.

    Raises RegistryError, with the lines to add by hand, where the layout of the file is unusual.
    """
    from schemareg.documents import parse_yaml
    from schemareg.model.errors import InvalidFiles

    value = document.value
    about = {"description": description} if description else {}
    if form != catalogue.DEFAULT.name:
        about["format"] = form
    entry = f"{name}: {flow(about)}"
    wanted = dict(value)
    schemas = value.get("schemas") or {}
    wanted["schemas"] = {**schemas, name: about}
    changed = _with_entry(document, entry)
    try:
        agreed = parse_yaml(changed.encode(), document.path).value
    except InvalidFiles:
        agreed = None
    if agreed is None or json_values.key(agreed) != json_values.key(wanted):
        raise RegistryError(
            f"cannot add {name!r} under `schemas` without touching what else stands there",
            where=document.path,
            remedy=f"Add it by hand, under `schemas:`:  {entry}",
        )
    return changed


class Addition(NamedTuple):
    """Files to create, and one to replace."""

    created: dict[str, str]
    declaration: str
    """The path of product.yaml."""
    declared: str
    """Its new text."""


def add_schema(
    snapshot: Snapshot,
    target: str,
    version: str,
    records: Iterable[JsonValue] | None,
    description: str = "",
    *,
    form: str = catalogue.DEFAULT.name,
    text: str = "",
) -> Addition:
    """A schema's first version, from records or an example, and its entry in product.yaml.

    `form` is the name of its format; `text` is the schema, where it exists already.

    Raises RegistryError for an invalid name, an unknown product, an existing schema, a version that
    is not SemVer.
    """
    product, slash, name = target.partition("/")
    if not slash:
        raise RegistryError(
            f"{target!r} names no schema",
            remedy=f"Write PRODUCT/NAME: reg new schema {target}/NAME",
        )
    named("product", product)
    named("schema", name)
    if semver.parse(version) is None:
        raise RegistryError(
            f"{version!r} is not a version", where="--version", remedy="Write X.Y.Z, such as 1.0.0"
        )
    found = overview.product(snapshot, product)
    if any(each.schema.name == name for each in found.schemas):
        raise RegistryError(
            f"there is a schema {target} already",
            where=f"{found.product.folder}/product.yaml",
            remedy=f"For its next version: reg draft {target}",
        )
    path = f"{found.product.folder}/product.yaml"
    language = catalogue.named(form)
    folder = found.product.folder
    created = schema(folder, name, version, records, language=language, text=text)
    changed = declared(snapshot.document(path), name, description, form)
    return Addition(created, path, changed)


def refuse_known(snapshot: Snapshot, product: str) -> None:
    """Raises RegistryError where a product of this name is there, in whichever domain."""
    known = snapshot.folder_of(product)
    if known is not None:
        raise RegistryError(
            f"there is a product {product!r} already",
            where=known,
            remedy=f"To look at it: reg show {product}; to add a schema: reg new schema {product}/NAME",
        )


def target_of(text: str, *, schema: bool = True) -> Target:
    """The target a user named. Raises RegistryError where it names no schema and one is needed."""
    target = targets.parse(text)
    if schema and not target.schema:
        raise RegistryError(
            f"{text!r} is a product, and a schema is wanted",
            remedy=f"Write {text}/SCHEMA; to see which there are: reg show {text}",
        )
    return target


def _with_entry(document: Document, entry: str) -> str:
    text = document.text
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    root = document.root.inside
    member = root.get("schemas") if isinstance(root, dict) else None
    if member is None:
        gap = "" if text.endswith("\n") else end_of_line
        return f"{text}{gap}schemas:{end_of_line}  {entry}{end_of_line}"
    node = member.value
    if not node.inside or not isinstance(node.inside, dict):  # `schemas: {}`, or nothing at all
        written = text[node.start : node.end]
        after = text[node.end :] if written.strip() in ("{}", "null", "~") else text[node.start :]
        before = text[: node.start].rstrip(" ")
        return f"{before}{end_of_line}  {entry}{after}"
    if text[node.start] == "{":  # a flow mapping: before its closing brace
        inner = text[: node.end - 1].rstrip()
        return f"{inner}, {entry}{text[node.end - 1 :]}"
    last = _last(node)
    stop = text.find("\n", len(text[:last].rstrip()))
    indent = " " * (document.place(("schemas", next(iter(node.inside))), key=True).column - 1)
    if stop < 0:
        return f"{text}{end_of_line}{indent}{entry}{end_of_line}"
    return f"{text[: stop + 1]}{indent}{entry}{end_of_line}{text[stop + 1 :]}"


def _last(node: Node) -> int:
    """The offset after a node's last character; a block's own end lies beyond its comments."""
    if isinstance(node.inside, dict) and node.inside:
        return max(node.start, *(_last(member.value) for member in node.inside.values()))
    if isinstance(node.inside, list) and node.inside:
        return max(node.start, *(_last(item) for item in node.inside))
    return node.end


def named(what: str, name: str) -> None:
    """Raises RegistryError where `name` is not a name of this registry."""
    if targets.NAME.fullmatch(name):
        return
    near = re.sub(r"[^a-z0-9_-]+", "_", name.lower()).strip("_-")
    near = re.sub(r"^[^a-z]+", "", near)[:64]
    raise RegistryError(
        f"{name!r} is not a {what} name: a-z, then a-z, 0-9, _ and -, at most 64 characters",
        remedy=f"How about {near}?" if near else "",
    )


def words(name: str) -> str:
    """A name as a title: `order_placed` is `Order placed`."""
    return re.sub(r"[_-]+", " ", name).strip().capitalize()

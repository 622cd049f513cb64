"""Subscribe a team: the file of a consumer, new or changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.authoring.consumer_files import (
    Registration,
    judge,
    refuse_missing_product,
    reparse,
    with_items,
)
from schemareg.authoring.deprecations import landing_day
from schemareg.consumers import uses
from schemareg.deprecation import new_readers
from schemareg.documents import edit
from schemareg.documents.yaml_flow import flow
from schemareg.manifests.layout import CONSUMERS
from schemareg.model import Severity, targets
from schemareg.model.errors import RegistryError
from schemareg.snapshot.elements import newest
from schemareg.snapshot.overlay import Overlay
from schemareg.snapshot.snapshot import Snapshot
from schemareg.text.wording import listed, quoted

if TYPE_CHECKING:
    from datetime import date

    from schemareg.deprecation.landed import Promises
    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Consumer
    from schemareg.model.targets import Target


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """A requested subscription. Empty values stay as they were."""

    target: Target
    """A schema; its `@1` or `#field` is read as `versions` and one of `fields`."""
    team: str
    name: str = ""
    """Of the file; by default the team's name as a file can be called."""
    contact: str = ""
    channels: tuple[str, ...] = ()
    versions: str = ""
    """For a schema that was not read before by default the latest major line."""
    fields: tuple[str, ...] = ()
    """In a file that reads the schema already, more of them; for one that does not, none is all."""


def subscribe(
    promises: Promises, head: Snapshot, wish: SubscriptionRequest, today: date
) -> Registration:
    """The file of a team registered as a consumer of a schema, or of more of it.

    Raises RegistryError with everything that is wrong: unknown names, with the closest match; a
    target after its sunset; a name that is taken.
    """
    wish = _settled(head, wish)
    name = _file_name(wish)
    path = f"{head.folder_of(wish.target.product)}/{CONSUMERS}/{name}.yaml"
    before = None
    if head.has(path):
        before = manifests.parse_consumer(head.document(path), wish.target.product)
        text = _amended(head, head.document(path), before, wish)
    else:
        text = _new(head, wish)
    after = judge(head, path, text, wish.target.product)
    files = Overlay(head.files, {path: text})
    changes = files.changes_from(promises.base.files)
    day = landing_day(promises, today)
    remarks = tuple(new_readers.findings(promises, Snapshot(files), changes, day))
    refused = [each for each in remarks if each.severity is Severity.ERROR]
    if refused:
        raise RegistryError(
            "; and ".join(each.message for each in refused),
            remedy=". ".join(dict.fromkeys(each.remedy for each in refused if each.remedy)),
        )
    return Registration(path, text, before, after, remarks)


def _settled(head: Snapshot, wish: SubscriptionRequest) -> SubscriptionRequest:
    """The request with the version and field of its target in `versions` and `fields`."""
    target = wish.target
    refuse_missing_product(head, target)
    if not target.schema:
        schemas = head.schema_names(target.product)
        raise RegistryError(
            f"{quoted(target)} is a product, and what is read is a schema of it",
            remedy=f"Name one: {listed([f'{target.product}/{each}' for each in schemas])}"
            if schemas
            else "It has none yet",
        )
    versions, fields = wish.versions, list(wish.fields)
    named = f"^{target.major}" if target.major is not None else str(target.version or "")
    if named and versions not in ("", named):
        raise RegistryError(
            f"{quoted(target)} and --versions {versions} contradict each other",
            remedy="Give one of the two",
        )
    if target.field:
        fields.insert(0, uses.field_notation(target.field, target.value))
    schema = targets.Target(target.product, target.schema)
    plain = [targets.parse(f"{schema}#{each}") for each in fields]
    written = dict.fromkeys(uses.field_notation(each.field, each.value) for each in plain)
    return SubscriptionRequest(
        schema,
        wish.team.strip(),
        wish.name,
        wish.contact.strip(),
        wish.channels,
        versions or named,
        tuple(written),
    )


def _file_name(wish: SubscriptionRequest) -> str:
    name = wish.name or re.sub(r"[^a-z0-9_-]+", "-", wish.team.lower()).strip("-_")[:64]
    if targets.NAME.fullmatch(name):
        return name
    what = f"like the team {quoted(wish.team)}" if not wish.name else quoted(wish.name)
    raise RegistryError(
        f"a consumer's file cannot be called {what}",
        where="--name" if wish.name else "--team",
        remedy="Say how to call it: --name NAME, of a-z, 0-9, _ and -, a letter first",
    )


def _new(head: Snapshot, wish: SubscriptionRequest) -> str:
    rows: list[tuple[str, JsonValue]] = [("team", wish.team)]
    if wish.contact:
        rows.append(("contact", wish.contact))
    if wish.channels:
        rows.append(("channels", list(wish.channels)))
    lines = [f"{key}: {flow(value)}\n" for key, value in rows]
    return "".join([*lines, f"uses:\n  - {flow(_use(head, wish))}\n"])


def _use(head: Snapshot, wish: SubscriptionRequest) -> dict[str, JsonValue]:
    value: dict[str, JsonValue] = {"schema": str(wish.target)}
    versions = wish.versions or _latest_line(head, wish.target)
    if versions:
        value["versions"] = versions
    if wish.fields:
        value["fields"] = list(wish.fields)
    return value


def _latest_line(head: Snapshot, schema: Target) -> str:
    """The major line of the latest release, as a range; nothing where there is no version."""
    versions = head.versions(schema.product, schema.schema)
    return f"^{newest(versions).version.major}" if versions else ""


def _amended(
    head: Snapshot, document: Document, before: Consumer, wish: SubscriptionRequest
) -> str:
    if before.team != wish.team:
        raise RegistryError(
            f"is the file of {quoted(before.team)}, not of {quoted(wish.team)}",
            where=before.path,
            remedy="Call the new one otherwise: --name NAME",
        )
    text = document.text
    if wish.contact and wish.contact != before.contact:
        text = edit.with_scalar(document, "contact", wish.contact, after="team")
    channels = [each for each in wish.channels if each not in before.channels]
    text = with_items(reparse(document, text), "channels", channels, after="contact")
    position = _position(before, wish)
    if position is None:
        return edit.with_item(reparse(document, text), ("uses",), _use(head, wish))
    use, inside = before.uses[position], ("uses", position)
    if wish.versions and wish.versions != use.versions:
        text = edit.with_scalar(
            reparse(document, text), "versions", wish.versions, after="schema", inside=inside
        )
    known = {uses.field_notation(*each) for each in use.elements}
    fields = [each for each in wish.fields if each not in known]
    text = with_items(reparse(document, text), "fields", fields, inside=inside)
    if text == document.text:
        raise RegistryError(
            "that is what it says already",
            where=document.path,
            remedy="Name what else is read: --fields, --versions, --contact or --channel",
        )
    return text


def _position(before: Consumer, wish: SubscriptionRequest) -> int | None:
    """The position of the requested use; None for a new one."""
    alike = [i for i, use in enumerate(before.uses) if use.schema == wish.target]
    same = [i for i in alike if before.uses[i].versions == wish.versions]
    if same:
        return same[0]
    if len(alike) < 2:
        return alike[0] if alike else None
    if wish.versions:
        return None
    ranges = listed([before.uses[i].versions for i in alike])
    raise RegistryError(
        f"{before.team} reads {quoted(wish.target)} in several ranges of versions",
        where=before.path,
        remedy=f"Say which is meant: --versions with {ranges}",
    )

"""What a consumer's file says of other files: is there such a schema, version, field or channel?

A misspelt field is told to nobody when it goes, so what a team declares to read has to be there.
What a released version has stays there for good: a file that was right stays right, whatever the
owner of the product releases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.consumers.uses import field_notation, reads_version, touches
from schemareg.formats.field import MAX_FIELDS
from schemareg.manifests.addresses import is_address
from schemareg.manifests.layout import SCHEMAS
from schemareg.manifests.mentions import unknown_channel
from schemareg.model import Mistake
from schemareg.model.errors import InvalidFiles
from schemareg.model.targets import NAME, spellings
from schemareg.snapshot.elements import field_of, fields_of
from schemareg.snapshot.snapshot import Snapshot
from schemareg.text.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemareg.documents import Document
    from schemareg.formats.field import Field
    from schemareg.model import Consumer, Files, Pointer, SchemaVersion, Use
    from schemareg.model.semver import SemVer
    from schemareg.model.targets import Steps, Target

_GUESSES = 50
"""Names of one use for which it is guessed what was meant: each costs some milliseconds, and a file
may be somebody's thousands of lines."""

_Said = tuple[str, str]
"""What is wrong, and its remedy."""


class Readership:
    """One product, and the files of its consumers held against it."""

    def __init__(self, files: Files, folder: str) -> None:
        # A snapshot of its own: what the consumers of one product read need not be kept for all.
        self._snapshot = Snapshot(files)
        self._folder = folder
        self._product = folder.rpartition("/")[2]
        self._fields: dict[str, dict[str, Field] | None] = {}

    def mistakes(
        self, document: Document, consumer: Consumer, channels: Sequence[str] | None
    ) -> Iterator[Mistake]:
        """Everything that one file says and that is not there.

        `channels` are those of registry.yaml, None where that is wrong itself.
        """
        yield from _name(document, consumer)
        yield from _contact(document, consumer)
        if channels is not None:
            for position, name in enumerate(consumer.channels):
                if name not in channels:
                    place = document.place(("channels", position))
                    said = unknown_channel(name, list(channels))
                    yield Mistake(place, "channel-unknown", *said)
        for position, use in enumerate(consumer.uses):
            for pointer, rule, said in self._use(use):
                yield Mistake(document.place(("uses", position, *pointer)), rule, *said)
        for position, target in enumerate(consumer.acks):
            for rule, said in self._ack(consumer, target):
                yield Mistake(document.place(("acks", position)), rule, *said)

    # -- what is read ---------------------------------------------------------------------------

    def _use(self, use: Use) -> Iterator[tuple[Pointer, str, _Said]]:
        lack = self._no_schema(use.schema)
        if lack is not None:
            yield ("schema",), "use-schema-unknown", lack
            return
        every = self._versions(use.schema)
        read = [each for each in every if reads_version(use, each.version)]
        if not read:
            said = _no_version(use, [each.version for each in every])
            yield ("versions",), "use-version-unknown", said
            return
        lacks = self._lacking(use.elements, read)
        for index, said in lacks:
            yield ("fields", index), "use-field-unknown", said

    def _ack(self, consumer: Consumer, target: Target) -> Iterator[tuple[str, _Said]]:
        lack = self._not_there(target)
        if lack is not None:
            yield "ack-unknown", lack
        elif consumer.uses and not any(touches(use, target) for use in consumer.uses):
            yield (
                "ack-not-read",
                (
                    f"{consumer.team} does not read {quoted(target)}, so there is nothing to agree to",
                    "Remove it, or say under uses that it is read",
                ),
            )

    def _not_there(self, target: Target) -> _Said | None:
        """What and remedy where a target is in no version that ever landed; None where it is."""
        if not target.schema:
            return None
        lack = self._no_schema(target)
        if lack is not None:
            return lack
        every = self._versions(target)
        meant = [each for each in every if _means(target, each.version)]
        if not meant:
            wanted = target.version if target.version is not None else f"{target.major}.x"
            name = f"{target.product}/{target.schema}"
            return f"{name} has no version {wanted}", _there(each.version for each in every)
        if not target.field:
            return None
        lacks = self._lacking(((target.field, target.value),), meant)
        return lacks[0][1] if lacks else None

    def _lacking(
        self, elements: Sequence[tuple[Steps, str | None]], versions: Sequence[SchemaVersion]
    ) -> list[tuple[int, _Said]]:
        """The fields and values that none of these versions has, by position, with what to say.

        Nothing where a version is wrong itself: that is told where it stands. The latest versions
        are asked first, so that mostly one is read.
        """
        missing = dict(enumerate(elements))
        known: dict[str, list[Field]] = {}
        for version in reversed(versions):
            fields = self._fields_of(version) if missing else {}
            if fields is None:
                return []
            for path, field in fields.items():
                known.setdefault(path, []).append(field)
            missing = {
                index: (steps, value)
                for index, (steps, value) in missing.items()
                if not (_has(fields, steps, value) or self._beyond(fields, version, steps))
            }
        return [
            (index, _no_field(known, *each, versions, guess=count < _GUESSES))
            for count, (index, each) in enumerate(missing.items())
        ]

    def _beyond(self, fields: dict[str, Field], version: SchemaVersion, steps: Steps) -> bool:
        """Whether a version has a field beyond those that are listed."""
        return len(fields) >= MAX_FIELDS and field_of(self._snapshot, version, steps) is not None

    def _no_schema(self, target: Target) -> _Said | None:
        if self._versions(target):
            return None
        there = self._snapshot.files.folder(f"{self._folder}/{SCHEMAS}")
        names = [each for each in there if self._snapshot.versions_in(self._folder, each)]
        near = nearest(target.schema, names)
        known = f"{self._product} has {listed(names, last='and')}" if names else "It has none yet"
        return (
            f"{quoted(self._product)} has no schema {quoted(target.schema)}",
            f"Did you mean {self._product}/{near}?" if near else known,
        )

    def _versions(self, target: Target) -> tuple[SchemaVersion, ...]:
        return self._snapshot.versions_in(self._folder, target.schema)

    def _fields_of(self, version: SchemaVersion) -> dict[str, Field] | None:
        """The fields of a version by path; None where nobody can read it."""
        if version.path not in self._fields:
            try:
                found = fields_of(self._snapshot, version)
            except InvalidFiles:
                self._fields[version.path] = None
            else:
                self._fields[version.path] = {each.path: each for each in found}
        return self._fields[version.path]


def _name(document: Document, consumer: Consumer) -> Iterator[Mistake]:
    if NAME.fullmatch(consumer.name):
        return
    near = "".join(each if each.isascii() and each.isalnum() else "_" for each in consumer.name)
    near = near.lower().strip("_")
    yield Mistake(
        document.place(())._replace(line=1, column=1),
        "name-malformed",
        f"{quoted(consumer.name)} is not a consumer's name: a lower-case letter, then lower-case"
        " letters, digits, '_' and '-', at most 64",
        f"Rename the file to {near}.yaml" if NAME.fullmatch(near) else "Rename the file",
    )


def _contact(document: Document, consumer: Consumer) -> Iterator[Mistake]:
    contact = consumer.contact
    page = contact.startswith(("https://", "http://")) and len(contact.split()) == 1
    if contact and not page and not is_address(contact.removeprefix("mailto:")):
        yield Mistake(
            document.place(("contact",)),
            "value-malformed",
            f"{quoted(contact)} is neither a mail address nor the address of a page",
            "Write one, as billing@example.com or https://example.com/billing",
        )


def _means(target: Target, version: SemVer) -> bool:
    if target.version is not None:
        return version == target.version
    return target.major in (None, version.major)


def _has(fields: dict[str, Field], steps: Steps, value: str | None) -> bool:
    for path in spellings(steps):
        field = fields.get(path)
        if field is not None:
            return value is None or not field.values or value in field.values
    return False


def _no_field(
    known: dict[str, list[Field]],
    steps: Steps,
    value: str | None,
    versions: Sequence[SchemaVersion],
    *,
    guess: bool,
) -> _Said:
    """What to say of a field, or a value of one, that none of the versions has."""
    path = field_notation(steps)
    first, last = versions[0], versions[-1]
    name = f"{last.product}/{last.schema}"
    where = f"{name} {last.version}"
    if first is not last:
        where = f"no version of {name} from {first.version} to {last.version}"
    has = "has no" if first is last else "has a"
    if path in known and value is not None:
        values = sorted({each for field in known[path] for each in field.values})
        near = nearest(value, values) if guess else None
        lacks = "has no value" if first is last else "has a value"
        return (
            f"{where} {lacks} {quoted(value)} of {quoted(path)}",
            f"Did you mean {quoted(f'{path}={near}')}?"
            if near
            else f"It has {listed(values, last='and')}",
        )
    near = nearest(path, known) if guess else None
    return (
        f"{where} {has} field {quoted(path)}",
        f"Did you mean {quoted(near)}?" if near else f"To see its fields: reg show {name}",
    )


def _no_version(use: Use, there: Sequence[SemVer]) -> _Said:
    """What to say of a range that no version is in, with the nearest that has one."""
    name = f"{use.schema.product}/{use.schema.schema}"
    tried = (_nearest(each, there) for each in use.versions.split(" || "))
    near = " || ".join(dict.fromkeys(each for each in tried if each))
    return (
        f"no version of {name} is {quoted(use.versions)}",
        f"Did you mean {quoted(near)}? {_there(there)}" if near else _there(there),
    )


def _nearest(wanted: str, there: Sequence[SemVer]) -> str:
    """A range of the same form that some version is in; the next one below, else the first."""
    caret, numbers = wanted[: wanted.startswith("^")], wanted.removeprefix("^").split(".")
    asked = tuple(int(each) for each in (*numbers, "0", "0")[:3])
    parts = [(each.major, each.minor, each.patch) for each in there]
    chosen = max((each for each in parts if each <= asked), default=min(parts))
    return caret + ".".join(str(each) for each in chosen[: len(numbers)])


def _there(versions: Iterable[SemVer]) -> str:
    return f"It has {listed(map(str, versions), last='and')}"

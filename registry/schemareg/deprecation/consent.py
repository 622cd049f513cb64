"""Who agreed to lose what was announced, by what landed in the files of consumers.

A consent is to one announcement: it lands after the announcement, and names nothing wider than it.
Whoever read the target when the announcement landed, or began to since, counts as a reader until
its own file agreed: to delete the file, to narrow its `uses` or to give it to another team takes
nobody off the list. A reader who came after the announcement cannot make up for those who stood.

Source: the rules of time, 5 and 8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg import documents, manifests
from schemareg.consumers.uses import reads
from schemareg.history.paths import is_fact
from schemareg.manifests.layout import CONSUMERS
from schemareg.model import Consumer, Kind
from schemareg.model.errors import InvalidFiles
from schemareg.model.targets import covers

if TYPE_CHECKING:
    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.model import Entry, Landing
    from schemareg.model.targets import Target


class _State(NamedTuple):
    """What the file of a consumer says from one landing on; None where it is gone."""

    since: Landing
    consumer: Consumer | None


class Consent:
    """The consents that have landed in a registry."""

    def __init__(self, promises: Promises) -> None:
        self._promises = promises
        self._files: dict[str, tuple[tuple[_State, ...], ...]] = {}

    def given(self, target: Target, term: Term) -> bool:
        """Whether everybody who reads a target agreed to what a term announced.

        Where nobody was registered when it was announced, nobody has agreed.
        """
        announced, stood = _announced(term), False
        for states in self._readers(target.product):
            before = [each for each in states if each.since.ordinal <= announced.ordinal]
            # What counts is what the file said at the announcement, and all that it said since.
            counting = states[max(len(before) - 1, 0) :]
            reading = [each for each in counting if each.consumer and reads(each.consumer, target)]
            if not reading:
                continue
            if not _agrees(reading[-1], counting, target, term.said.target, announced):
                return False
            stood = stood or bool(before and reading[0] is before[-1])
        return stood

    def _readers(self, product: str) -> tuple[tuple[_State, ...], ...]:
        """The states of each consumer's file that ever was, oldest first."""
        if product not in self._files:
            folder = self._promises.base.folder_of(product)
            history = self._promises.history
            changes = history.changes(f"{folder}/{CONSUMERS}") if folder else ()
            changes = tuple(each for each in changes if is_fact(each.path))
            history.fetch(each.after.id for each in changes if each.after is not None)
            files: dict[str, list[_State]] = {}
            for each in changes:
                said = self._consumer(each.path, product, each.after)
                files.setdefault(each.path, []).append(_State(each.landing, said))
            self._files[product] = tuple(map(tuple, files.values()))
        return self._files[product]

    def _consumer(self, path: str, product: str, entry: Entry | None) -> Consumer | None:
        if entry is None or entry.kind is not Kind.FILE:
            return None
        try:
            document = documents.parse(self._promises.history.read(entry.id), path)
            return manifests.parse_consumer(document, product)
        except InvalidFiles:
            stem = path.rpartition("/")[2].rpartition(".")[0]
            return Consumer(path, stem, stem)


def _announced(term: Term) -> Landing:
    """The landing that consents are about; who agreed to lose it early agreed to any day."""
    known = {each.landing.ordinal for each in term.steps}
    if term.announced.ordinal not in known:
        return term.announced  # counted from elsewhere, as from where an element came
    return next(each.landing for each in reversed(term.steps) if each.what == "announced")


def _agrees(
    last: _State, counting: tuple[_State, ...], target: Target, end: Target, announced: Landing
) -> bool:
    """Whether the last state that reads a target agreed, after the announcement and in its own name.

    `end` is what was announced to end.
    """
    assert last.consumer is not None  # noqa: S101  it reads something
    own = next(each.consumer.team for each in counting if each.consumer)
    if last.consumer.team != own:
        return False
    for ack in last.consumer.acks:
        if covers(ack, target) and covers(end, ack):
            since = last.since
            for each in reversed(counting[: counting.index(last)]):
                if each.consumer is None or ack not in each.consumer.acks:
                    break
                since = each.since
            if since.ordinal > announced.ordinal:
                return True
    return False

"""Acknowledgements of deprecations, from the landed consumer files.

An acknowledgement belongs to one announcement: it lands later, and its target is not wider.
A consumer that used the target when the announcement landed, or since, counts until
its own file acknowledged: deleting the file, narrowing its `uses` or giving it to another team removes
nobody from the list. A later consumer cannot replace the earlier ones.

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
    """The state of a consumer file from one landing on; None after its removal."""

    since: Landing
    consumer: Consumer | None


class Consent:
    """The landed acknowledgements of a registry."""

    def __init__(self, promises: Promises) -> None:
        self._promises = promises
        self._files: dict[str, tuple[tuple[_State, ...], ...]] = {}

    def given(self, target: Target, term: Term) -> bool:
        """Whether all consumers of a target acknowledged an announcement.

        Without registered consumers at the announcement, it is not acknowledged.
        """
        announced, stood = _announced(term), False
        for states in self._readers(target.product):
            before = [each for each in states if each.since.ordinal <= announced.ordinal]
            # The file at the announcement counts, and all its later states.
            counting = states[max(len(before) - 1, 0) :]
            reading = [each for each in counting if each.consumer and reads(each.consumer, target)]
            if not reading:
                continue
            if not _agrees(reading[-1], counting, target, term.said.target, announced):
                return False
            stood = stood or bool(before and reading[0] is before[-1])
        return stood

    def _readers(self, product: str) -> tuple[tuple[_State, ...], ...]:
        """The states of each consumer file that ever existed, oldest first."""
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
    """The landing that acknowledgements refer to; an acknowledgement covers any earlier day."""
    known = {each.landing.ordinal for each in term.steps}
    if term.announced.ordinal not in known:
        return term.announced  # counted from another landing, such as that of a restored element
    return next(each.landing for each in reversed(term.steps) if each.what == "announced")


def _agrees(
    last: _State, counting: tuple[_State, ...], target: Target, end: Target, announced: Landing
) -> bool:
    """Whether the last state that uses a target acknowledged after the announcement, in its own name.

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

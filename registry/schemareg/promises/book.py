"""Every deprecation that has landed, with its term: the answer to "may this go today?".

Facts are read from the base, the protected branch's side of a change: what a pull request says of
its own promises counts from its landing, not before.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from schemareg import documents, manifests
from schemareg.errors import InvalidFiles
from schemareg.model import Kind, Policy, Stability
from schemareg.promises.terms import State, Statement, Term, term
from schemareg.snapshot import DEPRECATIONS, PRODUCT, REGISTRY, WAIVERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from schemareg.model import Deprecation, Entry, History, Landing, PathChange, Product, Waiver
    from schemareg.names import Target
    from schemareg.snapshot import Snapshot

_STABILITIES = list(Stability)


class NoHistory:
    """The history of a registry of which nothing has landed."""

    @property
    def head(self) -> Landing | None:
        """None."""
        return None

    def line(self) -> tuple[Landing, ...]:
        """No landings."""
        return ()

    def landing(self, commit: str) -> Landing | None:
        """None."""
        return None

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        """No changes."""
        return ()

    def landed(self, path: str) -> Landing | None:
        """None."""
        return None

    def read(self, id_: str) -> bytes:
        """Raises KeyError."""
        raise KeyError(id_)

    def fetch(self, ids: Iterable[str]) -> None:
        """Nothing is to be had."""


class Promises:
    """What has landed of promises that end. `history` is asked for only when something has."""

    def __init__(self, base: Snapshot, history: Callable[[], History]) -> None:
        self.base = base
        self._open = history
        self._terms: dict[str, tuple[Term, ...]] = {}
        self._waivers: dict[str, dict[str, Waiver]] = {}

    @cached_property
    def history(self) -> History:
        """The landings of the protected branch, up to the base."""
        return self._open()

    def terms(self, product: str) -> tuple[Term, ...]:
        """The terms of a product's deprecations, sorted by path."""
        if product not in self._terms:
            folder = self.base.folder_of(product)
            names = self.base.files.folder(f"{folder}/{DEPRECATIONS}") if folder else {}
            found = [
                self.term_of(f"{folder}/{DEPRECATIONS}/{name}", product)
                for name, entry in names.items()
                if entry.kind is Kind.FILE
            ]
            self._terms[product] = tuple(each for each in found if each is not None)
        return self._terms[product]

    def term_of(self, path: str, product: str) -> Term | None:
        """The term of the deprecation in a file; None where nothing valid has landed there."""
        return term(self._statements(path, product))

    def covering(self, element: Target, loosens: str = "") -> Term | None:
        """The term that ends first, of all that speak of an element or of what it is part of."""
        found = [
            each
            for each in self.terms(element.product)
            if each.said.loosens == loosens and covers(each.said.target, element)
        ]
        dated = [each for each in found if each.earliest is not None]
        return min(dated, key=_end, default=found[0] if found else None)

    def over(self, element: Target, today: date) -> bool:
        """Whether the promise of an element is over on a day."""
        found = self.covering(element)
        return found is not None and found.state(today) is State.SUNSET

    def waivers(self, product: str) -> dict[str, Waiver]:
        """The waivers of a product that have landed, by the fingerprint of what they accept."""
        if product not in self._waivers:
            folder = self.base.folder_of(product)
            names = self.base.files.folder(f"{folder}/{WAIVERS}") if folder else {}
            self._waivers[product] = {}
            for name, entry in names.items():
                if entry.kind is not Kind.FILE:
                    continue
                try:
                    document = self.base.document(f"{folder}/{WAIVERS}/{name}")
                    waiver = manifests.parse_waiver(document)
                except InvalidFiles:
                    continue  # it landed wrong, and waives nothing
                self._waivers[product][waiver.fingerprint] = waiver
        return self._waivers[product]

    def window(self, product: Product, policy: Policy, landing: Landing | None = None) -> int:
        """Days a deprecation of the product needs that lands then; by default one that lands now."""
        stability = max(
            (product.stability, *self._stabilities(product, landing)), key=_STABILITIES.index
        )
        return policy.windows[stability]

    # -- what landed ----------------------------------------------------------------------------

    def _statements(self, path: str, product: str) -> Iterator[Statement]:
        for change in self.history.changes(path):
            if change.path == path:
                said = self._said(path, product, change.after)
                yield Statement(change.landing, said, self._window_then(path, change.landing))

    def _said(self, path: str, product: str, entry: Entry | None) -> Deprecation | None:
        """What a file said; None where it was taken away, or was no deprecation at all."""
        if entry is None or entry.kind is not Kind.FILE:
            return None
        try:
            document = documents.parse(self.history.read(entry.id), path)
            return manifests.parse_deprecation(document, product)
        except InvalidFiles:
            return None

    def _window_then(self, path: str, landing: Landing) -> int:
        """The window that the policy asked for when something landed."""
        policy = Policy()
        for change in self.history.changes(REGISTRY):
            if change.landing.ordinal <= landing.ordinal and change.after is not None:
                try:
                    document = documents.parse(self.history.read(change.after.id), REGISTRY)
                    policy = manifests.parse_registry(document)
                except InvalidFiles:
                    continue  # a wrong file changes nothing
        product = self._product_then(path.rpartition(f"/{DEPRECATIONS}/")[0], landing)
        if product is None:
            return max(policy.windows.values())
        return self.window(product, policy, landing)

    def _product_then(self, folder: str, landing: Landing) -> Product | None:
        found = None
        for _, product in self._products(folder, landing):
            found = product
        return found

    def _stabilities(self, product: Product, landing: Landing | None) -> Iterator[Stability]:
        """Every stability the product ever had, up to a landing: promises made stay made."""
        for _, each in self._products(product.folder, landing):
            yield each.stability

    def _products(self, folder: str, landing: Landing | None) -> Iterator[tuple[Landing, Product]]:
        path = f"{folder}/{PRODUCT}"
        for change in self.history.changes(path):
            late = landing is not None and change.landing.ordinal > landing.ordinal
            if late or change.path != path or change.after is None:
                continue
            try:
                document = documents.parse(self.history.read(change.after.id), path)
                name = folder.rpartition("/")[2]
                yield change.landing, manifests.parse_product(document, name, folder)
            except InvalidFiles:
                continue


def _end(each: Term) -> date:
    return each.earliest or each.opened.max


def covers(target: Target, element: Target) -> bool:
    """Whether what is said of `target` is said of `element`: the same, or a part of it."""
    if target.product != element.product or (target.schema and target.schema != element.schema):
        return False
    if target.version is not None and target.version != element.version:
        return False
    if target.major is not None:
        line = element.version.major if element.version is not None else element.major
        if line != target.major:
            return False
    if target.field != element.field[: len(target.field)]:
        return False
    return target.value is None or (
        target.value == element.value and len(target.field) == len(element.field)
    )


def without_version(target: Target) -> Target:
    """The same element, of whichever version."""
    return replace(target, version=None, major=None)

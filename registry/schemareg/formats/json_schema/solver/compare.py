"""One question: may this reader refuse what that writer may write?

Compile both sides, search for a record that the writer accepts and the reader refuses, have it
checked by the independent validator, name the keywords that refuse it, forgive those, and search
again, until nothing is left.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.json_schema import rules
from schemareg.formats.json_schema.dialects import Dialect, by_label
from schemareg.formats.json_schema.references import Library, UnresolvableReference
from schemareg.formats.json_schema.solver import external_prover
from schemareg.formats.json_schema.solver.budgets import BudgetSpent
from schemareg.formats.json_schema.solver.closed_content import Closing
from schemareg.formats.json_schema.solver.compile import Compiler
from schemareg.formats.json_schema.solver.evaluate import InPlaceLoop, holds
from schemareg.formats.json_schema.solver.formula import Kind, Lit, Nodes
from schemareg.formats.json_schema.solver.locations import Excuses, Here, Malformed
from schemareg.formats.json_schema.solver.refusals import Refusal, refusals
from schemareg.formats.json_schema.solver.tableau import Search
from schemareg.formats.json_schema.solver.witness import Referee
from schemareg.formats.verdict import Break, Budget, Lookup, SchemaSource, Verdict
from schemareg.model import Content, Outcome
from schemareg.model.targets import field_text
from schemareg.regex import OverBudget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.format import Locate
    from schemareg.formats.json_schema.solver.tableau import Answer
    from schemareg.model import Pointer
    from schemareg.model.targets import Steps

_FRAMES = 12_000
"""Python frames that the deepest search may need; its own bounds end it long before."""


def compare(
    reader: SchemaSource,
    writer: SchemaSource,
    *,
    content: Content = Content.DECLARED,
    formats: bool = False,
    budget: Budget = Budget(),  # noqa: B008 (a frozen value)
    lookup: Lookup | None = None,
    locate: Locate | None = None,
) -> Verdict:
    """Whether the reader accepts whatever the writer may write, with every break that was found.

    `lookup` and `locate` give the other documents of the registry that references may reach; no
    other is read. Nothing is raised for a bad schema: the verdict is undecided and says why.
    """
    with frames():
        try:
            return _Comparison(reader, writer, content, formats, budget, lookup, locate).verdict()
        except (Malformed, UnresolvableReference, BudgetSpent) as problem:
            return Verdict(Outcome.UNDECIDED, str(problem))
        except RecursionError:
            return Verdict(Outcome.UNDECIDED, "the schemas are nested too deeply")


class _Comparison:
    def __init__(
        self,
        reader: SchemaSource,
        writer: SchemaSource,
        content: Content,
        formats: bool,
        budget: Budget,
        lookup: Lookup | None,
        locate: Locate | None,
    ) -> None:
        self.reader, self.writer = reader, writer
        self.content, self.formats, self.budget = content, formats, budget
        self.lookup = with_metaschemas(lookup)
        self.locate = locate
        self.nodes = Nodes()
        self.search = Search(self.nodes, budget)
        self.excuses = Excuses()
        self.breaks: list[Break] = []
        self._known: set[object] = set()
        self._referees: tuple[Referee, Referee] | None = None

    def verdict(self) -> Verdict:
        """The whole answer."""
        library, root = self._opened(self.writer)
        compiler = Compiler(self.nodes, library, formats=self.formats)
        self.writing = (compiler, root)
        written = [compiler.schema(root)]
        if self.content is Content.DECLARED:
            written.append(Closing(compiler, compiler.applied).declared(root))
        self.written = written
        reason = self._gather(written)
        if self.breaks:
            found = sorted(self.breaks, key=lambda each: (each.field, each.rule, each.pointer))
            return Verdict(Outcome.BREAKING, reason, tuple(found))
        asked = reason and self.content is Content.OPEN and not self.search.spent
        if asked and external_prover.proves(self.reader, self.writer):
            return Verdict(Outcome.COMPATIBLE)
        return Verdict(Outcome.UNDECIDED if reason else Outcome.COMPATIBLE, reason)

    def _gather(self, written: list[Lit]) -> str:
        """Find break after break until none is left: `""`, or why the search ended before that."""
        library, root = self._opened(self.reader)
        reading: Compiler | None = None
        first: Lit | None = None
        while len(self.breaks) < self.budget.findings:
            reading = self._reading(library, reading)
            refused = reading.schema(root) ^ 1
            # Forgiving inside a oneOf may refuse elsewhere: what was accepted at first, stays so.
            first = refused if first is None else first
            try:
                answer = self.search.solve((*written, first, refused), _examples(self.writer.value))
                problem = answer if answer is None else self._take(answer, reading, root)
            except BudgetSpent as spent:
                problem = str(spent)
            if problem is None or problem:
                return problem or ""
        return f"further breaks may exist beyond these {len(self.breaks)}"

    def _reading(self, library: Library, before: Compiler | None) -> Compiler:
        """The reader's compiler with today's excuses; what they do not touch is not done again."""
        return Compiler(
            self.nodes, library, formats=self.formats, excuses=self.excuses, before=before
        )

    def _opened(self, source: SchemaSource) -> tuple[Library, Here]:
        dialect = by_label(source.dialect) or Dialect.DRAFT2020
        library = Library(self.lookup, self.locate, dialect=dialect)
        return library, Here(library.open(source.value, source.uri), ())

    def _take(self, answer: Answer, reading: Compiler, root: Here) -> str:
        """Check a witness, turn its refusals into breaks, forgive them; why that failed, or `""`."""
        if not isinstance(answer, tuple):
            return answer or ""
        record = answer[0]
        if not self._confirmed(record):
            if _loops(self.nodes, reading.schema(root), record):
                return "a definition asks for itself of the same value"
            return "the independent validator does not confirm the witness that was found"
        found = refusals(reading, root, record)
        if not found:
            return "no keyword was found that refuses the witness"
        for refusal in found:
            for leaf in refusal.leaves:
                self._add(leaf, record)
                if leaf.keyword == "enum":
                    self._other_values(leaf, record)
        return "" if self._forgive(found, record, root, reading) else "further breaks may exist"

    def _confirmed(self, record: JsonValue) -> bool:
        """Whether the independent validator says so too: the writer accepts, the reader refuses."""
        if self._referees is None:
            self._referees = (
                Referee(self.reader, self.lookup, self.locate, formats=self.formats),
                Referee(self.writer, self.lookup, self.locate, formats=self.formats),
            )
        reader, writer = self._referees
        seconds = self.search.remaining()
        return writer.accepts(record, seconds) is True and reader.accepts(record, seconds) is False

    def _other_values(self, refusal: Refusal, record: JsonValue) -> None:
        """Every other value that the writer lists there and the reader does not: a break each."""
        at = refusal.here.at
        accepted = {json_values.key(value) for value in at.value["enum"]}
        for value in rules.listed_before(refusal, *self.writing):
            if len(self.breaks) >= self.budget.findings or self.search.late():
                return
            if json_values.key(value) in accepted or json_values.equal(value, refusal.value):
                continue
            other = _replaced(record, refusal.instance, value)
            if self.search.fits(self.written, other) and self._confirmed(other):
                self._add(replace(refusal, value=value), other)

    def _add(self, refusal: Refusal, record: JsonValue) -> None:
        if len(self.breaks) >= self.budget.findings:
            return
        named = rules.named(refusal, *self.writing)
        at = refusal.here.at
        steps = field_text(_steps(refusal))
        found = Break(
            rule=named.rule,
            message=named.message,
            keyword=refusal.keyword,
            pointer=at.pointer if refusal.keyword == "false" else (*at.pointer, refusal.keyword),
            uri=at.uri,
            field=steps,
            instance=refusal.instance,
            record=json_values.render(record),
            remedy=named.remedy,
            forward=named.forward,
            value=_unlisted(refusal),
        )
        key = (found.rule, found.pointer, found.uri, found.field, found.message)
        if key not in self._known:
            self._known.add(key)
            self.breaks.append(found)

    def _forgive(
        self, found: tuple[Refusal, ...], record: JsonValue, root: Here, reading: Compiler
    ) -> bool:
        """Forgive as little as makes the reader accept the record: the leaves, else the keywords."""
        declared = self._declared_names()
        for coarse in (False, True):
            for refusal in found:
                for leaf in (refusal,) if coarse else refusal.leaves:
                    detail = _detail(leaf, declared) if not coarse else None
                    keyword = leaf.keyword
                    if keyword == "false":
                        self._forgive_false(leaf)
                    else:
                        self.excuses.forgive(leaf.here.at, keyword, detail)
            again = self._reading(reading.library, reading)
            try:
                if holds(self.nodes, again.schema(root), record):
                    return True
            except (OverBudget, InPlaceLoop):
                return False
        return False

    def _forgive_false(self, refusal: Refusal) -> None:
        at = refusal.here.at
        self.excuses.forgive(at, "false")

    def _declared_names(self) -> frozenset[str]:
        names: set[str] = set()
        for number, kind in enumerate(self.nodes.kind):
            if kind is Kind.PROPERTIES:
                names.update(self.nodes.named(number))
        return frozenset(names)


def _detail(refusal: Refusal, declared: frozenset[str]) -> str | None:
    """What of the keyword to forgive: one name of `required` or of what is additional, or all of it."""
    if refusal.keyword == "required":
        return refusal.detail
    if refusal.keyword in ("additionalProperties", "unevaluatedProperties"):
        # A name that a schema declares is a break of its own; of the others one stands for all.
        return refusal.detail if refusal.detail in declared else None
    return None


def _loops(nodes: Nodes, literal: Lit, record: JsonValue) -> bool:
    """Whether testing the record comes back to a definition before the record is any smaller."""
    try:
        holds(nodes, literal, record)
    except InPlaceLoop:
        return True
    except OverBudget:
        return False
    return False


def _examples(schema: JsonValue) -> list[JsonValue]:
    """Whole records that the schema's authors wrote down."""
    examples = schema.get("examples") if isinstance(schema, dict) else None
    return examples[:8] if isinstance(examples, list) else []


def _replaced(record: JsonValue, at: Pointer, value: JsonValue) -> JsonValue:
    """The record with another value at a place."""
    if not at:
        return value
    step, *rest = at
    copy = list(record) if isinstance(record, list) else dict(record)
    copy[step] = _replaced(record[step], tuple(rest), value)  # type: ignore[index]
    return copy


def _steps(refusal: Refusal) -> Steps:
    steps = [None if isinstance(step, int) else step for step in refusal.instance]
    if refusal.keyword in (
        "required",
        "additionalProperties",
        "unevaluatedProperties",
        "dependentRequired",
    ):
        steps.append(refusal.detail)
    return tuple(step for step in steps)


def _unlisted(refusal: Refusal) -> str:
    """The value that the reader does not list, as a target writes it."""
    if refusal.keyword != "enum":
        return ""
    value = refusal.value
    return value if isinstance(value, str) else json_values.render(value, ordered=True)


def with_metaschemas(lookup: Lookup | None) -> Lookup:
    """The drafts' own schemas are known without fetching: they come with the validator."""

    def found(uri: str) -> JsonValue | None:
        value = lookup(uri) if lookup else None
        if value is None and uri.partition("://")[2].startswith("json-schema.org/"):
            from jsonschema_specifications import REGISTRY as SPECIFICATIONS

            for known in (uri, uri + "#"):
                if known in SPECIFICATIONS:
                    return SPECIFICATIONS.contents(known)
        return value

    return found


@contextmanager
def frames() -> Iterator[None]:
    """Room for the search's recursion; its depth is bounded by its own limits, not by Python's."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)

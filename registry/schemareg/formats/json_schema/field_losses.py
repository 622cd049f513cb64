"""What the records of a new version no longer carry, though readers of an old one were promised it.

No validator minds an optional field that does not come. So both schemas are walked side by side: what
the old one describes inside a value, alternative by alternative, the new one has to describe too.
Where the new one describes it, the solver is asked whether a record may carry it, there and in that
alternative: a name alone is no promise. A pair of schemas that was met before is not entered again,
so that recursive schemas are compared at every level, and references that multiply cost once.

What is equal in both schemas, with all that it refers to, is not entered, unless a keyword around it
changed that may forbid it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from schemareg.documents import json_values
from schemareg.formats.field import MEANINGS
from schemareg.formats.field_changes import Change, FieldChanges, Loss
from schemareg.formats.json_schema.annotations import WORDS
from schemareg.formats.json_schema.dialects import Dialect, by_label
from schemareg.formats.json_schema.fields import branch_label, declared_steps
from schemareg.formats.json_schema.keywords import KEYWORDS
from schemareg.formats.json_schema.references import Library, UnresolvableReference
from schemareg.formats.json_schema.solver.budgets import BudgetSpent
from schemareg.formats.json_schema.solver.closed_content import Closing, further_items, item_at
from schemareg.formats.json_schema.solver.compare import frames, with_metaschemas
from schemareg.formats.json_schema.solver.compile import Compiler
from schemareg.formats.json_schema.solver.formula import ARRAY, OBJECT, Kind, Lit, Nodes, T
from schemareg.formats.json_schema.solver.locations import Here, Malformed
from schemareg.formats.json_schema.solver.tableau import Search
from schemareg.formats.verdict import Budget
from schemareg.model.targets import Inside, Matching, field_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemareg.formats.format import Locate
    from schemareg.formats.json_schema.references import Location
    from schemareg.formats.verdict import Lookup, SchemaSource
    from schemareg.model.targets import Step, Steps

MAX_PAIRS = 10_000
"""Pairs of schemas that one comparison looks into."""

MAX_STEPS = 300_000
"""Steps of the solver that all the questions of one comparison may take together."""

_STRUCTURE = frozenset(
    {
        *("properties", "additionalProperties", "unevaluatedProperties"),
        *("items", "prefixItems", "additionalItems", "unevaluatedItems", "contentSchema"),
        *("$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf", "then", "else"),
        *("$defs", "definitions", "$schema", "$id", "id", "$anchor", "$dynamicAnchor"),
        *("$recursiveAnchor", "$vocabulary"),
    }
)
"""Keywords that are walked, or that say nothing of a value by themselves."""

_FAR = frozenset(
    {"dependentSchemas", "not", "if", "dependencies", "contains", "const", "enum", "propertyNames"}
)
"""Keywords that may forbid what is deep inside a value."""


def compare_fields(
    old: SchemaSource,
    new: SchemaSource,
    *,
    formats: bool = False,
    seconds: float = 1.0,
    lookup: Lookup | None = None,
    locate: Locate | None = None,
) -> FieldChanges:
    """What readers of `old` miss in the records of `new`, by path, each before what is inside it.

    With `formats`, a format is no annotation: validators judge it. Nothing is raised for a bad
    schema: `doubts` says what was not decided, within so many seconds of CPU time.
    """
    with frames():
        walk = _Walk(Budget(MAX_STEPS, seconds), lookup, locate, formats=formats)
        try:
            walk.run(old, new)
        except (Malformed, UnresolvableReference, BudgetSpent) as problem:
            walk.doubt(str(problem))
        except RecursionError:
            walk.doubt("the schemas are nested too deeply")
    return walk.result()


class _Side:
    """One of the two schemas."""

    def __init__(
        self, source: SchemaSource, nodes: Nodes, lookup: Lookup, locate: Locate | None
    ) -> None:
        library = Library(lookup, locate, dialect=by_label(source.dialect) or Dialect.DRAFT2020)
        self.root = Here(library.open(source.value, source.uri), ())
        self.compiler = Compiler(nodes, library)
        self.written = nodes.conjunction(
            [
                self.compiler.schema(self.root),
                Closing(self.compiler, self.compiler.applied).declared(self.root),
            ]
        )
        self._digests: dict[object, str] = {}
        self._inside: dict[object, dict[Step, list[Here]]] = {}

    def digest(self, here: Here) -> str:
        """What schemas of the same content share, with all that they refer to."""
        if here.key not in self._digests:
            self._digests[here.key] = self.compiler.digest(here)
        return self._digests[here.key]

    def digests(self, schemas: Iterable[Here]) -> frozenset[str]:
        """The same of several schemas of one value."""
        return frozenset(map(self.digest, schemas))

    def cases(self, schemas: tuple[Here, ...]) -> _Cases:
        """The schemas of a value, those in place included, by what has to hold for them."""
        found: dict[frozenset[Lit], list[Here]] = {frozenset(): []}
        for guards, here in self.compiler.applied.to(schemas):
            needed = frozenset(guard for guard in guards if guard != T)
            found.setdefault(needed, []).append(here)
        return _Cases(self, found)

    def inside(self, here: Here) -> dict[Step, list[Here]]:
        """What one schema object says of what is inside a value."""
        if here.key not in self._inside:
            found = self._inside[here.key] = {}
            for step, place in declared_steps(here.at):
                found[step] = [here.child(*place.pointer[len(here.at.pointer) :])]
            further = further_items(here)
            if further:
                found[None] = further
        return self._inside[here.key]


class _Cases:
    """The schemas of one value by what has to hold for them, and what they say is inside it."""

    def __init__(self, side: _Side, by_case: dict[frozenset[Lit], list[Here]]) -> None:
        self.side = side
        self.by_case = by_case
        self._at: dict[tuple[frozenset[Lit], Step], list[Here]] = {}

    @property
    def schemas(self) -> list[Here]:
        """All of them."""
        return [here for held in self.by_case.values() for here in held]

    def at(self, case: frozenset[Lit], step: Step) -> list[Here]:
        """What the schemas of one case say of what is inside, at a step of another version."""
        key = case, step
        if key not in self._at:
            held = self.by_case.get(case, ())
            self._at[key] = [place for here in held for place in self._one_at(here, step)]
        return self._at[key]

    def every(self, step: Step, cases: Iterable[frozenset[Lit]] | None = None) -> list[Here]:
        """The same of several cases, by default of all, that nothing can be there left out."""
        return [
            place
            for case in (self.by_case if cases is None else cases)
            for place in self.at(case, step)
            if place.at.value is not False
        ]

    def digests(self, step: Step) -> frozenset[str]:
        """What all the cases say there, also that nothing can be there."""
        return self.side.digests(each for case in self.by_case for each in self.at(case, step))

    def _one_at(self, here: Here, step: Step) -> list[Here]:
        if isinstance(step, int):
            return item_at(here, step)
        own = self.side.inside(here)
        if step in own or isinstance(step, str) or step is Inside.CONTENT:
            return own.get(step, [])
        if step is Inside.CONTAINS and None in own:
            return own[None]
        if step is None:
            return [each for known, held in own.items() if isinstance(known, int) for each in held]
        return [
            each
            for known, held in own.items()
            if isinstance(known, Matching) or known is Inside.VALUES
            for each in held
        ]


class _Others(NamedTuple):
    """The step to the values of an object that no name and no pattern describes."""

    names: tuple[str, ...]
    patterns: tuple[str, ...]


_Way = tuple["Step | frozenset[Lit] | _Others", ...]
"""From the root: steps, and what has to hold of the value reached there."""


class _Pair(NamedTuple):
    """The schemas of one value, in both versions."""

    steps: Steps
    old: tuple[Here, ...]
    new: tuple[Here, ...]
    way: _Way
    branch: str
    near: Location | None
    far: bool
    """Whether a keyword around it changed that may forbid what is inside."""


class _Question(NamedTuple):
    steps: Steps
    way: _Way
    """To the value around it."""
    last: Step | _Others
    branch: str
    """The alternative that is asked about; `""` where any record may carry it."""
    old: Location
    near: Location | None


class _Walk:
    def __init__(
        self, budget: Budget, lookup: Lookup | None, locate: Locate | None, *, formats: bool
    ) -> None:
        self._nodes = Nodes()
        self._search = Search(self._nodes, budget)
        self._lookup = with_metaschemas(lookup)
        self._locate = locate
        self._keywords = tuple(each for each in MEANINGS if not (formats and each == "format"))
        self._found = FieldChanges()
        self._questions: dict[frozenset[_Way], list[_Question]] = {}
        self._answers: dict[Lit, bool | None] = {}

    def doubt(self, reason: str) -> None:
        """Remember why something was not decided."""
        if reason not in self._found.doubts:
            self._found.doubts.append(reason)

    def result(self) -> FieldChanges:
        """What was found: what is inside a field that is lost is not listed by itself."""
        found = self._found
        kept: list[Loss] = []
        gone: dict[Steps, str] = {}
        for loss in sorted(found.losses, key=lambda each: (len(each.steps), bool(each.branch))):
            around = (loss.steps[:length] for length in range(1, len(loss.steps) + 1))
            if not any(gone.get(each) in ("", loss.branch) for each in around):
                gone.setdefault(loss.steps, loss.branch)
                kept.append(loss)
        found.losses = kept
        return found

    def run(self, old: SchemaSource, new: SchemaSource) -> None:
        """Walk, then ask."""
        self._old = _Side(old, self._nodes, self._lookup, self._locate)
        self._new = _Side(new, self._nodes, self._lookup, self._locate)
        pending = deque([_Pair((), (self._old.root,), (self._new.root,), (), "", None, far=False)])
        met: set[object] = set()
        while pending:
            pair = pending.popleft()
            guards = frozenset(each for each in pair.way if isinstance(each, frozenset))
            key = (
                frozenset(each.key for each in pair.old),
                frozenset(each.key for each in pair.new),
                guards,
                pair.far,
            )
            if key in met:
                continue
            met.add(key)
            if len(met) > MAX_PAIRS:
                self.doubt(f"the schemas combine in more than {MAX_PAIRS} ways")
                break
            pending.extend(self._enter(pair))
        self._found.pairs = len(met)
        for questions in self._questions.values():
            self._settle(questions)

    # -- the walk -------------------------------------------------------------------------------

    def _enter(self, pair: _Pair) -> Iterator[_Pair]:
        self._nodes.hurry()
        before, after = self._old.cases(pair.old), self._new.cases(pair.new)
        if pair.steps:
            self._meanings(pair, before, after)
        changed, far = _changed(before, after)
        far |= pair.far
        equal = self._new.digests(after.schemas)
        for case, held in before.by_case.items():
            differ = [
                here
                for here in held
                if changed or far or case or self._old.digest(here) not in equal
            ]
            if differ:
                yield from self._compare(pair, case, differ, before, after, changed, far)
        self._new_cases(pair, before, after)

    def _compare(
        self,
        pair: _Pair,
        case: frozenset[Lit],
        schemas: list[Here],
        before: _Cases,
        after: _Cases,
        changed: bool,
        far: bool,
    ) -> Iterator[_Pair]:
        """What some old schemas describe inside the value, in one case."""
        way = (*pair.way, case) if case else pair.way
        branch = branch_label(schemas[0].at) if case else pair.branch
        compatible: list[frozenset[Lit]] | None = None
        for step, places in self._described(schemas).items():
            steps = (*pair.steps, step)
            with_step = [each for each in after.by_case if after.every(step, (each,))]
            if case and len(with_step) > 1:
                if compatible is None:
                    compatible = self._compatible(way, after.by_case)
                with_step = [each for each in with_step if each in compatible]
            new = after.every(step, with_step)
            last = _last(schemas, step)
            question = _Question(steps, way, last, branch, places[0].at, pair.near)
            if not new:
                if after.every(step):
                    self._ask(question)
                else:
                    self._found.losses.append(_loss(steps, pair.branch, places[0].at, pair.near))
                continue
            equal = after.digests(step) <= before.digests(step)
            is_free = any(not each for each in with_step)
            if changed or far or not equal or not is_free or isinstance(last, Matching | _Others):
                self._ask(question)
            further = far and step is not Inside.CONTENT
            if further or self._old.digests(places) != self._new.digests(new):
                yield _Pair(
                    steps,
                    tuple(places),
                    tuple(new),
                    (*way, last),
                    branch,
                    new[0].at,
                    far=further,
                )

    def _described(self, schemas: Iterable[Here]) -> dict[Step, list[Here]]:
        """What some old schemas say of what is inside a value, that it cannot be there left out."""
        found: dict[Step, list[Here]] = {}
        for here in schemas:
            for step, places in self._old.inside(here).items():
                possible = [each for each in places if each.at.value is not False]
                if possible:
                    found.setdefault(step, []).extend(possible)
        return found

    def _compatible(self, way: _Way, cases: Iterable[frozenset[Lit]]) -> list[frozenset[Lit]]:
        """The cases of the new schema that a record of the old one's case may be."""
        return [
            case
            for case in cases
            if not case or self._possible(self._new, (*way, case)) is not False
        ]

    def _new_cases(self, pair: _Pair, before: _Cases, after: _Cases) -> None:
        """What every old record may have had, in each kind of record that the new schema names."""
        known = self._old.digests(before.schemas)
        always = before.by_case[frozenset()]
        for case, held in after.by_case.items():
            label = branch_label(held[0].at) if case and held else ""
            if "=" not in label or self._new.digest(held[0]) in known:
                continue
            way = (*pair.way, case)
            for step, places in self._described(always).items():
                last = _last(always, step)
                steps = (*pair.steps, step)
                self._ask(_Question(steps, way, last, label, places[0].at, pair.near))

    def _meanings(self, pair: _Pair, before: _Cases, after: _Cases) -> None:
        was_at, at = pair.old[0].at, pair.new[0].at
        for keyword in self._keywords:
            all_before = _said(before.schemas, keyword)
            for case, held in before.by_case.items() if all_before else ():
                was = _said(held, keyword)
                if not was:
                    continue
                speaking = [each for each, new in after.by_case.items() if _said(new, keyword)]
                if case and len(speaking) > 1:
                    speaking = self._compatible((*pair.way, case), speaking)
                now = _said([here for each in speaking for here in after.by_case[each]], keyword)
                if not case:
                    # What alternatives said before is compared alternative by alternative.
                    now -= all_before - was
                self._found.changes.extend(
                    Change(pair.steps, keyword, old, new, was_at.pointer, at.uri, at.pointer)
                    for old, new in _differences(was, now)
                )

    # -- the questions --------------------------------------------------------------------------

    def _ask(self, question: _Question) -> None:
        way = question.way
        if Inside.CONTENT in way or question.last is Inside.CONTENT:
            return
        cases = frozenset(
            way[: position + 1] for position, each in enumerate(way) if isinstance(each, frozenset)
        )
        self._questions.setdefault(cases, []).append(question)

    def _settle(self, questions: list[_Question]) -> None:
        """Ask for all at once: mostly one record carries all that is promised. Else by halves."""
        wanted = [self._literal((*each.way, each.last), T) for each in questions]
        possible = self._solved(self._new.written, wanted)
        if possible is True:
            return
        if len(questions) > 1:
            middle = len(questions) // 2
            self._settle(questions[:middle])
            self._settle(questions[middle:])
            return
        question = questions[0]
        if possible is None:
            self.doubt(
                f"whether a record may carry {field_text(question.steps)}: "
                + ("the budget is spent" if self._search.spent else "the solver has no answer")
            )
            return
        around = self._possible(self._new, question.way)
        if around is False and any(isinstance(each, frozenset) for each in question.way):
            return  # such a record is no longer written
        if around is False and question.way:
            return  # the value around it is lost, which is a loss of its own
        carried = self._solved(self._old.written, wanted)
        if carried is False:
            return
        if carried is None:
            self.doubt(f"whether a record could carry {field_text(question.steps)} before")
            return
        self._found.losses.append(
            _loss(question.steps, question.branch, question.old, question.near)
        )

    def _possible(self, side: _Side, way: _Way) -> bool | None:
        return self._solved(side.written, [self._literal(way, T)])

    def _solved(self, written: Lit, wanted: Sequence[Lit]) -> bool | None:
        literal = self._nodes.conjunction([written, *wanted])
        if literal not in self._answers:
            try:
                answer = self._search.solve((literal,))
            except BudgetSpent:
                answer = "the budget is spent"
            self._answers[literal] = None if isinstance(answer, str) else answer is not None
        return self._answers[literal]

    def _literal(self, way: _Way, inner: Lit) -> Lit:
        """That a record has a value at the end of a way, and that it fits."""
        for each in reversed(way):
            if isinstance(each, frozenset):
                inner = self._nodes.conjunction([*each, inner])
            else:
                inner = self._step(each, inner)
        return inner

    def _step(self, step: Step | _Others, inner: Lit) -> Lit:
        nodes = self._nodes
        names: tuple[str, ...]
        missed: tuple[str, ...]
        found: tuple[str, ...]
        if step is None or step is Inside.CONTAINS:
            return nodes.conjunction([nodes.types(ARRAY), nodes.contains(inner, 1, None)])
        if isinstance(step, int):
            return nodes.conjunction([nodes.types(ARRAY), nodes.intern(Kind.ITEM, (step, inner))])
        if isinstance(step, str):
            plain = nodes.intern(Kind.HAS, step)
            fits = [nodes.intern(Kind.PROPERTY, (step, inner))] if inner != T else []
            return nodes.conjunction([nodes.types(OBJECT), plain, *fits])
        if isinstance(step, Matching):
            names, missed, found = (), (), (step.pattern,)
        elif isinstance(step, _Others):
            names, missed, found = step.names, step.patterns, ()
        else:
            raise BudgetSpent("the document in a string is not searched")
        data = (names, missed, found, T, inner)
        return nodes.conjunction([nodes.types(OBJECT), nodes.intern(Kind.SOME_PROPERTY, data)])


def _loss(steps: Steps, branch: str, old: Location, near: Location | None) -> Loss:
    uri, pointer = (near.uri, near.pointer) if near else ("", ())
    return Loss(steps, branch, old.pointer, uri, pointer)


def _last(schemas: Iterable[Here], step: Step) -> Step | _Others:
    """A step, with what is not meant by it."""
    if step is not Inside.VALUES:
        return step
    values = [here.at.value for here in schemas]
    return _Others(
        tuple(dict.fromkeys(name for each in values for name in each.get("properties", ()))),
        tuple(dict.fromkeys(name for each in values for name in each.get("patternProperties", ()))),
    )


def _said(schemas: Iterable[Here], keyword: str) -> set[str]:
    """What the schemas of one value say under a keyword."""
    return {
        value if isinstance(value, str) else json_values.render(value, ordered=True)
        for value in (here.at.value.get(keyword) for here in schemas)
        if value is not None
    }


def _differences(was: set[str], now: set[str]) -> Iterator[tuple[str, str]]:
    gone, came = sorted(was - now), ", ".join(sorted(now - was))
    if gone:
        yield from ((each, came) for each in gone)
    elif came:
        yield ", ".join(sorted(was)), came


def _changed(before: _Cases, after: _Cases) -> tuple[bool, bool]:
    """Whether keywords that may forbid what is inside a value differ; and any that reach deep."""
    old, new = _assertions(before), _assertions(after)
    differing = {keyword for keyword, _ in old ^ new}
    if differing == {"required"} and _required(after) <= _required(before):
        differing = set()
    alternatives = len(before.by_case) != len(after.by_case)
    return bool(differing) or alternatives, not _FAR.isdisjoint(differing) or alternatives


def _assertions(cases: _Cases) -> set[tuple[str, str]]:
    """The keywords of the schemas of one value, with what they say."""
    return {
        (keyword, json_values.render(value, ordered=True))
        for here in cases.schemas
        for keyword, value in here.at.value.items()
        if (keyword not in _STRUCTURE or value is False) and keyword in _judged(here.at.dialect)
    }


def _required(cases: _Cases) -> set[str]:
    found: set[str] = set()
    for here in cases.schemas:
        names = here.at.value.get("required")
        found.update(map(str, names) if isinstance(names, list) else ())
    return found


def _judged(dialect: Dialect) -> frozenset[str]:
    return frozenset(KEYWORDS[dialect]) - WORDS

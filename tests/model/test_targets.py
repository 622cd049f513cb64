"""The names people type: one parser, one printer, and what earlier releases wrote keeps its meaning."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemareg.model import targets
from schemareg.model.errors import RegistryError
from schemareg.model.targets import (
    Inside,
    Matching,
    Target,
    above,
    begins,
    covers,
    field_steps,
    field_text,
    overlap,
    parse,
)

if TYPE_CHECKING:
    from schemareg.model.targets import Steps

PATHS: dict[str, Steps] = {
    "customer.email": ("customer", "email"),
    "lines[].sku": ("lines", None, "sku"),
    "[].a": (None, "a"),
    "pair[0]": ("pair", 0),
    "pair[10][2].a": ("pair", 10, 2, "a"),
    "prices.*": ("prices", Inside.VALUES),
    "prices.*.amount": ("prices", Inside.VALUES, "amount"),
    "*": (Inside.VALUES,),
    "*.*": (Inside.VALUES, Inside.VALUES),
    "*[]": (Inside.VALUES, None),
    "headers{^x-}": ("headers", Matching("^x-")),
    "headers{^x-}.value": ("headers", Matching("^x-"), "value"),
    "{^a}{b$}": (Matching("^a"), Matching("b$")),
    r"h{^[a-z]{2\}$}": ("h", Matching("^[a-z]{2}$")),
    r"h{^\\d+=.#@$}": ("h", Matching(r"^\d+=.#@$")),
    "h{}": ("h", Matching("")),
    "payload[content].id": ("payload", Inside.CONTENT, "id"),
    "lines[contains].sku": ("lines", Inside.CONTAINS, "sku"),
    r"\*": ("*",),
    "a*": ("a*",),
    r"a\.b": ("a.b",),
    r"a\{b}": ("a{b}",),
    r"a\[0\]": ("a[0]",),
    '[""]': ("",),
    'a[""].b': ("a", "", "b"),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_means_its_steps_and_steps_are_written_as_the_path(path: str) -> None:
    assert field_steps(path) == PATHS[path]
    assert field_text(PATHS[path]) == path
    assert parse(f"shop/price@1#{path}") == Target("shop", "price", None, 1, PATHS[path])
    assert parse(f"shop/price#{path}=a.b*{{c}}").value == "a.b*{c}"


STEP = st.one_of(
    st.text(max_size=6),
    st.text(alphabet='*.[]{}=#\\"a', max_size=6),
    st.integers(0, 999),
    st.none(),
    st.sampled_from(Inside),
    st.builds(Matching, st.text(alphabet="^$\\{}[].*=#@ab", max_size=8)),
)


@given(st.lists(STEP, min_size=1, max_size=6).map(tuple), st.none() | st.text(max_size=5))
def test_what_is_printed_is_parsed_to_the_same(steps: Steps, value: str | None) -> None:
    target = Target("p", "s", None, None, steps, value)
    assert parse(str(target)) == target
    assert field_steps(field_text(steps)) == steps
    assert [field_steps(each) for each in reversed(above(field_text(steps)))] == [
        steps[:length] for length in range(1, len(steps))
    ]


@given(st.text(alphabet='a*.[]{}=#\\"0', min_size=1, max_size=10))
def test_what_is_parsed_is_printed_in_one_form(text: str) -> None:
    try:
        target = parse(f"p/s#{text}")
    except RegistryError:
        return
    assert parse(str(target)) == target


@pytest.mark.parametrize(
    "text", ["a..b", "a.", "a[", "a[x]", "a[01]", "a]", "[]x", "a{b}.", "", ".a"]
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(RegistryError):
        parse(f"p/s#{text}")


OLD = {
    "prices.*": ("prices", "*"),
    "a{b}": ("a{b}",),
    "a{b}.c": ("a{b}", "c"),
    "a{b": ("a{b",),
    "a}b": ("a}b",),
    "a{b}c": ("a{b}c",),
    "<>": ("<>",),
}


@pytest.mark.parametrize("text", OLD)
def test_a_target_of_release_0_1_still_names_the_property_that_it_named(text: str) -> None:
    target = parse(f"p/s#{text}")
    assert covers(target, Target("p", "s", field=OLD[text]))
    assert covers(target, Target("p", "s", field=(*OLD[text], "inside")))
    assert overlap(OLD[text], target.field)


def test_a_step_names_what_it_says_and_no_more() -> None:
    items, first, values = field_steps("p[].a"), field_steps("p[0].a"), field_steps("m.*")
    assert begins(first, items)
    assert not begins(items, first)
    assert overlap(first, items)
    assert overlap(items, first)
    assert not overlap(field_steps("p[1].a"), first)
    assert not begins(("m", "total"), values)
    assert not overlap(("m", "total"), values)
    assert not begins(field_steps(r"m.\*.x"), field_steps("m.*.y"))


def test_each_brace_of_a_path_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    class Counted:
        def match(self, text: str, position: int) -> re.Match[str] | None:
            found = re.compile(r"\{((?:[^}\\]|\\.)*)\}", re.DOTALL).match(text, position)
            looked.append((found.end() if found else len(text)) - position)
            return found

    monkeypatch.setattr(targets, "_BRACED", Counted())
    for tail in ("{" * 2_000 + "x", "{." * 1_000 + "}x", "{a}" * 700, "{}x" * 700):
        looked.clear()
        with contextlib.suppress(RegistryError):
            parse(f"p/s#a{tail}")
        assert sum(looked) <= 2 * len(tail)


def test_the_page_of_paths_shows_paths_that_are_printed_as_it_writes_them() -> None:
    page = Path(__file__).parents[2] / "registry" / "docs" / "reference-paths.md"
    written = re.findall(r"^\| `(.+?)` \|", page.read_text("utf-8"), re.MULTILINE)
    assert len(written) > 9
    for path in written:
        assert str(parse(f"p/s#{path}")) == f"p/s#{path}"

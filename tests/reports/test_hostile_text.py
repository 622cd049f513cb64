"""Every face shows a stranger's text as harmless text, in bounded size and time."""

from __future__ import annotations

import dataclasses
import html.parser
import json
import re
import time
import xml.etree.ElementTree as ElementTree
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.hostile import HOSTILE, mistakes, report

from schemareg.model import Finding, Place, Report, Severity
from schemareg.reports.review import (
    FORMS,
    commands,
    comment,
    json_reader,
    render,
    render_mistakes,
    summary,
)
from schemareg.reports.review.links import Host
from schemareg.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = Host("https://github.com/acme/data", "main", "https://github.com/acme/data/actions/runs/7")
MARKDOWN = ("markdown", "summary", "comment")
PAGES = ("markdown", "summary", "comment", "html")

VOID = {"meta", "br", "hr", "img", "link", "input", "base", "source", "wbr"}
PAGE_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "article"),
    *("h1", "h2", "h3", "p", "b", "code", "pre", "dl", "dt", "dd", "div", "table", "caption"),
    *("thead", "tbody", "tr", "th", "td", "details", "summary", "ins", "del"),
}
PAGE_ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "id", "scope", "dir", "open"),
    *("tabindex", "role", "aria-labelledby"),
}
MARKDOWN_TAGS = {
    *("h3", "p", "strong", "em", "sub", "span", "code", "pre", "br", "a", "ul", "li"),
    *("table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
}


class Page(html.parser.HTMLParser):
    """What a browser would make of a page: its elements, where it leads, meaning."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.open: list[str] = []
        self.said: list[str] = []
        self.prose: list[str] = []
        """What stands outside of code, where a host looks for mentions and links."""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)
        if not {"code", "pre", "style"} & set(self.open):
            self.prose.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def page(form: str, shown: str) -> Page:
    if form == "html":
        return Page(shown)
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return Page(reader.render(shown))


def plain(text: str) -> str:
    """Without what is put between characters to keep them from meaning something."""
    return text.replace("\u200b", "")


def faces(text: str) -> Iterator[tuple[str, str]]:
    for form in FORMS:
        yield form, render(report(text), form, host=HOST)
        yield form, render_mistakes(mistakes(text), form, notices=mistakes(text), host=HOST)


def obeyed(shown: str) -> list[str]:
    """Names of the workflow commands that the runner finds. Source: actions/runner, ActionCommand."""
    found = []
    for line in re.split(r"\r\n|\r|\n", shown):
        assert "##[" not in line
        if line.lstrip().startswith("::"):
            found.append(line.lstrip()[2:].partition("::")[0].partition(" ")[0])
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_invisible_and_no_command_of_the_runner_is_in_any_face(text: str) -> None:
    for form, shown in faces(text):
        shown.encode("utf-8")
        assert [c for c in shown if c not in "\n\u200b" and not c.isprintable()] == [], form
        own = {"error", "notice"} if form == "github" else set()
        assert set(obeyed(shown)) <= own, form


@pytest.mark.parametrize("form", PAGES)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_has_no_element_no_link_and_no_mention_of_a_stranger(text: str, form: str) -> None:
    tags = PAGE_TAGS if form == "html" else MARKDOWN_TAGS
    attributes = PAGE_ATTRIBUTES if form == "html" else {"href", "class"}
    whole = render(report(text), form, host=HOST)
    for shown in (whole, render_mistakes(mistakes(text), form, host=HOST)):
        found = page(form, shown)
        assert found.open == []
        assert found.tags <= tags
        assert found.attributes <= attributes
        ours = (f"{HOST.web}/new/main?filename=products%2F", HOST.run)
        assert [link for link in found.links if not link.startswith(ours)] == []
        prose = "".join(found.prose)
        if form != "html":  # a plain page makes nothing of them
            assert not re.findall(r"(?<!\w)[@#]\w|\w@\w|\w#\d|://\w|www\.\w|GH-\d", prose)
        assert escape.visible(text).strip(" ")[:40] in plain("".join(found.said))


@pytest.mark.parametrize("text", HOSTILE)
def test_xml_says_what_was_said(text: str) -> None:
    for shown in (render(report(text), "junit"), render_mistakes(mistakes(text), "junit")):
        root = ElementTree.fromstring(shown)  # noqa: S314 - our own
        said = [*root.itertext(), *(each.get("message", "") for each in root.iter())]
        assert any(escape.visible(text) in line for line in said)
        assert {each.tag for each in root.iter()} <= {
            *("testsuites", "testsuite", "testcase", "failure", "error", "system-out"),
        }


@pytest.mark.parametrize("text", HOSTILE)
def test_a_message_of_sarif_has_no_link_of_a_stranger(text: str) -> None:
    for shown in (render(report(text), "sarif"), render_mistakes(mistakes(text), "sarif")):
        for result in json.loads(shown)["runs"][0]["results"]:
            assert not re.search(r"(?<!\\)\]\(", result["message"]["text"])
            place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", place)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_another_job_reads_back_shows_the_same_faces(text: str) -> None:
    whole = report(text)
    read = json_reader.read(render(whole, "json").encode())
    assert isinstance(read, Report)
    for form in FORMS:
        assert render(read, form, host=HOST) == render(whole, form, host=HOST)


TOKENS = (
    *(
        "@",
        "#",
        "::",
        ":",
        "|",
        "`",
        "``",
        "<",
        ">",
        "&",
        "&lt;",
        "\n",
        "$",
        "[",
        "](",
        ")",
        "!",
        "\\",
    ),
    *(
        "http",
        "//",
        "www.",
        "reg x ",
        "git y ",
        "reg z#a@b ",
        "~~",
        "*",
        "**",
        "_",
        " ",
        "  ",
        "a",
        "1",
    ),
    *(
        "GH-",
        "-",
        "+",
        "=",
        "1. ",
        "<b>",
        "</code>",
        "--a=b ",
        "…",
        "\u202e",
        "##[",
        "'",
        '"',
        "(",
        ";",
    ),
)


@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=9).map("".join))
@settings(max_examples=300)
def test_prose_is_read_as_it_was_written_wherever_it_stands(text: str) -> None:
    shown = commands.markdown(text)
    told = escape.visible(text).strip(" ")
    for source in (shown, f"| h |\n|---|\n| {shown} |", f"**Why:** {shown}", f"a<br>{shown}"):
        found = page("comment", source)
        assert found.open == []
        assert found.tags <= {*("p", "code", "span", "strong", "br"), *MARKDOWN_TABLE}
        prose = "".join(found.prose)
        assert not re.search(r"[@#]\w|:\w|://|www\.\w|GH-\d", prose)
        # A code span may begin and end with blanks of its own; HTML shows a run of them as one.
        assert squeezed(told) in squeezed(plain("".join(found.said)))


MARKDOWN_TABLE = {"table", "thead", "tbody", "tr", "th", "td"}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


# -- size and time

LARGE = (" ".join(HOSTILE) * 10_000)[: 5 * 1024 * 1024]
LARGEST = {
    "text": 60_000,
    "markdown": 60_000,
    "github": 60_000,
    "summary": summary.LONGEST,
    "comment": comment.LONGEST,
    "sarif": 200_000,
    "junit": 200_000,
    "html": 200_000,
}


def test_five_megabytes_in_every_text_become_a_page_and_not_a_flood() -> None:
    whole = report(LARGE)
    assert len(whole.findings[0].message) == 5 * 1024 * 1024
    for form, largest in LARGEST.items():
        begin = time.process_time()
        shown = render(whole, form, host=HOST)
        wrong = render_mistakes(mistakes(LARGE), form, host=HOST)
        assert time.process_time() - begin < 5, form
        assert max(len(shown.encode()), len(wrong.encode())) <= largest, form
        assert "(5,242,880 characters in all)" in shown


def test_what_is_cut_tells_the_length_of_the_whole() -> None:
    whole = report("y" * 100_000, everything=False)
    versions = (dataclasses.replace(whole.versions[0], path="p", promises=()),)
    whole = dataclasses.replace(whole, versions=versions, findings=whole.findings[:1])
    for form in LARGEST:
        told = re.findall(r"\((\S+) characters in all\)", render(whole, form))
        # The record says it twice, and is measured with its brackets and line breaks.
        assert {each for each in told if not each.startswith("200,0")} == {"100,000"}, form


def test_thousands_of_hostile_findings_fit_where_they_are_shown() -> None:
    some = [report(text[:200]) for text in HOSTILE]
    findings = tuple(each.findings[0] for each in some) * 150
    versions = tuple(each.versions[0] for each in some) * 20
    whole = dataclasses.replace(some[0], findings=findings, versions=versions)
    for form, limit in (("markdown", 60_000), ("comment", 60_000), ("summary", summary.LONGEST)):
        shown = render(whole, form, host=HOST)
        assert len(shown.encode()) <= limit
        assert re.search(r"_[\d,]+ more findings?\b", shown)
        found = page(form, shown)
        assert found.open == []
        assert found.tags <= MARKDOWN_TAGS


def test_a_summary_is_cut_between_findings_and_says_how_many_are_left() -> None:
    findings = tuple(
        Finding("x", Severity.ERROR, Place("p", 1, 1), f"number {index} {'y' * 1_500}")
        for index in range(1_000)
    )
    shown = render(Report("b", "h", date(2026, 1, 1), findings), "summary")
    told = re.findall(r"^number (\d+) y{1500}$", shown, re.MULTILINE)
    assert told == [str(index) for index in range(len(told))]
    assert 500 < len(told) < 1_000
    assert f"_{1_000 - len(told)} more findings not shown here: run `reg check`._" in shown
    assert 880 * 1024 < len(shown.encode()) <= summary.LONGEST

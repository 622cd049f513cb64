"""Texts that try to act on whoever shows them, and a report that has one of them everywhere."""

from __future__ import annotations

import json
from datetime import date

from schemareg.model import (
    Announcement,
    Direction,
    Finding,
    Hit,
    Mistake,
    Outcome,
    Place,
    PromiseChange,
    Report,
    Severity,
    VersionVerdict,
)

HOSTILE = (
    "::error file=x::forged",
    "  ::set-output name=a::b",
    "##[error]forged",
    "a\n::stop-commands::x\r\n##vso[task]",
    "\x1b[2J\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "\u202egnp.exe\u202c",
    "pay\u200bload",
    "a | b ` c `` d",
    "<script>alert(1)</script><img src=x onerror=y>",
    "</summary></details></td></table></pre></style>--><!-- ]]> <![CDATA[",
    '" onmouseover="alert(1)" x=\' onfocus=\'y',
    "@octocat @org/team #12 GH-3 org/repo#4",
    "<!channel> <@U024BE7LH> <!here|here> <https://evil.example|click>",
    "https://evil.example www.evil.example mailto:x@evil.example",
    "[click](javascript:x) ![i](https://evil.example/i.png) [^1]",
    "reg x [click](https://evil.example) `reg y` @octocat reg z#a|b",
    "$x$ :boom: ~~x~~ **x** _x_ &lt; &#64; {0} {{x}} ${{ github.token }}",
    "# heading",
    "- item\n1. item\n> quote\n```\nfence",
    "100% , : done",
    "\ud800 lone \ufffe\uffff \x00",
    "    indented code",
    "z" + "\u0301" * 90,
    "]]></failure></testcase>&bogus;",
)


def report(text: str, *, everything: bool = True) -> Report:
    """A report that says a text wherever it says anything; or only where sentences stand."""
    name = text if everything else "orders"
    finding = Finding(
        "property-required",
        Severity.ERROR,
        Place(f"products/orders/{name}", 3, 5),
        text,
        product=name,
        schema=name,
        version=name,
        against=name,
        direction=Direction.BACKWARD,
        field=name,
        pointer=name,
        witness=json.dumps({text: [text]}, ensure_ascii=False),
        why=text,
        remedy=text,
        fingerprint="5f0c1d2e3a4b5f0c",
        value=name,
        dates=text,
        hits=(Hit(name, name, name, name, name, (name, name)),),
        target=name,
        announce=Announcement(name, name, 90),
    )
    notice = Finding("x", Severity.NOTICE, Place(text, 1, 1), text, waived=text)
    verdict = VersionVerdict(
        name,
        name,
        name,
        text,
        Outcome.BREAKING,
        reason=text,
        required_bump="major",
        against=(text, text),
        changes=(text,),
        honest=text,
        promises=(PromiseChange(text, text, text), PromiseChange(text, "", text)),
    )
    return Report(text, text, date(2026, 11, 22), (finding, notice), (verdict,))


def mistakes(text: str) -> tuple[Mistake, ...]:
    """Mistakes that say a text wherever they say anything."""
    return (Mistake(Place(text, 1, 1), "yaml-syntax", text, text),)

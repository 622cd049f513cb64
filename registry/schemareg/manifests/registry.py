"""registry.yaml: text to the hub's policy."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from schemareg.documents import bounded
from schemareg.errors import InvalidFiles
from schemareg.manifests import durations
from schemareg.manifests.overrides import changed
from schemareg.manifests.schemas import check
from schemareg.manifests.secrets import carries_secret
from schemareg.model import Channel, Compatibility, Mistake, Overrides, Policy, Stability
from schemareg.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemareg.documents import Document
    from schemareg.json_values import JsonValue

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_SCHEMES = ("https:", "http:", "mailto:")


def parse_registry(document: Document) -> Policy:
    """The policy that registry.yaml states. Raises InvalidFiles with every mistake in it."""
    check(document, "registry")
    value = document.value
    found = bounded(chain(_channel_mistakes(document), _notify_mistakes(document)))
    if found:
        raise InvalidFiles(found)
    default = Policy()
    deprecation = value.get("deprecation", {})
    reminders = deprecation.get("reminders")
    return Policy(
        protected_branch=value.get("protected-branch", default.protected_branch),
        compatibility=changed(Compatibility(), value.get("compatibility", {})),
        windows=_windows(deprecation.get("window"), default.windows),
        reminders=(
            default.reminders
            if reminders is None
            else tuple(sorted({durations.days(each) for each in reminders}, reverse=True))
        ),
        overrides=Overrides(value.get("overrides", default.overrides.value)),
        channels=tuple(
            Channel(name, channel["url"])
            for name, channel in sorted(value.get("channels", {}).items())
        ),
        notify_default=tuple(value.get("notify", {}).get("default", ())),
        layout=value.get("layout", ""),
        anchor=value.get("anchor", ""),
    )


def _windows(written: JsonValue, default: Mapping[Stability, int]) -> Mapping[Stability, int]:
    """One duration counts for beta and stable: a draft promises nothing unless it says so."""
    if written is None:
        return default
    if isinstance(written, str):
        span = durations.days(written)
        return {**default, Stability.BETA: span, Stability.STABLE: span}
    return {
        stability: durations.days(written[stability.value])
        if stability.value in written
        else default[stability]
        for stability in Stability
    }


def _channel_mistakes(document: Document) -> Iterator[Mistake]:
    """None of these shows the URL: it may be a secret, and a log is no place for one."""
    for name, channel in document.value.get("channels", {}).items():
        place = document.place(("channels", name, "url"))
        url = channel["url"]
        bad = [each for each in _PLACEHOLDER.findall(url) if not _VARIABLE.fullmatch(each)]
        if bad or url.count("${") != len(re.findall(r"\$\{[^}]*\}", url)):
            yield Mistake(
                place,
                "value-malformed",
                f"a placeholder in the URL of {quoted(name)} does not name a variable",
                "Write ${NAME}: letters, digits and '_' between the braces",
            )
        elif not url.startswith("${") and not url.lower().startswith(_SCHEMES):
            yield Mistake(
                place,
                "value-malformed",
                f"the URL of {quoted(name)} is none that a message can be sent to",
                "Write an https, http or mailto URL, or ${NAME} where the environment has it",
            )
        elif carries_secret(url):
            yield Mistake(
                place,
                "secret-in-file",
                f"the URL of {quoted(name)} seems to carry a secret",
                f"Write ${{{_variable(name)}}} and set that variable where reg runs; what has been"
                " in Git is no secret any more: have a new one issued",
            )


def _variable(name: str) -> str:
    return f"{name.upper().replace('-', '_')}_URL"


def _notify_mistakes(document: Document) -> Iterator[Mistake]:
    known = list(document.value.get("channels", {}))
    for position, name in enumerate(document.value.get("notify", {}).get("default", ())):
        if name not in known:
            place = document.place(("notify", "default", position))
            yield Mistake(place, "channel-unknown", *unknown_channel(name, known))


def unknown_channel(name: str, known: list[str]) -> tuple[str, str]:
    """What and remedy for a channel that registry.yaml does not have."""
    what = f"there is no channel {quoted(name)} in registry.yaml"
    near = nearest(name, known)
    if near:
        return what, f"Did you mean {quoted(near)}?"
    there = f"; there are {listed(known, last='and')}" if known else ""
    return what, f"Add {name} under channels in registry.yaml{there}"

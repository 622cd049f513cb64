"""registry.yaml: text to the hub's policy."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from schemareg.documents import bounded
from schemareg.manifests import durations
from schemareg.manifests.overrides import changed
from schemareg.manifests.schemas import check
from schemareg.model import Compatibility, Overrides, Policy, Stability
from schemareg.model.errors import InvalidFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Mistake


def parse_registry(document: Document) -> Policy:
    """The policy that registry.yaml states. Raises InvalidFiles with every mistake in it."""
    try:
        check(document, "registry")
    except InvalidFiles as error:
        raise InvalidFiles(bounded(chain(error.mistakes, _told_wrong(document)))) from None
    value = document.value
    told = _told(document) if value.keys() & {"channels", "notify"} else {}
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
        layout=value.get("layout", ""),
        anchor=value.get("anchor", ""),
        **told,
    )


def _told(document: Document) -> dict[str, Any]:
    """Who is told of what lands, and where. Raises InvalidFiles."""
    # Here, for to read URLs takes as long as all the rest of most policies.
    from schemareg.manifests import channels

    found = bounded(_told_wrong(document))
    if found:
        raise InvalidFiles(found)
    notify = document.value.get("notify", {})
    return {
        "channels": channels.channels(document.value.get("channels", {})),
        "notify_default": tuple(notify.get("default", ())),
        "mail": channels.mail(notify.get("mail")),
        "issues": notify.get("issues", False),
    }


def _told_wrong(document: Document) -> Iterator[Mistake]:
    from schemareg.manifests import channels

    return channels.mistakes(document)


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

"""The files of `consumers/`: text to who reads a product, and what of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.manifests.schemas import check
from schemareg.model import Consumer, Mistake, Use, targets
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from schemareg.documents import Document
    from schemareg.model import Pointer


def parse_consumer(document: Document, product: str) -> Consumer:
    """The consumer that a file of this product states. Raises InvalidFiles with every mistake."""
    check(document, "consumer")
    value = document.value
    found: list[Mistake] = []
    uses = []
    for position, use in enumerate(value["uses"]):
        at = ("uses", position)
        schema = _target(document, (*at, "schema"), use["schema"], product, found)
        fields = [
            _target(document, (*at, "fields", index), f"{use['schema']}#{field}", product, found)
            for index, field in enumerate(use.get("fields", ()))
        ]
        if schema is not None:
            known = [each for each in fields if each is not None]
            values = tuple(each.value for each in known)
            uses.append(
                Use(
                    schema,
                    use.get("versions", "*"),
                    tuple(each.field for each in known),
                    values if any(each is not None for each in values) else (),
                )
            )
    acks = [
        _target(document, ("acks", position), text, product, found)
        for position, text in enumerate(value.get("acks", ()))
    ]
    if found:
        raise InvalidFiles(tuple(sorted(set(found))))
    return Consumer(
        path=document.path,
        name=document.path.rpartition("/")[2].rpartition(".")[0],
        team=value["team"],
        contact=value.get("contact", ""),
        channels=tuple(value.get("channels", ())),
        uses=tuple(uses),
        queries=tuple(value.get("queries", ())),
        acks=tuple(each for each in acks if each is not None),
    )


def _target(
    document: Document, pointer: Pointer, text: str, product: str, found: list[Mistake]
) -> targets.Target | None:
    place = document.place(pointer)
    try:
        target = targets.parse(text)
    except RegistryError as error:
        found.append(Mistake(place, "target-malformed", error.what, error.remedy))
        return None
    if target.product != product and pointer[-2] != "fields":  # its schema is told of already
        found.append(
            Mistake(
                place,
                "use-elsewhere",
                f"{quoted(target)} is not of the product {quoted(product)}",
                f"Move it into a file of {quoted(target.product)}: consumers/ of that product",
            )
        )
    return target

"""Text to value, strictly, with the place of everything: JSON and YAML files of a registry."""

from schemareg.documents.document import MOST_MISTAKES, Document, Member, Node, bounded
from schemareg.documents.json_text import parse_json
from schemareg.documents.yaml_text import parse_yaml

__all__ = [
    "MOST_MISTAKES",
    "Document",
    "Member",
    "Node",
    "bounded",
    "parse",
    "parse_json",
    "parse_yaml",
]


def parse(data: bytes, path: str) -> Document:
    """The document in `data`, read as the ending of `path` says: JSON for `.json` and `.avsc`, else YAML.

    Raises InvalidFiles with every mistake that can be told.
    """
    return parse_json(data, path) if path.endswith((".json", ".avsc")) else parse_yaml(data, path)

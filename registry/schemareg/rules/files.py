"""The rules of files: every id under which a mistake of a file is told."""

from __future__ import annotations

from schemareg.rules.rule import Rule

_STRICT = "Two readers of one file must never read two things."
_LIMITS = "Design, section 10: limits give clear errors, so that no file can stop the check."
_LAYOUT = "Design, section 2: one fact a file, each at its place."
_YAML = "YAML 1.2.2, section 10.3: the core schema; design, section 2: YAML is read strictly."
_JSON = "RFC 8259; RFC 7493."
_SCHEMA = "The metaschemas of JSON Schema, drafts 04, 06, 07, 2019-09 and 2020-12."
_MANIFEST = "The JSON Schema of this kind of file: reg schema registry, reg schema product."


def _rule(id: str, title: str, rationale: str, remedy: str, source: str) -> Rule:  # noqa: A002
    return Rule(id, title, rationale, remedy, source)


RULES = (
    # The text of a file.
    _rule(
        "file-too-large",
        "A file has more than 1 MiB",
        "An honest schema has a few thousand bytes; a larger file is data, or meant to hurt.",
        "Split the schema and refer to its parts with $ref, or take data out of it.",
        _LIMITS,
    ),
    _rule(
        "file-empty",
        "A file holds nothing",
        "An empty file says nothing, and some readers take it for null.",
        "Write the document, or remove the file.",
        _LAYOUT,
    ),
    _rule(
        "file-not-utf8",
        "A file is not UTF-8",
        "What is in another encoding reads differently, or not at all, elsewhere.",
        "Save the file as UTF-8 without a byte order mark.",
        "RFC 8259, section 8.1.",
    ),
    _rule(
        "file-has-bom",
        "A file begins with a byte order mark",
        "Many readers of JSON refuse it.",
        "Save the file as UTF-8 without a byte order mark.",
        "RFC 8259, section 8.1.",
    ),
    _rule(
        "control-character",
        "A file has a character that nobody sees",
        "It hides what a line says, or breaks the line for some readers only.",
        "Remove it, or write it as an escape in double quotes.",
        "YAML 1.2.2, section 5.1; RFC 8259, section 7.",
    ),
    _rule(
        "nesting-too-deep",
        "Objects and arrays nest more than 100 deep",
        "Parsers crash on deep nesting, and people do not follow it.",
        "Move inner parts to $defs and refer to them with $ref.",
        _LIMITS,
    ),
    _rule(
        "json-syntax",
        "A file is not JSON",
        "Nobody can read it.",
        "Mend the syntax where it says.",
        _JSON,
    ),
    _rule(
        "yaml-syntax",
        "A file is not YAML, or not to every reader",
        _STRICT,
        "Mend the syntax where it says.",
        _YAML,
    ),
    _rule(
        "csv-syntax",
        "A sample of records is not CSV",
        "Its cells cannot be told apart, or belong to no column.",
        "Mend the line it names.",
        "RFC 4180.",
    ),
    _rule(
        "duplicate-key",
        "A key stands twice in one object",
        "Some readers keep the first, some the last.",
        "Keep one of the two.",
        "RFC 7493, section 2.3.",
    ),
    _rule(
        "number-not-json",
        "NaN or an infinity stands where a number should",
        "JSON has no such numbers.",
        "Write a number, null, or leave the member out.",
        "RFC 8259, section 6.",
    ),
    _rule(
        "number-too-large",
        "A number is beyond 10^±4000",
        "Numbers are compared exactly here, and this one would fill the memory.",
        "Write a smaller number, or none at all where it means 'no bound'.",
        _LIMITS,
    ),
    _rule(
        "lone-surrogate",
        "A string has half a character",
        "It cannot be written as UTF-8.",
        "Write both halves, or the character itself.",
        "RFC 7493, section 2.1.",
    ),
    _rule(
        "target-malformed",
        "A target is no name of anything",
        "Nobody can tell what it speaks of.",
        "Write product, product/schema, product/schema@1, product/schema#field or #field=VALUE.",
        _LAYOUT,
    ),
    _rule(
        "target-elsewhere",
        "A fact about one product stands in the folder of another",
        "The owner of a product answers for what stands in its folder.",
        "Move the file into the folder of the product that it speaks of.",
        _LAYOUT,
    ),
    _rule(
        "loosens-no-field",
        "A guarantee is to be loosened of something that is no field",
        "Only a field has guarantees of its own.",
        "Name a field, or leave loosens out.",
        _LAYOUT,
    ),
    _rule(
        "day-impossible",
        "A day that is not in the calendar",
        "Nothing can end on it.",
        "Write a day that there is, as 2027-03-01.",
        "ISO 8601",
    ),
    _rule(
        "waiver-misnamed",
        "A waiver's file is not called like the finding it accepts",
        "Two waivers of one finding must be one file, so that they collide.",
        "Call the file <fingerprint>.yaml.",
        _LAYOUT,
    ),
    _rule(
        "yaml-anchor",
        "An anchor or alias",
        "What a value is must stand where the value stands.",
        "Write the value out at each place.",
        _YAML,
    ),
    _rule(
        "yaml-tag",
        "A tag",
        "Tags name types that only some readers know, and that may run code.",
        "Remove the tag.",
        _YAML,
    ),
    _rule(
        "yaml-merge-key",
        "A merge key",
        "What an object holds must stand in the object.",
        "Write out what it would bring in.",
        _YAML,
    ),
    _rule(
        "yaml-key-not-string",
        "A key that is no string",
        "JSON has string keys only.",
        "Write the key in quotes.",
        _YAML,
    ),
    _rule(
        "yaml-several-documents",
        "Several documents in one file",
        "One fact a file.",
        "Keep one document a file.",
        _LAYOUT,
    ),
    _rule(
        "yaml-directive",
        "A directive",
        "It changes how the rest of the file is read.",
        "Remove the lines that begin with '%'.",
        _YAML,
    ),
    # What registry.yaml and product.yaml say.
    _rule(
        "key-unknown",
        "A key that this kind of file does not have",
        "It would be passed over in silence.",
        "Correct or remove it.",
        _MANIFEST,
    ),
    _rule(
        "key-missing",
        "A key that must be there is not",
        "The file does not say what others rely on.",
        "Add it.",
        _MANIFEST,
    ),
    _rule(
        "value-wrong-type",
        "A value of the wrong type",
        "It cannot mean what the key asks for.",
        "Write the type it names.",
        _MANIFEST,
    ),
    _rule(
        "value-not-allowed",
        "A value that is not one of those allowed",
        "It cannot mean what the key asks for.",
        "Write one of those it names.",
        _MANIFEST,
    ),
    _rule(
        "value-malformed",
        "A value of the wrong form",
        "It cannot mean what the key asks for.",
        "Write the form it names.",
        _MANIFEST,
    ),
    _rule(
        "value-repeated",
        "A value stands twice in a list",
        "The second says nothing.",
        "Keep each once.",
        _MANIFEST,
    ),
    _rule(
        "secret-in-file",
        "A URL seems to carry a secret",
        "What is in Git is known to everyone who can read it, for ever.",
        "Write ${NAME} and set that variable where reg runs; have a new secret issued.",
        "Design, section 7: secrets come from the environment.",
    ),
    _rule(
        "channel-unknown",
        "A channel that registry.yaml does not have",
        "Nobody would be reached.",
        "Correct the name, or add the channel.",
        _MANIFEST,
    ),
    _rule(
        "override-not-allowed",
        "A product changes what the registry's policy keeps to itself",
        "The hub's policy says what a product may change (overrides).",
        "Remove the wish, or change overrides in registry.yaml.",
        "Design, section 2.",
    ),
    _rule(
        "input-unknown",
        "An input that is not in the registry",
        "Nobody could tell whose change reaches this product.",
        "Correct the name, or add the schema.",
        _MANIFEST,
    ),
    _rule(
        "domain-mismatch",
        "A product stands in the folder of another domain",
        "One of the two is wrong.",
        "Write the folder's domain, or move the folder.",
        _LAYOUT,
    ),
    # Schemas.
    _rule(
        "schema-malformed",
        "A schema is not valid in its draft",
        "Validators refuse it, or each reads it in its own way.",
        "Write the keyword in the form it names.",
        _SCHEMA,
    ),
    _rule(
        "dialect-unknown",
        "$schema names no known draft",
        "Nobody could say what the keywords mean.",
        "Name a draft from 04 to 2020-12.",
        "JSON Schema 2020-12 core, section 8.1.1.",
    ),
    _rule(
        "pattern-invalid",
        "A pattern is not a regular expression",
        "A validator would stop at it, or pass over it.",
        "Correct the pattern.",
        "ECMA-262, section 22.2; JSON Schema 2020-12 core, section 6.4.",
    ),
    _rule(
        "identifier-repeated",
        "An $id or anchor stands twice in one file",
        "A reference to it would mean two things.",
        "Give each its own name.",
        "JSON Schema 2020-12 core, section 8.2.1.",
    ),
    _rule(
        "reference-dangling",
        "A $ref leads nowhere",
        "The schema cannot be read. Nothing outside the registry is ever fetched.",
        "Correct the reference, or put what it means under products/ or $defs.",
        "JSON Schema 2020-12 core, section 8.2.3; design, section 10.",
    ),
    _rule(
        "keyword-unknown-near",
        "A keyword is probably misspelled",
        "JSON Schema passes over what it does not know.",
        "Correct the spelling; name your own annotations x-….",
        "JSON Schema 2020-12 core, section 6.5.",
    ),
    _rule(
        "keyword-of-another-draft",
        "A keyword that says nothing in this draft",
        "Whoever wrote it thinks that it says something.",
        "Say it in this draft's words, or name the draft with $schema.",
        _SCHEMA,
    ),
    # Where files stand.
    _rule(
        "registry-file-missing",
        "There is no registry.yaml",
        "Without a policy there is no registry.",
        "reg init writes one.",
        _LAYOUT,
    ),
    _rule(
        "product-file-missing",
        "A product's folder has no product.yaml",
        "Nobody answers for what stands there.",
        "reg new product NAME --team TEAM.",
        _LAYOUT,
    ),
    _rule(
        "product-repeated",
        "Two products have one name",
        "A product's name is the registry's, whatever domain it stands in.",
        "Rename one of the two folders.",
        "Design, section 2: product names are unique.",
    ),
    _rule(
        "name-malformed",
        "A folder's name is no name",
        "It could not be written in a target, a file name or a URL.",
        "Rename the folder.",
        "Design, section 2: names.",
    ),
    _rule(
        "name-differs-by-case",
        "Two names differ only by case or Unicode form",
        "On some file systems they are one file, and one of them is lost.",
        "Rename one of the two.",
        _LAYOUT,
    ),
    _rule(
        "link-not-allowed",
        "A symbolic link or submodule",
        "Its content lies elsewhere and may change unseen.",
        "Put the content itself there.",
        "Design, section 10: paths never leave the registry.",
    ),
    _rule(
        "file-misplaced",
        "A file or folder that belongs nowhere",
        "It would be passed over in silence.",
        "Move or remove it.",
        _LAYOUT,
    ),
    _rule(
        "version-name",
        "A version's file is not named by a semantic version",
        "Its place in the order of versions is unknown.",
        "Rename it to X.Y.Z.json.",
        "Semantic Versioning 2.0.0.",
    ),
    _rule(
        "version-repeated",
        "A version has two files",
        "Nobody could tell which one counts.",
        "Keep one of the two.",
        _LAYOUT,
    ),
    _rule(
        "format-not-supported",
        "A schema in a language that is not read yet",
        "It would be passed over in silence.",
        "Write the schema as JSON Schema.",
        _LAYOUT,
    ),
    _rule(
        "schema-not-declared",
        "A schema that product.yaml does not declare",
        "Nobody would find it.",
        "Declare it under schemas in product.yaml.",
        _LAYOUT,
    ),
    _rule(
        "schema-without-version",
        "A declared schema has no version",
        "Nobody could read it.",
        "reg draft PRODUCT/SCHEMA writes the first one.",
        _LAYOUT,
    ),
)
"""In the order in which a file is looked at: its text, what it says, where it stands."""

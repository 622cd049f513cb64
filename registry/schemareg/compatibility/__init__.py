"""May this reader refuse what that writer may write? A proof, a counterexample, or the reason."""

from schemareg.compatibility.verdict import Break, Budget, Lookup, SchemaSource, Verdict

__all__ = ["Break", "Budget", "Lookup", "SchemaSource", "Verdict", "check", "compare"]

from schemareg.compatibility.engine import compare
from schemareg.compatibility.levels import check

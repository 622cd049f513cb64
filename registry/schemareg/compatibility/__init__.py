"""Compatibility levels over pairs of versions, for files outside a registry and in bulk."""

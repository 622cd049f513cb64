"""The answers of all other commands, as text, JSON and pages."""

"""Wording, escapes, columns, colour and CSV: text that is shown."""

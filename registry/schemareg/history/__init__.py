"""The clock of landings, bounded views of the history, and what a path is about."""

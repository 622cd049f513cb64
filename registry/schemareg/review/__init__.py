"""Two states of a registry and a day to a report."""

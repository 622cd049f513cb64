"""The command `reg`."""

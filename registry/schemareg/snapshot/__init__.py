"""The registry at one commit, as a value."""

"""The landings of a protected branch, read from Git and indexed."""

"""Issues, dashboard and comments on GitHub, as text."""

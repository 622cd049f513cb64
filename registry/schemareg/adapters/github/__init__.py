"""The REST API of GitHub: pull requests, issues, comments."""

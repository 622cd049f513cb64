"""Use cases on GitHub: the comment of a pull request, issues of deprecations."""

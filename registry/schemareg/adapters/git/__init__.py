"""Git repositories: objects, trees, commits, branches, work trees."""

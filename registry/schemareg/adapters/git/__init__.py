"""Git repositories: objects, trees, commits, branches, working trees."""

"""The facts of landings: log, blame, milestones."""

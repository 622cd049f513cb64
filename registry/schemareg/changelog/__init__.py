"""What landed, as facts: the log, blame, milestones."""

"""What landed, as facts: the log, what must never change, checkpoints and proofs."""

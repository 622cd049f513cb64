"""The audit of what landed: invariants, checkpoints and proofs."""

"""The doors: each brings bytes to the core or carries its answer away, and judges nothing."""

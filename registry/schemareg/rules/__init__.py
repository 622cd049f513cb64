"""The rules by which findings are named."""

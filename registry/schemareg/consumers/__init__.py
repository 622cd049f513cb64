"""What consumers use, and which of them a change affects."""

"""What a user sees: the report of a review, and the answers of all other commands."""

"""Schema formats: text to schema, references, what a valid schema of the format is."""

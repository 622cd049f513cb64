"""What the registry holds, for people who look for data."""

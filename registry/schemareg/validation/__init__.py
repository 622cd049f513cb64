"""All mistakes of registry files, with their places."""

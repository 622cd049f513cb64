"""Schema histories in repositories that are not registries."""

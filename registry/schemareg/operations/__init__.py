"""The use cases of the registry: they join core and adapters and return values."""

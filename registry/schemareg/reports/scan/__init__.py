"""What a scan of a schema history found, in its forms."""

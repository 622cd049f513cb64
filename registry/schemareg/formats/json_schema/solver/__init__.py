"""Can this reader refuse what that writer may write? A tableau search for a witness."""

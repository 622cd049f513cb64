"""May this reader refuse what that writer writes?"""

"""Clients of delivery services: HTTP, SMTP, Apprise."""

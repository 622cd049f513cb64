"""Messages to the services that deliver them: HTTP, SMTP, Apprise."""

"""A message in the form of each channel: plain text, Slack, Teams, mail, webhook."""

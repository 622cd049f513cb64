"""Versions as tables: columns, statements, migrations, views of old lines, and who reads what."""

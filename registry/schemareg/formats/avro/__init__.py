"""Avro schemas (`.avsc`): the specification 1.12, decided exactly, with messages that show each break."""

"""Messages, routing, the outbox and the ledger entries that record deliveries."""

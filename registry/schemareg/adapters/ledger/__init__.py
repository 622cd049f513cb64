"""The ledger of deliveries and receipts in a Git ref."""

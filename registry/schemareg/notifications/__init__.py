"""Landings and days to what people are told: events, who hears of them, and what each is sent."""

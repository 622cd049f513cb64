"""Events from landings and days, and the audience of each."""

"""The headline, the kicker above it and the deck below it."""

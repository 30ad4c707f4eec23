"""robots.txt, delays, `Retry-After` and backoff per host."""

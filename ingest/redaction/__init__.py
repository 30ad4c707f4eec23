"""Secrets: redacted in recordings, masked in messages and logs (pure)."""

"""Readers of sources: feeds, sitemaps, listings and APIs as candidates (pure)."""

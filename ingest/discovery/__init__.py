"""Where articles are announced: bytes of feeds, sitemaps, listings and APIs to candidates (pure)."""

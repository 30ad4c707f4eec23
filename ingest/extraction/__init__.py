"""Extract the article from a parsed page, as an `Extraction` (pure)."""

"""What a page says: a parsed page to an `Extraction` (pure)."""

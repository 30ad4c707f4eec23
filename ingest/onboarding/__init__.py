"""Drafts the definition of a site that nobody has described yet, from what was found there (pure)."""

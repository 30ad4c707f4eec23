"""Whether a site's runs are as they should be, and if not, why (pure)."""

"""Whether a page is an article, a listing or a challenge page."""

"""Bytes of HTML to a parsed page, and the vocabulary of its elements. Pure."""

"""The authors of an article."""

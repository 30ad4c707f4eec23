"""`khabar scrape`: the records of URLs, lists of URLs, feeds, sitemaps and saved pages."""

from ingest.cli.scrape.command import scrape

__all__ = ["scrape"]

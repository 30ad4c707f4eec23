"""`khabar extract`: records of archives and saved pages."""

from ingest.cli.archive.extract import extract

__all__ = ["extract"]

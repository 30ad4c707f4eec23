"""WARC archives (ISO 28500), also damaged ones: records, and the pages in them."""

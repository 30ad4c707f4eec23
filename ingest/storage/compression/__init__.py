"""Segments as files: plain, or compressed with zstd or gzip.

`files` finds and opens the file of a segment, `codecs` reads and writes the formats.
"""

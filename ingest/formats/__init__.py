"""Output formats: records as JSON Lines, JSON, text, Markdown, HTML, CSV or TSV, and their files.

A record is a mapping in plain JSON types with the names of the schema, as `Article.to_dict` gives
it. `record_writer` returns the writer of a format, which makes text of records one at a time:

    >>> writer = record_writer(Format.CSV, fields=("url", "authors.name"))
    >>> for record in records:
    ...     stream.write(writer.add(record))
    >>> stream.write(writer.end())

`open_output` writes to standard output, a file or a folder with it.
"""

from ingest.formats.fields import check_fields, default_columns, value_at
from ingest.formats.files import Output, open_output
from ingest.formats.writers import Format, Record, RecordWriter, record_writer, without_formula

__all__ = [
    "Format",
    "Output",
    "Record",
    "RecordWriter",
    "check_fields",
    "default_columns",
    "open_output",
    "record_writer",
    "value_at",
    "without_formula",
]

"""Plug-ins of other distributions: sources, comments, sinks, and values for existing fields.

A distribution registers a plug-in as an entry point, and a site definition or the settings name it.
It is imported only then. The built-in ones are registered in the same way (`pyproject.toml`).

| group               | adds                      | named by                     | protocol        |
|---------------------|---------------------------|------------------------------|-----------------|
| `khabar.sources`    | sources of articles       | `plugins.sources` of a site  | `Source`        |
| `khabar.comments`   | a source of comments      | `plugins.comments` of a site | `CommentSource` |
| `khabar.sinks`      | a destination of records  | `sinks` of the settings      | `Sink`          |
| `khabar.extractors` | values for its fields     | `plugins.extractors`         | `Extractor`     |

An extractor replaces values of existing fields. It cannot add a field to the record: see
"Add a field" in CONTRIBUTING.md.

A plug-in that raises is named in the errors of the run, or in the warnings of the record. It never
costs an article.
"""

from __future__ import annotations

from ingest.plugins.loading import (
    BUILT_IN,
    COMMENTS,
    EXTRACTORS,
    SINKS,
    SOURCES,
    check,
    comment_source,
    extractor,
    load,
    problem_of,
    sink,
    source,
)
from ingest.plugins.protocols import (
    CommentContext,
    CommentSource,
    Extractor,
    Read,
    RemoteComments,
    Response,
    Sink,
    Source,
    SourceContext,
    SourcePage,
)

__all__ = [
    "BUILT_IN",
    "COMMENTS",
    "EXTRACTORS",
    "SINKS",
    "SOURCES",
    "CommentContext",
    "CommentSource",
    "Extractor",
    "Read",
    "RemoteComments",
    "Response",
    "Sink",
    "Source",
    "SourceContext",
    "SourcePage",
    "check",
    "comment_source",
    "extractor",
    "load",
    "problem_of",
    "sink",
    "source",
]

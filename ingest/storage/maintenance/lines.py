"""Checks the lines of a site in their order: records, numbers, versions and hashes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationError

from ingest.processing.changes import content_hash
from ingest.record import Article
from ingest.storage.maintenance.findings import REPAIR, RESTORE

Problem = tuple[str, str]
"""What is wrong with a line, and the remedy."""


class Latest(NamedTuple):
    """The last version of an article among the lines: its number, and that of its record.

    Attributes:
        version: of the article.
        number: of the record.
        position: the byte of its segment where its line begins.
        content: the `hash` of its content hash, to compare within this process.
    """

    version: int
    number: int
    position: int
    content: int


def parsed(data: bytes) -> Article | str:
    """Return the record of a line, or what is wrong with it."""
    if not data.endswith(b"\n"):
        return "the line is torn"
    try:
        return Article.model_validate_json(data)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in problem["loc"])
        return f"not a record: {key} {problem['msg']}" if key else f"not JSON: {problem['msg']}"


class LineCheck:
    """Checks the records of a site one by one; `latest` are the last versions so far, by id.

    Args:
        site: the name of the site.
    """

    def __init__(self, site: str) -> None:
        self.latest: dict[str, Latest] = {}
        self._site = site
        self._hole = 0

    def hole(self, last: int) -> None:
        """Note that records up to a number are missing: versions may be missing with them."""
        self._hole = max(self._hole, last)

    def may_be_missing(self, number: int) -> bool:
        """Whether the records after a number are not all there."""
        return self._hole > number

    def check(self, data: bytes, number: int, position: int) -> tuple[int, list[Problem]]:
        """Check a line.

        Args:
            data: the line with its newline.
            number: that it must have.
            position: the byte of its segment where it begins.

        Returns:
            The number that it has, and what is wrong.
        """
        article = parsed(data)
        if isinstance(article, str):
            self.hole(number)
            return number, [(article, RESTORE)]
        stated = article.metadata.sequence
        number_stated = number if stated is None else stated
        problems = list(self._problems(article, number))
        latest = Latest(article.version, number_stated, position, hash(article.content_hash))
        self.latest[article.id] = latest
        return number_stated, problems

    def _problems(self, article: Article, number: int) -> Iterator[Problem]:
        stated = article.metadata.sequence
        if stated is not None and stated != number:
            yield f"the record has the number {stated}, {number} is next", RESTORE
            self.hole(max(stated, number) - 1)
        if article.metadata.site not in (None, self._site):
            yield f"the record is one of {article.metadata.site}", "move the file there"
        if article.content_hash != content_hash(article):
            yield "the record was edited: contentHash is that of another content", RESTORE
        before = self.latest.get(article.id)
        version, last, *_ = before or (0, 0)
        if article.version == version + 1:
            return
        if not (article.version > version and self.may_be_missing(last)):
            problem = f"version {article.version} of {article.id} follows version {version}"
            yield problem, f"restore the ledger or the segment from a copy, or: {REPAIR}"

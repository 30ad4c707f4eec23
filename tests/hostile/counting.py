"""Count the work of a reader in calls, which are the same on every machine, unlike seconds."""

from __future__ import annotations

import cProfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HtmlProcessingInstruction, document_fromstring

from ingest.extraction.body import votes
from ingest.html import tree


class CountedElement(HtmlElement):  # type: ignore[misc]  # lxml.html has no types
    """An element whose walks are generators, so that a profiler sees each of their steps.

    lxml takes the steps in C, where no profiler counts them. Steps over elements that a walk does
    not yield count as well.
    """

    def iter(self, *tags: Any) -> Iterator[Any]:
        return _with_tags(super().iter(), tags)

    def iterdescendants(self, *tags: Any) -> Iterator[Any]:
        return _with_tags(super().iterdescendants(), tags)

    def iterancestors(self, *tags: Any) -> Iterator[Any]:
        return _with_tags(super().iterancestors(), tags)

    def itersiblings(self, *tags: Any, preceding: bool = False) -> Iterator[Any]:
        return _with_tags(super().itersiblings(preceding=preceding), tags)

    def iterchildren(self, *tags: Any, reversed: bool = False) -> Iterator[Any]:  # noqa: A002 - lxml's name
        return _with_tags(super().iterchildren(reversed=reversed), tags)

    def itertext(self, *tags: Any, with_tail: bool = True) -> Iterator[Any]:
        yield from super().itertext(*tags, with_tail=with_tail)

    def text_content(self) -> Any:
        return "".join(self.itertext(with_tail=False))

    def find(self, path: str, namespaces: Any = None) -> Any:
        for _ in self.iter() if path.startswith(".//") else self.iterchildren():
            pass
        return super().find(path, namespaces)

    def index(self, child: Any, start: Any = None, stop: Any = None) -> int:
        for _ in child.itersiblings(preceding=True):
            pass
        return int(super().index(child, start, stop))

    def __iter__(self) -> Iterator[Any]:
        yield from super().__iter__()


def _with_tags(walk: Iterator[Any], tags: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the nodes with one of these tags, as lxml does; all of them without tags."""
    for node in walk:
        if _is_one_of(node, tags):
            yield node


def _is_one_of(node: Any, tags: tuple[Any, ...]) -> bool:
    return not tags or node.tag in tags or ("*" in tags and isinstance(node.tag, str))


class Counter:
    """Counts the functions, methods and steps of generators that readers call.

    trafilatura's are left out, since Khabar bounds what it is given.
    """

    def __init__(self) -> None:
        self._profiler = cProfile.Profile()

    def calls(self, reader: Callable[[], object]) -> int:
        """Return the number of calls of one run of the reader."""
        self._profiler.clear()
        self._profiler.enable()
        try:
            reader()
        finally:
            self._profiler.disable()
        return sum(entry.callcount for entry in self._profiler.getstats())

    @contextmanager
    def counted_elements(self) -> Iterator[None]:
        """Let `page.parse` make pages of `CountedElement` within the block."""
        usual = tree._CLASSES
        extraction = vars(votes)["bare_extraction"]
        tree._CLASSES = etree.ElementDefaultClassLookup(
            element=CountedElement, comment=HtmlComment, pi=HtmlProcessingInstruction
        )
        vars(votes)["bare_extraction"] = self._uncounted(extraction)
        try:
            yield
        finally:
            tree._CLASSES = usual
            vars(votes)["bare_extraction"] = extraction

    def _uncounted(self, extraction: Callable[..., Any]) -> Callable[..., Any]:
        def extract(root: HtmlElement, **options: Any) -> Any:
            self._profiler.disable()
            try:
                return extraction(document_fromstring(etree.tostring(root)), **options)
            finally:
                self._profiler.enable()

        return extract


def growth(few: int, none: int, many: int, *, count: int) -> float:
    """Return how much more work the second half of many things takes than the first; 1 if linear.

    Work of fewer than five calls for each thing counts as five, since that is not the readers' own.

    Args:
        few: The work for `count` things.
        none: The work without any.
        many: The work for twice as many.
        count: The number of things.
    """
    return (many - few) / max(few - none, 5 * count)

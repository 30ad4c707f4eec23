"""Everything that uses Scrapy. The package can be called: `ingest.crawl(["dailytimes"])`.

`from ingest import crawl` gives this package, whichever of its modules were imported before. So the
package itself is callable, with the signature of `ingest.crawl.process.crawl`, which it runs:

    >>> from ingest import crawl
    >>> for summary in crawl(["dailytimes"], limit=5):
    ...     print(summary.site, summary.new, summary.healthy)
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspect import Signature

    from ingest.monitoring.summary import RunSummary


class _CallablePackage(ModuleType):
    """The class of this package: a module that can be called."""

    def __call__(self, *args: Any, **kwargs: Any) -> list[RunSummary]:  # noqa: ANN401 - see below
        from ingest.crawl.process import crawl  # noqa: PLC0415 - its imports are for a call only

        return crawl(*args, **kwargs)

    @property
    def __signature__(self) -> Signature:
        """The signature of `ingest.crawl.process.crawl`."""
        from inspect import signature  # noqa: PLC0415 - as above

        from ingest.crawl.process import crawl  # noqa: PLC0415 - as above

        return signature(crawl)


sys.modules[__name__].__class__ = _CallablePackage

"""Everything that uses Scrapy. The package can be called: `ingest.crawl(["dailytimes"])`.

`from ingest import crawl` gives this package, whichever of its modules were imported before. So the
package itself is callable, with the signature of `ingest.crawl.process.crawl`, which it runs:

    >>> from ingest import crawl
    >>> for summary in crawl(["dailytimes"], limit=5):
    ...     print(summary.site, summary.new, summary.healthy)
"""

from __future__ import annotations

import sys
from inspect import signature
from types import ModuleType

from ingest.crawl.process import crawl


class _CallablePackage(ModuleType):
    """The class of this package: a module that can be called."""

    __call__ = staticmethod(crawl)
    __signature__ = signature(crawl)


sys.modules[__name__].__class__ = _CallablePackage

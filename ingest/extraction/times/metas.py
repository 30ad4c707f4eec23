"""Times of the article in `<meta>` elements, by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.html.page import Page

# Names of metas without case and punctuation. The weight is higher for a name that means the first
# publication of an article more exactly.
_PUBLISHED_METAS = """
4.0 articlepublishedtime ogarticlepublishedtime articlepublished ogpublishedtime ogarticlepublished
3.5 datepublished publisheddate publishdate publisheddatetime publishedat publishedtime published
3.5 pubdate pubtime publishtime publicationdate publicationtime ogpublishdate articlepubdate
3.5 articlepublicationdate articlepublishdate
3.5 parselypubdate sailthrudate dcdateissued dctermsissued dcissued dateissued issued
3.5 dcdatepublished displaydate
3.5 articlepublishedon pdate
3.5 publishedon publisheddateon publishon publishdatetime publishedtimestamp publishtimestamp
3.5 articlepublisheddate articlepubtime newspublicationdate ogpubdate ogpublishdatetime
3.5 datepublication dateofpublication dateposted postedon posteddate btpubdate
3.5 cxenseparserecspublishtime cxenseparsepublishtime cxenseparserecspublishedtime
3.5 contentpublishdate firstpublished
3.5 prismpublicationdate originalpublicationdate articledateoriginal citationpublicationdate
3.5 citationonlinedate rnewsdatepublished mediumarticlepublished shareaholicarticlepublishedtime
3.5 postdate storydate newsdate articledate
2.0 date dcdate dctermsdate citationdate datecreated dcdatecreated dctermscreated articlecreated
2.0 created creationdate
"""
_MODIFIED_METAS = """
4.0 articlemodifiedtime ogarticlemodifiedtime articlemodified ogmodifiedtime articleupdatedtime
3.5 ogupdatedtime datemodified modified modifieddate dctermsmodified dcdatemodified dcmodified
3.5 articleupdated
3.0 lastmodified lastmod updated dateupdated updateddate lastupdated lastupdate dateupdate
3.0 updatetime revised
"""


def _weights(table: str) -> dict[str, float]:
    return {
        name: float(weight)
        for weight, *names in map(str.split, table.strip().splitlines())
        for name in names
    }


_PUBLISHED, _MODIFIED = _weights(_PUBLISHED_METAS), _weights(_MODIFIED_METAS)
_PUNCTUATION = re.compile(r"[\W_]+")
_MOST_METAS = 40  # of one page; real ones have up to ten


def published_metas(page: Page) -> Iterator[tuple[str, str, float]]:
    """Yield raw text, source and weight of each meta with the time of publication."""
    return _metas(page, _PUBLISHED)


def modified_metas(page: Page) -> Iterator[tuple[str, str, float]]:
    """Yield raw text, source and weight of each meta with the time of the last change."""
    return _metas(page, _MODIFIED)


def _metas(page: Page, weights: dict[str, float]) -> Iterator[tuple[str, str, float]]:
    count = 0
    for name, values in page.metas.items():
        weight = weights.get(_PUNCTUATION.sub("", name))
        if weight and count < _MOST_METAS:
            count += 1
            yield values[0], f"meta:{name}", weight

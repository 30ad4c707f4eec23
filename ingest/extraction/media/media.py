"""Images and videos of an article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from ingest.extraction.facts import PageFacts
from ingest.extraction.media.captions import unlabel
from ingest.extraction.media.images import Scope, find_images, find_scope, image_key
from ingest.extraction.model import Media
from ingest.extraction.structured import Node, StructuredData, text_value
from ingest.html.page import Page
from ingest.record import Image, Video
from ingest.text import known

_NO_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:logos?|icon|favicon|default|placeholder|fallback|no-?image|blank)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_PLAYER = re.compile(
    r"^https?://(?:[\w-]+\.)*(?:youtube(?:-nocookie)?\.com/(?:embed|v|shorts)/|youtu\.be/|player\.vimeo\.com/video|dailymotion\.com/"
    r"(?:embed|player)|facebook\.com/(?:plugins/)?video|players\.brightcove\.net/|cdn\.jwplayer\.com/players|rumble\.com/embed"
    r"|streamable\.com/|rutube\.ru/play|ok\.ru/videoembed|vk\.com/video_ext|player\.twitch\.tv/|tiktok\.com/embed|fast\.wistia\."
    r"|video\.\w[\w.-]*/embed|player\.bilibili\.com|embed\.ted\.com|geo\.dailymotion\.com)",
    re.IGNORECASE,
)
_YOUTUBE_ID = re.compile(r"(?:embed/|v/|shorts/|youtu\.be/|[?&]v=)([\w-]{11})")
_MOST_VIDEOS = 20


def find_media(facts: PageFacts) -> Media:
    """Return the main image, all images and all videos of the article.

    The main image is that of `og:image`, of JSON-LD, or the first one in the article. If it is in
    the metadata and in the article, its caption is that in the article.
    """
    page, data = facts.page, facts.data
    scope = find_scope(facts.container)
    images = find_images(page, scope) if scope else ()
    named = next(_named(page, data), None)
    if named is None and images:
        return Media(images[0], "article", images, _videos(page, data, scope))
    if named is None:
        return Media(videos=_videos(page, data, scope))
    main, source = named
    shown = next((image for image in images if image_key(image.url) == image_key(main.url)), None)
    if shown and (shown.caption or shown.credit_text):
        main = Image(
            url=main.url, caption=shown.caption, credit_text=shown.credit_text or main.credit_text
        )
    return Media(main, source, images, _videos(page, data, scope))


def _named(page: Page, data: StructuredData) -> Iterator[tuple[Image, str]]:
    """Yield the images of the metadata, each with its source.

    Logos and placeholders come last.
    """
    found: list[tuple[Image, str]] = []
    for pair in _all_named(page, data):
        if not _NO_PICTURE.search(pair[0].url):
            yield pair
        found.append(pair)
    yield from found


def _all_named(page: Page, data: StructuredData) -> Iterator[tuple[Image, str]]:
    from_data = [image for article in data.articles for image in _own_images(page, data, article)]
    known = {image_key(image.url): image for image in reversed(from_data)}
    for name in ("og:image", "og:image:url", "og:image:secure_url"):
        for value in page.metas.get(name, []):
            if url := page.absolute(value):
                same = known.get(image_key(url)) or Image(url=url)
                yield Image(url=url, caption=same.caption, credit_text=same.credit_text), "meta"
    yield from ((image, "json-ld") for image in from_data)
    for address in (
        page.meta("twitter:image", "twitter:image:src", "thumbnail"),
        *page.links("image_src"),
    ):
        if url := page.absolute(address):
            yield Image(url=url), "meta"


def _own_images(page: Page, data: StructuredData, article: Node) -> Iterator[Image]:
    headline = data.text(article, "headline")
    for value in data.each(article, "image"):
        node = {"url": value} if isinstance(value, str) else value
        if isinstance(node, Mapping) and (image := _image(page, node, headline)):
            yield image


def _image(page: Page, node: Node, headline: str | None) -> Image | None:
    """Return the image of an `ImageObject`; a caption that repeats the headline is dropped."""
    url = next(
        (
            url
            for key in ("url", "contentUrl", "@id")
            if (url := page.absolute(text_value(node.get(key))))
        ),
        None,
    )
    if url is None:
        return None
    names = (
        text_value(node.get(key)) for key in ("creditText", "copyrightHolder", "creator", "author")
    )
    caption = known(text_value(node.get("caption")))
    return Image(
        url=url,
        caption=caption if caption != headline else None,
        credit_text=unlabel(next(filter(None, names), "")),
    )


def _videos(page: Page, data: StructuredData, scope: Scope | None) -> tuple[Video, ...]:
    found: dict[str, Video] = {}
    for video in (*_described(page, data), *(_embedded(page, scope) if scope else ())):
        match = _YOUTUBE_ID.search(video.url)
        found.setdefault(match[1] if match else video.url.partition("?")[0], video)
    return tuple(found.values())[:_MOST_VIDEOS]


def _described(page: Page, data: StructuredData) -> Iterator[Video]:
    """Yield the article's own videos in JSON-LD.

    A `VideoObject` outside the article counts only if it is the only one. Several are a playlist
    of other stories.
    """
    own = [value for article in data.articles for value in data.each(article, "video")]
    alone = data.of_type("VideoObject")
    for value in own or (alone if len(alone) == 1 else ()):
        if not isinstance(value, Mapping):
            continue
        urls = (
            page.absolute(text_value(value.get(key))) for key in ("contentUrl", "embedUrl", "url")
        )
        if url := next((url for url in urls if url), None):
            yield Video(url=url, caption=known(text_value(value.get("name"))))


def _embedded(page: Page, scope: Scope) -> Iterator[Video]:
    for node, _ in scope.elements("iframe", "video", "amp-youtube", "lite-youtube", "amp-iframe"):
        url = _player(page, node)
        if url and not any(
            ancestor.tag in {"aside", "nav", "footer"} for ancestor in node.iterancestors()
        ):
            yield Video(url=url)


def _player(page: Page, node: HtmlElement) -> str | None:
    if node.tag in {"amp-youtube", "lite-youtube"}:
        ident = node.get("data-videoid") or node.get("videoid")
        return page.absolute(f"https://www.youtube.com/watch?v={ident}") if ident else None
    sources = (node, *node.iter("source")) if node.tag == "video" else (node,)
    addresses = (
        source.get(name)
        for source in sources
        for name in ("src", "data-src", "data-lazy-src", "data-litespeed-src")
    )
    urls = [url for address in addresses if (url := page.absolute(address))]
    return next((url for url in urls if node.tag == "video" or _PLAYER.match(url)), None)

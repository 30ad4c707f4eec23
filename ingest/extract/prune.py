"""What of a page is deleted or passed over before its body is read: things that are no part of any article's text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from lxml.html import HtmlElement

_SILENT = (
    *("script", "style", "noscript", "template", "svg", "iframe", "select", "button", "nav", "footer", "dialog"),
    *("head", "audio", "video", "object", "embed", "canvas"),
)
_MOST = 0.4
"""The share of the page's text from which on an element is not deleted, whatever it is called."""


def _any_of(*alternatives: str) -> str:
    return f"-(?:{'|'.join(alternatives)})-"


# Words that themes and content systems put into `class` and `id`, as whole words of kebab, snake or camel case.
_WORDS = re.compile(
    _any_of(
        # links to other articles
        "related|recommend(?:ed|ations?|er)?|read-?(?:more|also|next|on)|more-(?:stories|on|news|from|topic|links?)",
        "see-also|also-read|most-(?:read|popular|viewed)|trending|popular|recirc(?:ulation)?|onward",
        "mehr-zum-thema|siehe-auch|lees-ook|les-ogsa|lire-aussi|teasers?",
        # newsletters, channels, adverts
        "newsletters?|subscribe|subscription|sign-?up|mailing|optin|mailchimp|whatsapp(?:-group)?|google-news",
        "advert(?:isement|orial|s|ising)?|ads?|adsbygoogle|ad-?(?:slot|unit|container|wrapper|block|banner|label)",
        r"sponsor(?:ed)?|promo(?:tion|ted|box)?|upsell|cta|taboola|outbrain|code-block-\d+|anzeige|publicidad",
        # sharing and comments
        "share|sharing|shares|social|sharedaddy|addtoany|addthis|social-?media|follow-us",
        "comments?|disqus|respond|comment-?(?:list|area|form|section)|kommentare?|fb-comments",
        # the author's box
        "author-?(?:bio|box|info|card|description|details?|profile|block|area)|about-(?:the-)?author|byline|bio",
        "biography|autor(?:en)?-?(?:box|info)|post-author",
        # captions
        "captions?|figcaption|wp-caption-text|credits?|photo-credit|image-(?:credit|source)|bildunterschrift",
        "bildtext|legende",
        # the page's frame
        "tags?-?(?:list|cloud|links|container|wrap|wrapper|box)?|keywords|post-tags|article-tags|entry-tags",
        "breadcrumbs?|pagination|pager|navigation|nav|menu|toolbar|sidebar|skip-link|site-header|site-footer",
        "cookies?|consent|gdpr|modal|popup|pop-up|overlay|lightbox|tooltip|toast",
        "visually-?hidden|sr-only|screen-reader(?:-text)?|screenreader|print-only|invisible|offscreen",
        # embeds and boxes
        "twitter-tweet|instagram-media|tiktok-embed|fb-post|embed|embedded|toc|table-of-contents",
        "info-?box(?:es)?|fact-?box(?:es)?|faktaboks|faktaruta|info-?kasten|fact-?file|summary-?(?:box|list)?",
        "key-?(?:points|takeaways|facts)|highlights|timeline|quiz|poll|survey|umfrage",
    )
)
_CAMEL = re.compile(r"([a-z0-9])([A-Z])")
_OTHER = re.compile(r"[^a-z0-9]+")
_PASSED_TAGS = frozenset({"aside", "figure", "figcaption", "form"})
_HIDING = re.compile(r"display:none|visibility:hidden", re.IGNORECASE)


@lru_cache(maxsize=16_384)
def _named_aside(names: str) -> bool:
    return _WORDS.search("-" + _OTHER.sub("-", _CAMEL.sub(r"\1-\2", names).lower()) + "-") is not None


def is_hidden(element: HtmlElement) -> bool:
    """Whether the element is not shown: the `hidden` attribute or an inline style says so."""
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and _HIDING.search(style.replace(" ", "")) is not None


def is_aside(element: HtmlElement) -> bool:
    """Whether the element itself is no running text: by its tag, its names or because it is hidden."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if names != " " and _named_aside(names):
        return True
    if element.tag in _PASSED_TAGS and element.find(".//table") is None:
        return True
    return is_hidden(element)


def text_length(element: HtmlElement) -> int:
    """The number of characters of all text below the element."""
    return len(element.text_content())


def cut_silent(root: HtmlElement) -> None:
    """Delete what holds no text for readers, and the page's frame as HTML marks it."""
    for element in list(root.iter(*_SILENT)):
        if element is not root:
            element.drop_tree()


def cut(elements: Iterable[HtmlElement], root: HtmlElement) -> None:
    """Delete these elements below `root`, but none that holds most of its text."""
    most = _MOST * text_length(root)
    for element in elements:
        if element is not root and element.getparent() is not None and text_length(element) <= most:
            element.drop_tree()

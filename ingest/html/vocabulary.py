"""The vocabulary of elements: groups of tags, and words in the values of `class` and `id`.

The words are those of themes and content systems. Code that separates running text from the rest
of a page builds its sets from these groups.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.html import HtmlElement, defs


def _tags(text: str) -> frozenset[str]:
    return frozenset(text.split())


HEADINGS = _tags("h1 h2 h3 h4 h5 h6")
NOT_RENDERED = _tags("script style noscript template svg")
"""Elements whose content is never shown as text."""
CONTROLS = _tags("button input select textarea")
"""Controls of forms."""
EMBEDDED = _tags("audio canvas embed iframe object video")
"""Embedded content of the HTML standard. Text in it is a fallback."""
PHRASING = _tags(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark nobr q rb rp rt ruby s samp slot small "
    "span strike strong sub sup time tt u var wbr"
)
"""Phrasing content (https://html.spec.whatwg.org/#phrasing-content-2) and its obsolete elements."""
WITHOUT_PROSE = (
    NOT_RENDERED
    | CONTROLS
    | EMBEDDED
    | _tags(
        "area datalist dialog frame frameset head img label link map math menu meta meter nav option"
    )
    | _tags("param picture progress source title track")
)
"""Elements whose content is not running text."""
LINE_BREAKING = HEADINGS | _tags(
    "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form header hr li main nav ol "
    "p pre section table td th tr ul"
)
"""Elements that begin a new line."""

_STANDARD = frozenset(defs.tags) | _tags("main dialog template picture slot search data noindex")

OTHER_STORIES = (
    "related|recommend(?:ed|ations?|er)?|read-?(?:more|also|next|on)|more-(?:stories|on|news|from|topic|links?)",
    "see-also|also-read|most-?(?:read|popular|viewed)|trending|popular|recirc(?:ulation)?|onward",
    "mehr-zum-thema|siehe-auch|lees-ook|les-ogsa|lire-aussi|teasers?(?!-content)",
)
"""Lists of links to other articles."""
STREAMS = (
    "latest|ticker|breaking(?:-news)?|slider|slick|swiper|owl|you-may(?:-also)?(?:-like)?|must-?read|top-?reads?",
    "editor-?s?-?picks?|recap",
)
"""Lists of new or chosen articles."""
BOXES = ("cards?|banner|gallery|slideshow|carousel|pull-?quote",)
SIDEBARS = ("(?<!has-)(?<!no-)(?<!with-)(?<!theia-sticky-)sidebar(?!-position)|side-bar",)
WIDGETS = ("(?<!elementor-)widgets?|embed|embedded",)
"""Names of boxes. Themes give them to parts of articles too."""
NEWSLETTERS = (
    "newsletters?|subscribe|subscription|sign-?up|mailing|optin|mailchimp|whatsapp(?:-group)?|google-news",
)
ADVERTS = (
    "advert(?:isement|orial|s|ising)?|ads?|adsbygoogle|ad-?(?:slot|unit|container|wrapper|block|banner|label)",
    r"sponsor(?:ed)?|promo(?:tion|ted|box)?|upsell|cta|taboola|outbrain|code-block-\d+|anzeige|publicidad",
)
SHARING = ("share|sharing|shares|social|sharedaddy|addtoany|addthis|social-?media|follow-us",)
COMMENTS = ("comments?|disqus|respond|comment-?(?:list|area|form|section)|kommentare?|fb-comments",)
AUTHOR_BOXES = (
    "author-?(?:bio|box|info|card|description|details?|profile|block|area)|about-(?:the-)?author|byline|bio",
    "biography|autor(?:en)?-?(?:box|info)|post-author",
)
CAPTIONS = (
    "captions?|figcaption|wp-caption-text|credits?|photo-credit|image-(?:credit|source)|bildunterschrift",
    "bildtext|legende",
)
DISCLAIMERS = ("(?:legal-)?disclaimers?|legal-(?:notice|text|info)|haftungsausschluss|aviso-legal",)
"""Legal notices of the publisher."""
TAGS = (
    "tags?-?(?:list|cloud|links|container|wrap|wrapper|box)?|keywords|post-tags|article-tags|entry-tags",
)
NAVIGATION = (
    "breadcrumbs?|pagination|pager|navigation|nav|nav-?bar|menu|mega-?menu|toolbar|skip-link",
    "site-header|site-footer",
)
BRANDING = ("logo|brand(?:ing)?|site-?(?:title|name)|masthead",)
DIALOGS = ("cookies?|consent|gdpr|modal|popup|pop-up|overlay|lightbox|tooltip|toast",)
HIDDEN = (
    "visually-?hidden|sr-only|screen-reader(?:-text)?|screenreader|print-only|invisible|offscreen",
)
SOCIAL_POSTS = ("twitter-tweet|instagram-media|tiktok-embed|fb-post",)
FACT_BOXES = (
    "toc|table-of-contents",
    "info-?box(?:es)?|fact-?box(?:es)?|faktaboks|faktaruta|info-?kasten|fact-?file|summary-?(?:box|list)",
    "key-?(?:points|takeaways|facts)|highlights|timeline|quiz|poll|survey|umfrage",
)
"""Boxes beside the text, with facts, lists or questions."""

_CAMEL = re.compile(r"(?<=[a-z]{3})(?=[A-Z][a-z]{2})")
"""The place between two words: "relatedArticles" is two words, the hash "n1AuAdJl" is not."""
_NO_WORD = re.compile(r"[^a-z0-9]+")
_SLUG = 3
"""The most hyphens of an id. One with more is a slug of a title, which is not a name."""


@lru_cache(maxsize=1_024)
def is_inline(tag: str) -> bool:
    """Whether a browser shows the element in a line with the text around it.

    That holds also for elements that HTML does not have, such as `<person>`. Custom elements, with
    a hyphen in the name, are mostly blocks by their style sheets.
    """
    return tag in PHRASING or (tag not in _STANDARD and "-" not in tag)


def words_pattern(*groups: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for `named`, which matches any word of these groups as a whole word.

    Args:
        groups: Groups of this module, or tuples of regular expressions for kebab case.
    """
    return re.compile(f"-(?:{'|'.join('|'.join(group) for group in groups)})-")


def class_words(element: HtmlElement) -> str:
    """Return the element's id and classes in lower case, to search for words in them."""
    return f"{element.get('id') or ''} {element.get('class') or ''}".casefold()


def names_of(element: HtmlElement) -> str:
    """Return the element's classes and id, as written, without an id that is a slug."""
    return _names(element.get("class") or "", element.get("id"))


def _names(classes: str, ident: str | None) -> str:
    if not ident or ident.count("-") > _SLUG:
        return classes
    return f"{classes} {ident}".strip()


def named(element: HtmlElement, pattern: re.Pattern[str]) -> bool:
    """Whether the element's classes or id match a pattern of `words_pattern`."""
    names = _names(element.get("class") or "", element.get("id"))
    return bool(names) and has_word(names, pattern)


@lru_cache(maxsize=32_768)  # the pages of a site share their classes
def has_word(names: str, pattern: re.Pattern[str]) -> bool:
    """Whether these names, as `names_of` returns them, match a pattern of `words_pattern`."""
    return pattern.search(_in_kebab_case(names)) is not None


@lru_cache(maxsize=16_384)
def _in_kebab_case(names: str) -> str:
    return "-" + _NO_WORD.sub("-", _CAMEL.sub("-", names).lower()) + "-"

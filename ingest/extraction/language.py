"""The language of an article, detected from its own letters and words.

The page's language tag alone is not reliable: it is often a theme's default.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from ingest.html.page import Page

_SAMPLE = 3_000  # characters that are examined; more do not improve the result
_FEWEST_LETTERS = 20
_FEWEST_FOR_MODEL = 120  # characters; for a shorter text the page's tag is more reliable

# The first word of a letter's Unicode name is its script. Each of these scripts is used for one
# language only, or mainly for one.
_ONE_LANGUAGE = {
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh", "THAI": "th", "HEBREW": "he", "GREEK": "el",
    "ARMENIAN": "hy", "GEORGIAN": "ka", "TAMIL": "ta", "TELUGU": "te", "KANNADA": "kn", "MALAYALAM": "ml",
    "GUJARATI": "gu", "GURMUKHI": "pa", "SINHALA": "si", "LAO": "lo", "MYANMAR": "my", "KHMER": "km",
    "TIBETAN": "bo", "ETHIOPIC": "am", "BENGALI": "bn", "ORIYA": "or", "THAANA": "dv", "DEVANAGARI": "hi",
}  # fmt: skip
# Further languages of a script. One of them is the result if the page's tag names it.
_ALSO = {
    "HEBREW": {"yi"}, "CJK": {"ja", "yue"}, "DEVANAGARI": {"mr", "ne", "sa", "mai", "kok", "bho"}, "BENGALI": {"as"},
    "ETHIOPIC": {"ti"}, "GURMUKHI": {"pa"}, "TIBETAN": {"dz"},
    "CYRILLIC": {"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg", "uz", "tt", "ba", "cv", "os", "bs"},
    "ARABIC": {"ar", "fa", "ur", "ps", "sd", "ckb", "ku", "ug", "pnb", "skr", "bal", "ks", "az"},
}  # fmt: skip
_NOT_LATIN = frozenset(_ONE_LANGUAGE.values()) | frozenset().union(*_ALSO.values()) - {
    "uz",
    "az",
    "ku",
    "bs",
    "sr",
    "tt",
}
# Letters of the Arabic script that only some languages use. The first language in this list with
# enough of its letters in the text is the result.
_ARABIC_LETTERS = (
    ("sd", "ٻڀٿڄڃڇڌڏڊڙڦڳڱڻ"),
    ("ps", "ټډړښځڅۍږڼ"),
    ("ug", "ۇۈۋڭ"),
    ("ckb", "ێۆڵڕ"),
    ("ur", "ٹڈڑںے"),
    ("fa", "پچژگکی"),
    ("ar", "ةيكىأإ"),
)
# The commonest words of each language. If they have the expected share of a text, the text is in
# that language.
_WORDS = {
    "en": "the of to and in that is for on was with said as at by it from has have",
    "de": "der die und in den das von zu mit ist des dem im für auf nicht ein eine sich auch",
    "fr": "de la le les et des en un une du est que pour dans qui au par sur pas plus",
    "es": "de la que el en y los del las un por con una su para es al se no lo",
    "pt": "de a o que e do da em um para com uma os no na por mais as dos foi",
    "it": "di che e la il un a per in una del è della i con si non le da al",
    "nl": "de het een en van in is dat op te voor met zijn die aan niet er om door",
    "id": "yang dan di dengan untuk ini dari itu dalam pada tidak akan ke juga oleh adalah",
    "tr": "ve bir bu da de için ile olarak çok daha olan gibi ne en kadar sonra",
    "pl": "w i na z się do nie że to jest o jak po za od dla przez ale",
    "sv": "och i att det som en på är av för med den till har inte ett om de var",
    "da": "og i at det er en til på som af for med den der har ikke de et om",
    "nb": "og i at det er en til på som av for med den har ikke de et om var",
    "fi": "ja on ei että se oli hän mutta myös kun joka ovat mukaan sen tai",
    "ro": "de și în a la cu pe că nu o din este pentru care mai au fost",
    "cs": "a v na se že je to s z do o i k za by pro jako ale podle",
    "hu": "a az és hogy nem is egy volt van meg ez azt már csak de",
    "vi": "và của là có trong được cho không với các một đã người những này",
}
_COMMON = {language: frozenset(words.split()) for language, words in _WORDS.items()}
# A text has 20 to 45 % common words of its own language, and under 8 % of any other.
_SHARE_OF_COMMON = 0.12
# This share is enough for the language of the page's tag if no other language has a larger one.
# Turkish texts have few common words, because the language uses suffixes instead.
_FEW_COMMON = 0.04
# The best language is accepted without the model if its share is this many times the next one's.
_LEAD = 1.6
_OLD_CODES = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "no": "nb",
    "jp": "ja",
    "cn": "zh",
    "ua": "uk",
    "kr": "ko",
    "cz": "cs",
}
_LONGEST_TAG = 35  # characters that RFC 5646 section 4.4.1 asks programs to allow for
_TAG = re.compile(r"^([a-z]{2,3})(?:[-_].*)?$")


def find_language(page: Page, text: str) -> tuple[str | None, str]:
    """Return the BCP 47 language of the text, such as "ur", and its source.

    Returns (None, "") if the language is unknown. The script decides first: an Urdu text under
    `lang="en-US"` is Urdu, and an English text with Urdu quotes is English. The page's own tag is
    used if it agrees with the script and with the common words of the text. The statistical model
    of py3langid decides the remaining cases.
    """
    declared, source = _declared(page)
    sample = text[:_SAMPLE]
    script = _script(sample)
    if script is None:
        return declared, source
    if script == "ARABIC":
        return _arabic(sample, declared, source)
    if script in _ONE_LANGUAGE or script == "CYRILLIC":
        if declared and (
            declared == _ONE_LANGUAGE.get(script) or declared in _ALSO.get(script, ())
        ):
            return declared, source
        return (
            (_ONE_LANGUAGE[script], "script")
            if script in _ONE_LANGUAGE
            else _model(sample, declared, source)
        )
    return _latin(sample, declared, source)


def stated_languages(page: Page) -> tuple[tuple[str, str], ...]:
    """Return the language tags of the page, each with its source, the likeliest first."""
    html = page.tree.get("lang") or page.tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    tags = {
        "html-lang": html or page.tree.get("xml:lang"),
        "content-language": page.meta("content-language", "language", "dc.language", "inlanguage"),
        "og:locale": page.meta("og:locale"),
    }
    return tuple(
        (tag.strip(), source)
        for source, tag in tags.items()
        if tag and len(tag) <= _LONGEST_TAG and _TAG.match(tag.strip().casefold())
    )


def _declared(page: Page) -> tuple[str | None, str]:
    for tag, source in stated_languages(page):
        language = tag.casefold().replace("_", "-").partition("-")[0]
        return _OLD_CODES.get(language, language), source
    return None, ""


def _script(sample: str) -> str | None:
    """Return the script of most letters, or None if there are too few letters.

    Kana distinguish Japanese from Chinese: they are a third or more of a Japanese text.
    """
    letters = Counter(char for char in sample if char.isalpha())
    scripts: Counter[str] = Counter()
    for char, count in letters.items():
        scripts[unicodedata.name(char, "?").partition(" ")[0].partition("-")[0]] += count
    if scripts.total() < _FEWEST_LETTERS:
        return None
    kana = scripts["HIRAGANA"] + scripts["KATAKANA"]
    if kana > 0.1 * scripts["CJK"] and kana + scripts["CJK"] > 0.5 * scripts.total():
        return "HIRAGANA"
    return scripts.most_common(1)[0][0]


def _arabic(sample: str, declared: str | None, source: str) -> tuple[str | None, str]:
    letters = Counter(sample)
    total = sum(count for char, count in letters.items() if char.isalpha())
    for language, marks in _ARABIC_LETTERS:
        if sum(letters[mark] for mark in marks) > 0.01 * total:
            kin = {"ur": {"pnb", "skr", "ks"}, "ckb": {"ku"}, "fa": {"az"}}.get(language, set())
            return (
                (declared, source)
                if declared == language or declared in kin
                else (language, "script")
            )
    return (declared, source) if declared in _ALSO["ARABIC"] else ("ar", "script")


def _latin(sample: str, declared: str | None, source: str) -> tuple[str | None, str]:
    words = re.findall(r"[^\W\d_]+", sample.casefold())
    if declared in _NOT_LATIN:
        declared, source = None, ""
    if declared in _COMMON and _share(words, declared) >= _SHARE_OF_COMMON:
        return declared, source
    if declared and declared not in _COMMON and _share(words, "en") < _SHARE_OF_COMMON:
        return declared, source
    first, second = sorted(_COMMON, key=lambda language: _share(words, language), reverse=True)[:2]
    share = _share(words, first)
    if first == declared and share >= _FEW_COMMON:
        return declared, source
    if share >= max(_SHARE_OF_COMMON, _LEAD * _share(words, second)):
        return first, "text"
    return _model(sample, declared, source)


def _share(words: list[str], language: str) -> float:
    return sum(word in _COMMON[language] for word in words) / max(1, len(words))


def _model(sample: str, declared: str | None, source: str) -> tuple[str | None, str]:
    if len(sample) < _FEWEST_FOR_MODEL:
        return declared, source
    # Imported here because the model loads slowly and is seldom needed. It has no type information.
    import py3langid  # type: ignore[import-untyped]  # noqa: PLC0415

    language = str(py3langid.classify(sample)[0])
    guess = _OLD_CODES.get(language, language)
    return (guess, "text") if guess != declared else (declared, source)

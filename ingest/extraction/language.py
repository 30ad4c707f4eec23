"""The language of an article, detected from its own letters and words.

The page's language tag alone is not reliable: it is often a theme's default.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from functools import cache
from importlib import resources

from ingest.html.page import Page

_SAMPLE = 3_000  # characters that are examined; more do not improve the result
_FEWEST_LETTERS = 20
_FEWEST_WORDS = 20  # of a text in which few common words are enough

# The first word of a letter's Unicode name is its script. Each of these scripts is used for one
# language only, or mainly for one.
_ONE_LANGUAGE = {
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh", "THAI": "th", "HEBREW": "he", "GREEK": "el",
    "ARMENIAN": "hy", "GEORGIAN": "ka", "TAMIL": "ta", "TELUGU": "te", "KANNADA": "kn", "MALAYALAM": "ml",
    "GUJARATI": "gu", "GURMUKHI": "pa", "SINHALA": "si", "LAO": "lo", "MYANMAR": "my", "KHMER": "km",
    "TIBETAN": "bo", "ETHIOPIC": "am", "BENGALI": "bn", "ORIYA": "or", "THAANA": "dv", "DEVANAGARI": "hi",
}  # fmt: skip
# Scripts whose letters are syllables or words: a text with names of products in Latin letters has
# more of those than of its own.
_DENSE = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")
_LETTERS_OF_A_DENSE_ONE = 3
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
    ("skr", "ݙ"),
    ("sd", "ٻڀٿڄڃڇڌڏڊڙڦڳڱڻڪ۾۽"),
    ("ps", "ټډړښځڅۍږڼ"),
    ("ug", "ۇۈۋڭ"),
    ("ckb", "ێۆڵڕ"),
    ("ur", "ٹڈڑںے"),
    ("fa", "پچژگکی"),
    ("ar", "ةيكىأإ"),
)
# A text has 20 to 45 % common words of its own language, and under 8 % of most others.
_SHARE_OF_COMMON = 0.12
# The least share of a language that counts. Turkish texts have few common words, because the
# language uses suffixes instead.
_FEW_COMMON = 0.06
# How many times more of another language's words than of the tag's own make the tag wrong, if the
# text has some of the latter.
_LEAD = 1.5
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
# Indian scripts join vowel signs to their letters, and those are no letters to `re`.
_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f])+")
_LONGEST_TAG = 35  # characters that RFC 5646 section 4.4.1 asks programs to allow for
_TAG = re.compile(r"^([a-z]{2,3})(?:[-_].*)?$")


def find_language(page: Page, text: str) -> tuple[str | None, str]:
    """Return the BCP 47 language of the text, such as "ur", and its source.

    Returns (None, "") if the language is unknown. The script decides first: an Urdu text under
    `lang="en-US"` is Urdu, and an English text with Urdu quotes is English. The page's own tag is
    used if it agrees with the script and with the common words of the text. Otherwise the common
    words of languages decide (`languages.toml`).
    """
    declared, source = _declared(page)
    sample = text[:_SAMPLE]
    script = _script(sample)
    if script is None:
        return declared, source
    if script == "ARABIC":
        return _arabic(sample, declared, source)
    usual = _ONE_LANGUAGE.get(script)
    if declared and (declared == usual or declared in _ALSO.get(script, ())):
        return declared, source
    if script == "DEVANAGARI":
        return _of_one_alphabet(sample, "devanagari", usual)
    if usual is not None:
        return usual, "script"
    if script == "CYRILLIC" or declared in _NOT_LATIN:
        declared, source = None, ""
    lists = "cyrillic" if script == "CYRILLIC" else "latin"
    return _by_words(_WORD.findall(sample.casefold()), lists, declared, source)


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
    scripts: Counter[str] = Counter()
    for char, count in Counter(sample).items():
        if char.isalpha():
            scripts[unicodedata.name(char, "?").partition(" ")[0].partition("-")[0]] += count
    if scripts.total() < _FEWEST_LETTERS:
        return None
    for script in _DENSE:
        scripts[script] *= _LETTERS_OF_A_DENSE_ONE
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
            if declared == language or declared in kin:
                return declared, source
            if language == "ur":
                return _of_one_alphabet(sample, "urdu", language)
            return language, "script"
    return (declared, source) if declared in _ALSO["ARABIC"] else ("ar", "script")


def _of_one_alphabet(sample: str, alphabet: str, usual: str | None) -> tuple[str | None, str]:
    """Return the language of a text in an alphabet of several; the usual one if none is found."""
    return _by_words(_WORD.findall(sample), alphabet, None, "")[0] or usual, "script"


def _by_words(
    words: list[str], script: str, declared: str | None, source: str
) -> tuple[str | None, str]:
    """Return the language of the list with the most words of the text, or the page's tag.

    A word of several languages' lists counts for each by its part.
    """
    common = _common_words()[script]
    if _share(words, common.get(declared or "")) >= _SHARE_OF_COMMON:
        return declared, source
    is_english = _share(words, common.get("en")) >= _SHARE_OF_COMMON
    if declared and declared not in common and not is_english:
        return declared, source
    holders = Counter(word for each in common.values() for word in each)
    found = Counter(word for word in words if word in holders)
    weights = {
        language: sum(found[word] / holders[word] for word in each if word in found)
        for language, each in common.items()
    }
    first = max(weights, key=weights.__getitem__)
    if declared and _share(words, common.get(declared)) >= _FEW_COMMON:
        is_wrong = weights[first] > _LEAD * weights[declared]
    else:
        least = _FEW_COMMON if len(words) >= _FEWEST_WORDS else _SHARE_OF_COMMON
        is_wrong = _share(words, common[first]) >= least
    return (first, "text") if is_wrong and first != declared else (declared, source)


def _share(words: list[str], common: frozenset[str] | None) -> float:
    return sum(word in common for word in words) / max(1, len(words)) if common else 0.0


@cache
def _common_words() -> dict[str, dict[str, frozenset[str]]]:
    """Return the words of `languages.toml` by script and language."""
    text = resources.files("ingest.extraction").joinpath("languages.toml").read_text("utf-8")
    return {
        script: {language: frozenset(words.split()) for language, words in lists.items()}
        for script, lists in tomllib.loads(text).items()
    }

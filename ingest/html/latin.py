"""Which encoding of a Latin script the bytes of a page are in that names none.

The encodings have the same bytes for different letters. So a language decides: its alphabet has
nearly all letters beyond ASCII of a text that is decoded rightly, and few of one that is not.
"""

from __future__ import annotations

_WESTERN = "cp1252"
_BALTIC = "cp1257"
_OTHERS = ("cp1250", "iso8859_2", "cp1254", _BALTIC)
_ALPHABETS = {
    _WESTERN: (
        "£¢¥¼½¾·éñ",  # English
        "äöüß",  # German
        "àâæçéèêëîïôœùûüÿ",  # French
        "áéíñóúü¿¡ºª",  # Spanish
        "ãáàâçéêíõóôúüºª",  # Portuguese
        "àèéìíîòóùú",  # Italian
        "àçèéíïòóúü·",  # Catalan
        "åäöéøæüõ",  # the Nordic languages, Estonian
        "áðéíóúýþæö",  # Icelandic
        "éëïöüèêáóí",  # Dutch
    ),
    "cp1250": (
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "ąćęłńóśźż",  # Polish
        "áéíóöőúüű",  # Hungarian
        "čćđšž",  # Croatian, Slovene
        "ăâîşţ",  # Romanian
    ),
    "cp1254": ("çğıİöşüâîû",),  # Turkish
    _BALTIC: (
        "ąčęėįšųūž",  # Lithuanian
        "āčēģīķļņšūž",  # Latvian
        "äõöüšž",  # Estonian
    ),
}
_FEWEST = 8
"""Characters beyond ASCII that are evidence; fewer are of names."""
_CLEAR = 0.9
"""The least share of them in one alphabet of an encoding other than windows-1252."""
_BETTER = 0.1
"""By how much that share is higher than in windows-1252: a word of another language is no sign."""
_BETTER_BALTIC = 0.03
"""The same for windows-1257: read as windows-1252, Latvian has nearly the letters of French, without é."""
_O_TILDE = b"\xf5"
"""Of Estonian, in both encodings. They differ in two rare letters, so that one of them decides."""


def latin_encoding(sample: bytes) -> str:
    """Return windows-1252, or another encoding that clearly fits better.

    These are the encodings of central Europe, of Turkey and of the Baltic countries.

    Args:
        sample: bytes of text, without markup.
    """
    usual = _share(sample, _WESTERN, _ALPHABETS[_WESTERN])
    if usual is None:
        return _WESTERN
    shares = {
        name: _share(sample, name, _ALPHABETS.get(name, _ALPHABETS["cp1250"])) or 0.0
        for name in _OTHERS
    }
    best = max(shares, key=lambda name: shares[name])  # of equal ones the first
    is_clear = shares[best] >= _CLEAR and shares[best] > usual + _margin(best, sample)
    return best if is_clear else _WESTERN


def _margin(encoding: str, sample: bytes) -> float:
    """Return by how much an encoding must fit better than windows-1252."""
    if encoding != _BALTIC:
        return _BETTER
    return 0.0 if _O_TILDE in sample else _BETTER_BALTIC


def _share(sample: bytes, encoding: str, alphabets: tuple[str, ...]) -> float | None:
    """Return the largest share of an alphabet, or None if there is too little evidence.

    Quotation marks and dashes are no evidence.
    """
    text = sample.decode(encoding, "replace")
    signs = [char for char in text if char > "\xa0" and not "\u2000" <= char <= "\u20ff"]
    signs = [char for char in signs if char not in "«»©®§°"]
    if len(signs) < _FEWEST:
        return None
    letters = [{*alphabet, *alphabet.upper()} for alphabet in alphabets]
    return max(sum(char in known for char in signs) for known in letters) / len(signs)

"""Secrets in texts: redacted in recordings, masked in messages and logs (pure).

Not everything can be found. `docs/recordings.md` says what is not.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from ingest.redaction.values import (
    REDACTED,
    hashed,
    is_secret_name,
    looks_random,
    replacement,
    without_forms,
)

_MASK = "***"
_NAME = r"[\w.\[\]-]{1,64}"

_PARAMETER = re.compile(
    rf"((?:&(?:amp|\#0?38);|[?&#]|\\u0026)({_NAME})=)([^&;#\s\"'<>\\]*)", re.IGNORECASE
)
"""A parameter of a query or a fragment."""
_PATH_PARAMETER = re.compile(rf"(;({_NAME})=)([^&;#?/\s\"'<>\\]*)")
"""A parameter of a path, such as `;jsessionid=...` (RFC 3986, 3.3)."""
_NESTED = re.compile(
    rf"((?:%3F|%26|%3B|%23)({_NAME})%3D)((?:(?!%26|%23)[^&;#\s\"'<>\\])*)", re.IGNORECASE
)
"""A parameter of an address that is the value of a parameter."""
_QUOTE = r"""(?:\\{0,3}["']|&quot;|&\#0?3[49];|&apos;)"""
_FIELD = re.compile(
    rf"""(({_QUOTE}?)(?<![\w-])({_NAME})\2\s{{0,9}}[:=]\s{{0,9}}({_QUOTE}))
        ([^"'<>\\\s&]{{1,8000}})(?=\4)""",
    re.VERBOSE,
)
"""A field of JSON, also of JSON in a string or an attribute; a variable; an attribute."""
_TAG = re.compile(r"<(?:input|meta)\b[^<>]{1,8000}>", re.IGNORECASE)
_TAG_NAME = re.compile(rf"\b(?:name|property|id)\s*=\s*[\"']?({_NAME})", re.IGNORECASE)
_TAG_VALUE = re.compile(r"(\b(?:value|content)\s*=\s*([\"']))([^\"'<>]*)(?=\2)", re.IGNORECASE)
_SCHEME_WORD = re.compile(r"(\b(?:bearer|basic|digest)\s+)([\w+/.~=-]{12,})", re.IGNORECASE)

_AUTHORITY_USER = re.compile(
    r"""((?:\b[a-z][a-z0-9+.-]{0,30}:)?//)
        ([^/?\#\s"'<>\\@]{1,500}(?:@[^/?\#\s"'<>\\@]{1,500}){0,9})@""",
    re.IGNORECASE | re.VERBOSE,
)
"""The user of an address (RFC 3986, 3.2.1), perhaps without a scheme."""
_ANY_USER = re.compile(
    r"""(?P<before>\b[a-z][a-z0-9+.-]{0,30}:[/\\]{1,9}|(?<![^\s"'=(<,])[/\\]{2,9})
        (?:[^/?\#\s"'<>\\@]{1,500} (?:@[^/?\#\s"'<>\\@]{1,500})*
           | [^/?\#\s"'<>\\:@]{1,200} :(?!\d{1,5}(?:[/?\#]|$))[^\s"'<>]{0,500})@""",
    re.IGNORECASE | re.VERBOSE,
)
"""The user of what is meant as an address: with any number of slashes, and `/` in the password."""
_BARE_USER = re.compile(
    r"""(?<![\w.%+@/:-])(?!mailto:|acct:|sips?:|xmpp:)[\w.%+@-]{1,200}
        :(?![/\\]|\d{1,5}(?:[/?\#]|$))[^\s"'<>]{0,500}@(?=[\w\[])""",
    re.IGNORECASE | re.VERBOSE,
)
"""`user:password@host` without a scheme."""
_SETTING = re.compile(rf"(?<![\w?&;#-])(({_NAME})=)([^\s&;,\"'<>()]+)")
"""A setting in a text, such as a field of a database's connection."""


def masked(text: str) -> str:
    """Return a message or a log record without passwords, tokens and users of addresses.

    The addresses in it may be no addresses: they are often shown because of that.
    """
    if "@" in text:
        text = _ANY_USER.sub(rf"\g<before>{_MASK}@", text)
        text = _BARE_USER.sub(f"{_MASK}@", text)
    if "=" in text or "%3" in text:
        for pattern in (_PATH_PARAMETER, _PARAMETER, _NESTED, _SETTING):
            text = pattern.sub(_masked_parameter, text)
    return without_forms(text, lambda _: _MASK)


def _masked_parameter(match: re.Match[str]) -> str:
    start, name, value = match.groups()
    return match[0] if replacement(name, value, random=False) is None else f"{start}{_MASK}"


def redacted(text: str) -> str:
    """Return a text without the secrets in addresses, and without those that show by their form.

    The same secret has the same replacement everywhere, so that a link in a redacted body and the
    request for it still match.
    """
    text = _AUTHORITY_USER.sub(_without_password, text)
    for pattern in (_PATH_PARAMETER, _PARAMETER, _NESTED):
        text = pattern.sub(_redacted_parameter, text)
    return without_forms(text, hashed)


def redacted_url(url: str) -> str:
    """Return an address without user and password, and without secrets."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no address: whatever it is
        return redacted(url)
    if "@" in parts.netloc:
        url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return redacted(url)


def redacted_field(value: str) -> str:
    """Return the value of a header without secrets, such as `0; url=https://...` of `Refresh`."""
    return _redacted_text(value)


def redacted_body(body: bytes) -> bytes:
    """Return a body without secrets: HTML, JSON, JavaScript or any other text.

    Names are looked for in fields of JSON, variables, attributes, `<meta>` and `<input>`. The
    charset does not matter as long as it contains ASCII.
    """
    text = body.decode("latin-1")
    found = _redacted_text(text)
    return body if found == text else found.encode("latin-1")


def redacted_form(body: bytes) -> bytes:
    """Return the body of a request without secrets, which may begin with a field of a form."""
    return redacted_body(b"?" + body)[1:]


def _redacted_text(text: str) -> str:
    text = _FIELD.sub(_redacted_field, redacted(text))
    text = _TAG.sub(_redacted_tag, text)
    return _SCHEME_WORD.sub(_redacted_scheme, text)


def _redacted_parameter(match: re.Match[str]) -> str:
    start, name, value = match.groups()
    new = replacement(name, value)
    return match[0] if new is None else f"{start}{new}"


def _without_password(match: re.Match[str]) -> str:
    start, user = match.groups()
    name, colon, _ = user.partition(":")
    if looks_random(name):
        name = REDACTED
    return f"{start}{name}:{REDACTED}@" if colon else f"{start}{name}@"


def _redacted_field(match: re.Match[str]) -> str:
    start, _, name, _, value = match.groups()
    new = replacement(name, value, in_body=True, random=False)
    return match[0] if new is None else f"{start}{new}"


def _redacted_tag(match: re.Match[str]) -> str:
    names = [found[1] for found in _TAG_NAME.finditer(match[0]) if is_secret_name(found[1])]
    if not names:
        return match[0]

    def value(found: re.Match[str]) -> str:
        new = replacement(names[0], found[3], in_body=True, random=False)
        return found[0] if new is None else f"{found[1]}{new}"

    return _TAG_VALUE.sub(value, match[0])


def _redacted_scheme(match: re.Match[str]) -> str:
    return f"{match[1]}{hashed(match[2])}" if looks_random(match[2]) else match[0]

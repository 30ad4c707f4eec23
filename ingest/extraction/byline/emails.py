"""Parse e-mail addresses, also those hidden from robots. Only complete addresses count."""

from __future__ import annotations

import re
from urllib.parse import unquote

from lxml.html import HtmlElement

from ingest.text import one_line

_LOCAL = r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?<![\w.%+-]){_LOCAL}@(?:{_LABEL}\.)+[A-Za-z]{{2,24}}(?![\w-])")
# "name[at]site[dot]com" and the like: brackets of any shape; bare words only between blanks.
_AT = re.compile(r"\s*[\[({<]\s*(?:at|@|ät|arroba|chez)\s*[\])}>]\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[\[({<]\s*(?:dot|\.|punkt|punto|point)\s*[\])}>]\s*", re.IGNORECASE)
_SPOKEN = re.compile(rf"\b({_LOCAL}) at ({_LABEL}(?: dot {_LABEL}){{1,4}})\b", re.IGNORECASE)
_PROTECTED = re.compile(r"/cdn-cgi/l/email-protection#([0-9a-fA-F]+)")


def decode_cloudflare(code: str) -> str | None:
    """Decode Cloudflare's `data-cfemail`: bytes in hex, each XOR the first one.

    Returns:
        The decoded text, or None if `code` cannot be decoded.
    """
    try:
        key, *rest = bytes.fromhex(code)
        return bytes(byte ^ key for byte in rest).decode("utf-8") or None
    except ValueError:  # not hex, no bytes at all, or not UTF-8
        return None


def plain(text: str) -> str:
    """Return the text with disguised addresses written out.

    `a.b[at]site[dot]org` becomes `a.b@site.org`. A disguise without a complete address, such as
    `a.b[at]` at the end, stays as it is.
    """
    spoken = _SPOKEN.sub(_as_address, text)
    decoded = _DOT.sub(".", _AT.sub("@", spoken))
    if decoded == text:
        return text
    if len(_ADDRESS.findall(decoded)) > len(_ADDRESS.findall(text)):
        return decoded
    return text


def _as_address(match: re.Match[str]) -> str:
    domain = match[2].replace(" dot ", ".")
    return f"{match[1]}@{domain}"


def hidden_email(element: HtmlElement) -> str | None:
    """Return the address in an element's own attributes.

    These are `data-cfemail`, Cloudflare's link, and `mailto:`. None if no address is complete.
    """
    code = element.get("data-cfemail")
    if code:
        return _complete(decode_cloudflare(code))
    href = (element.get("href") or "").strip()
    protected = _PROTECTED.search(href)
    if protected:
        return _complete(decode_cloudflare(protected[1]))
    if href[:7].casefold() == "mailto:":
        return _complete(unquote(href[7:].partition("?")[0]))
    return None


def first_hidden_email(element: HtmlElement) -> str | None:
    """Return the first address in the attributes of the links and spans of an element, or None."""
    for node in element.iter("a", "span"):
        email = hidden_email(node)
        if email:
            return email
    return None


def emails_in(element: HtmlElement) -> list[str]:
    """Return the addresses of an element, each once: those of its links, then those of its text."""
    emails = [hidden_email(node) for node in element.iter("a", "span")]
    emails += _ADDRESS.findall(plain(one_line(" ".join(element.itertext()))))
    return list(dict.fromkeys(email for email in emails if email))


def _complete(address: str | None) -> str | None:
    """Return the address without white space if it is one complete address, else None."""
    address = (address or "").strip()
    return address if _ADDRESS.fullmatch(address) else None

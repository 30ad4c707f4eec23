"""E-mail addresses of a page, also those that it hides from robots. Only whole addresses count."""

from __future__ import annotations

import re
from urllib.parse import unquote

from lxml.html import HtmlElement

from ingest.text import one_line

_LOCAL = r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?<![\w.%+-]){_LOCAL}@(?:{_LABEL}\.)+[A-Za-z]{{2,24}}(?![\w-])")
# "name[at]site[dot]com" and its kin: brackets of any shape; the bare words only where blanks surround both.
_AT = re.compile(r"\s*[\[({<]\s*(?:at|@|ät|arroba|chez)\s*[\])}>]\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[\[({<]\s*(?:dot|\.|punkt|punto|point)\s*[\])}>]\s*", re.IGNORECASE)
_SPOKEN = re.compile(rf"\b({_LOCAL}) at ({_LABEL}(?: dot {_LABEL}){{1,4}})\b", re.IGNORECASE)
_PROTECTED = re.compile(r"/cdn-cgi/l/email-protection#([0-9a-fA-F]+)")


def decode_cloudflare(code: str) -> str | None:
    """The text behind Cloudflare's `data-cfemail`: bytes in hex, each XOR the first one; None where it is none."""
    try:
        key, *rest = bytes.fromhex(code)
        return bytes(byte ^ key for byte in rest).decode("utf-8") or None
    except ValueError:  # no hex, no bytes at all, or no UTF-8
        return None


def plain(text: str) -> str:
    """The text with disguised addresses written out: `a.b[at]site[dot]org` becomes `a.b@site.org`.

    A disguise that gives no whole address, such as `a.b[at]` at the end, stays as it is.
    """
    spoken = _SPOKEN.sub(lambda found: f"{found[1]}@{found[2].replace(' dot ', '.')}", text)
    opened = _DOT.sub(".", _AT.sub("@", spoken))
    if opened == text:
        return text
    return opened if len(_ADDRESS.findall(opened)) > len(_ADDRESS.findall(text)) else text


def find_email(text: str) -> str | None:
    """The first whole e-mail address of a text, disguised or not."""
    found = _ADDRESS.search(plain(text))
    return found[0] if found else None


def hidden_email(element: HtmlElement) -> str | None:
    """The address that an element's own attributes hold: `data-cfemail`, Cloudflare's link, or `mailto:`."""
    if code := element.get("data-cfemail"):
        return _whole(decode_cloudflare(code))
    address = (element.get("href") or "").strip()
    if protected := _PROTECTED.search(address):
        return _whole(decode_cloudflare(protected[1]))
    if address[:7].casefold() == "mailto:":
        return _whole(unquote(address[7:].partition("?")[0]))
    return None


def emails_in(element: HtmlElement) -> list[str]:
    """The addresses of an element in page order: those of its links, then those of its text."""
    hidden = [email for node in element.iter("a", "span") if (email := hidden_email(node))]
    shown = _ADDRESS.findall(plain(one_line(" ".join(element.itertext()))))
    return list(dict.fromkeys([*hidden, *shown]))


def _whole(address: str | None) -> str | None:
    """The address where it is one whole address, else None."""
    address = (address or "").strip()
    return address if _ADDRESS.fullmatch(address) else None

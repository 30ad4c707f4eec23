"""The author of a comment: name and address."""

import pytest

from ingest.extraction.comments.author import clean_name
from tests.extraction.comments.items import URL, only


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Ayesha says:", "Ayesha"),
        ("Ayesha schrieb am 3. Mai 2024:", "Ayesha"),
        ("Ayesha a dit :", "Ayesha"),
        ("By Ayesha Khan", "Ayesha Khan"),
        ("von Ayesha", "Ayesha"),
        ("Ayesha on January 8, 2024", "Ayesha"),
        ("Ayesha — July 17, 2011", "Ayesha"),
        ("Ayesha | Tuesday", "Ayesha"),
        ("Ayesha 8. Januar 2024", "Ayesha"),
        ("Ayesha 47", "Ayesha 47"),
        ("Line 9 Regular", "Line 9 Regular"),
        ("عائشہ", "عائشہ"),
        ("12:30", None),
        ("says", None),
        ("x" * 81, None),
    ],
)
def test_names(shown: str, name: str | None) -> None:
    assert clean_name(shown) == name


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("https://ayesha.example.net/a", "https://ayesha.example.net/a"),
        ("/user/ayesha", "https://example.com/user/ayesha"),
        ("#comment-1", None),
        (URL, None),
        ("javascript:void(0)", None),
        ("mailto:a@example.com", None),
    ],
)
def test_the_authors_address(href: str, url: str | None) -> None:
    found = only(
        f"<b class='fn'><a href='{href}'>Ayesha</a></b><div class='comment-content'>Yes.</div>"
    )
    assert (found.author.name, found.author.url) == ("Ayesha", url)

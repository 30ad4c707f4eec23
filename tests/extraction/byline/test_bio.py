import pytest

from ingest.extraction.byline.byline import find_byline
from ingest.extraction.model import Byline
from ingest.html.page import parse, text_of
from ingest.sites import UNKNOWN_SITE, Select, Site
from tests.extraction.facts import facts_of

TITLE = "Harbour plan goes to the council"
TEXT = (
    "The council met on Monday to hear the plan for the new harbour and its cost to the town. " * 3
)
BODY = "".join(f"<p>{TEXT}</p>" for _ in range(8))
BY = '<p class="byline">By <a href="/author/mira-holt/">Mira Holt</a></p>'
BY_TWO = '<p class="byline">By Mira Holt and Tom Aziz</p>'


def byline(
    end: str = "", *, start: str = "", after: str = "", by: str = BY, site: Site = UNKNOWN_SITE
) -> Byline:
    html = (
        f'<html><head><title>{TITLE}</title><meta property="og:site_name" content="Shore Post"></head><body>'
        f'<h1>{TITLE}</h1>{by}<div class="entry-content">{start}{BODY}{end}</div>{after}</body></html>'
    )
    page = parse(html, "https://www.shorepost.example/2026/05/01/harbour/")
    return find_byline(facts_of(page, site))


def bios(found: Byline) -> list[str | None]:
    return [author.bio for author in found.authors]


@pytest.mark.parametrize(
    "bio",
    [
        "He is the Editor-in-Chief at Shore Post. Reach out at mira.h[at]",
        "She covers ports and ferries. Write to her at mira.h@shorepost.example",
        "Mira Holt is a staff writer at Shore Post.",
        "The writer is a lawyer in the old town.",
        "The author can be reached at mira.h@shorepost.example",
        "Die Autorin ist Professorin für Seerecht.",
        "Unser Autor arbeitet seit Jahren im Hafen.",
        "L’auteur est professeur de droit maritime.",
    ],
)
def test_bio_paragraph_at_the_end(bio: str) -> None:
    found = byline(f"<p>{bio}</p>")
    assert bios(found) == [bio]
    assert text_of(found.elements[-1]) == bio


def test_bio_paragraph_at_the_start() -> None:
    bio = "Mira Holt is a marine biologist and columnist."
    assert bios(byline(start=f"<p><em>{bio}</em></p>")) == [bio]


def test_bio_before_a_credit_and_a_promo() -> None:
    end = "<p>She is the ports editor of Shore Post.</p><p>Source: HarbourTimes</p><ul><li>Watch more</li></ul>"
    assert bios(byline(end)) == ["She is the ports editor of Shore Post."]


@pytest.mark.parametrize(
    "paragraph",
    [
        "He is the editor of a small paper in the north, the mayor said.",
        "She is a professor of law and will speak on Friday.",
        "She works on an island that can be reached only by boat.",
        "The plan of Mira Holt was not heard.",
        "The writer Joan Ferry once lived in the harbour.",
        "Mira Holt will not be there.",
    ],
)
def test_the_storys_own_words_are_no_bio(paragraph: str) -> None:
    found = byline(f"<p>{paragraph}</p>")
    assert bios(found) == [None]
    assert len(found.elements) == 1


def test_a_bio_in_the_middle_of_the_text_stays_there() -> None:
    page_end = "<p>Mira Holt is a staff writer at Shore Post.</p>" + BODY
    assert bios(byline(page_end)) == [None]


@pytest.mark.parametrize(
    "box",
    [
        '<div id="post-author"><img src="m.png"><h3>Mira Holt</h3><p>{bio}</p></div>',
        '<div class="author-box"><a href="/author/mira-holt/">Mira Holt</a><div class="author-bio">{bio}</div></div>',
        '<section class="about-the-author"><h4>About the author</h4><p>{bio}</p><ul><li>Twitter</li></ul></section>',
        '<div class="author-info"><span>Mira Holt</span><span class="author-description">{bio}</span></div>',
        '<div class="author-card"><p>{bio}</p><a href="/2">Ten things that Mira Holt saw in the old harbour</a></div>',
    ],
)
def test_author_boxes(box: str) -> None:
    bio = "Mira writes about ports and the people in them."
    found = byline(after=box.format(bio=bio))
    assert bios(found) == [bio]
    assert len(found.elements) == 2


def test_email_of_a_box() -> None:
    code = bytes([9, *(byte ^ 9 for byte in b"mira.h@shorepost.example")]).hex()
    link = f'<a class="__cf_email__" data-cfemail="{code}">[email&#160;protected]</a>'
    found = byline(
        after=f'<div class="author-box"><b>Mira Holt</b><p>Mira writes about ports. Write to her at {link}</p></div>'
    )
    assert found.authors[0].email == "mira.h@shorepost.example"
    assert (
        found.authors[0].bio == "Mira writes about ports. Write to her at mira.h@shorepost.example"
    )


def test_half_an_email_is_none() -> None:
    assert (
        byline("<p>He is the Editor-in-Chief at Shore Post. Reach out at mira.h[at]</p>")
        .authors[0]
        .email
        is None
    )


def test_each_author_has_the_own_bio() -> None:
    box = '<div class="author-box"><h3>{0}</h3><p>{1}</p></div>'
    first, second = "Mira writes about ports and ferries.", "Tom has sailed around the world twice."
    found = byline(after=box.format("Mira Holt", first) + box.format("Tom Aziz", second), by=BY_TWO)
    assert bios(found) == [first, second]


def test_a_bio_of_two_authors_is_nobodys_but_leaves_the_body() -> None:
    bio = "Mira Holt is a writer and Tom Aziz is a photographer."
    found = byline(f"<p>{bio}</p>", by=BY_TWO)
    assert bios(found) == [None, None]
    assert text_of(found.elements[-1]) == bio


def test_box_of_somebody_else() -> None:
    box = '<div class="author-box"><h3>Tom Aziz</h3><p>Tom Aziz is a writer.</p></div>'
    assert bios(byline(after=box, by=BY_TWO)) == [None, "Tom Aziz is a writer."]


def test_commenters_have_no_bio() -> None:
    box = '<div class="comments"><div class="comment author-box"><p>Mira Holt is a bad writer, I say.</p></div></div>'
    assert bios(byline(after=box)) == [None]


def test_the_sites_selector_for_bios() -> None:
    site = Site(name="shore", domain="shorepost.example", select=Select(author_bio=[".about-me"]))
    found = byline(
        after='<div class="about-me"><p>Came with the tide and stayed.</p></div>', site=site
    )
    assert bios(found) == ["Came with the tide and stayed."]


def test_no_bio_without_an_author() -> None:
    found = byline("<p>Mira Holt is a staff writer at Shore Post.</p>", by="")
    assert (found.authors, found.elements) == ((), ())

"""Select the byline of the article from the candidates of a page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from ingest.extraction.byline.candidates import (
    NEAREST,
    BylineCandidate,
    Survey,
    is_outside,
    is_under_heading,
    nearness,
    outermost,
)
from ingest.extraction.byline.element import Credit, credits_of
from ingest.extraction.byline.kinds import Name, is_whole
from ingest.extraction.byline.name_rules import name_key, same_name
from ingest.extraction.byline.names import read_names
from ingest.extraction.byline.signs import Sign
from ingest.html.page import Page, text_of
from ingest.record import AuthorKind


@dataclass(frozen=True, slots=True, eq=False)
class ScoredCandidate:
    """A candidate element, the names parsed from it, and its confidence score.

    `agrees` if the metadata has one of the names too.
    """

    candidate: BylineCandidate
    credits: tuple[Credit, ...]
    score: int
    agrees: bool = False

    @property
    def looks(self) -> tuple[Sign, object, str | None]:
        """The features that the candidates of one list share."""
        element = self.candidate.element
        return self.candidate.sign, element.tag, element.get("class")

    @property
    def is_desk(self) -> bool:
        """Whether all names are desks'."""
        return all(credit.name.kind is AuthorKind.DESK for credit in self.credits)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the names (`name_key`)."""
        return frozenset(name_key(credit.name.text) for credit in self.credits)


# A score is the sign (0 to 4), the nearness to the headline (1 to 3), and four if it agrees with
# the metadata.
_AGREEMENT = 4
_SURE = 4  # a lower score is a guess
_MAX_LONE = 60  # characters of a bold line that is a byline
_PICTURES = 5  # pictures after the heading that may be a portrait
_MAX_DEPTH = 8  # of candidates inside candidates
_GAP = 8  # walked elements between the names of one list


def score_candidates(
    page: Page,
    survey: Survey,
    desks: Collection[str],
    meta_keys: Collection[str],
) -> list[ScoredCandidate]:
    """Return all candidates of the article that have names, the best first.

    Args:
        page: The page.
        survey: Its candidates.
        desks: The site's own names in lower case.
        meta_keys: The keys (`name_key`) of the metadata's people.
    """
    scored = _score_all(page, survey, survey.candidates, desks, meta_keys)
    return sorted(scored, key=lambda item: (-item.score, item.candidate.order))


def select_byline(
    page: Page,
    scored: list[ScoredCandidate],
    survey: Survey,
    desks: Collection[str],
    meta_keys: Collection[str],
) -> list[ScoredCandidate]:
    """Return the candidates that are the byline, or none if no candidate is reliable enough.

    Args:
        page: The page.
        scored: The result of `score_candidates`.
        survey: The candidates of the page.
        desks: The site's own names in lower case.
        meta_keys: The keys (`name_key`) of the metadata's people.
    """
    best = scored[0] if scored else None
    if meta_keys:
        if best is not None and (best.agrees or _outweighs_metadata(best, survey)):
            return _with_list(scored, survey)
        return []
    if best is not None and best.score >= _SURE:
        return _with_list(scored, survey)
    for item in scored:
        if item.candidate.sign is Sign.LONE:
            return [item]
    return _beside_portrait(page, survey, desks)


def _outweighs_metadata(scored: ScoredCandidate, survey: Survey) -> bool:
    """Whether a candidate is the byline though the metadata has other names.

    That is so if it is in the usual place of bylines.
    """
    candidate = scored.candidate
    if nearness(candidate, survey) == NEAREST and candidate.sign >= Sign.WORD:
        return True
    return is_under_heading(candidate, survey) and candidate.sign >= Sign.LINE


def _beside_portrait(page: Page, survey: Survey, desks: Collection[str]) -> list[ScoredCandidate]:
    """Return the name under the headline beside a small portrait.

    The `alt` of the portrait is a person's name too.
    """
    if survey.heading is None:
        return []
    for picture in islice(_pictures_after(survey.heading), _PICTURES):
        parent = picture.getparent()
        if parent is None or not _is_portrait(picture, desks):
            continue
        if len(text_of(parent)) > _MAX_LONE:
            continue
        candidate = BylineCandidate(parent, 1, Sign.LINE)
        names = tuple(credits_of(page, parent, (), desks))
        if _is_person([credit.name for credit in names]) and not is_outside(candidate, survey):
            return [ScoredCandidate(candidate, names, _SURE)]
    return []


def _pictures_after(heading: HtmlElement) -> Iterator[HtmlElement]:
    for element in (heading, *heading.iterancestors()):
        for sibling in element.itersiblings():
            yield from sibling.iter("img")


def _is_portrait(picture: HtmlElement, desks: Collection[str]) -> bool:
    """Whether the `alt` of a picture is one person's name and nothing else."""
    alt = picture.get("alt", "").strip()
    names = read_names(alt, desks)
    return _is_person(names) and names[0].text == alt


def _is_person(names: Sequence[Name]) -> bool:
    if len(names) != 1:
        return False
    return names[0].kind is AuthorKind.PERSON and is_whole(names[0].text)


def _with_list(scored: list[ScoredCandidate], survey: Survey) -> list[ScoredCandidate]:
    """Return the best candidate and those like it in one list with it.

    If candidates like it are apart from it, far from the heading, and have other names, all are
    teasers of other stories, and the result is empty.
    """
    best = scored[0]
    alike = [item for item in scored if item.looks == best.looks]
    alike.sort(key=lambda item: item.candidate.order)
    group = _until_gap(alike[alike.index(best) :])
    if best.agrees or nearness(best.candidate, survey) == NEAREST:
        return group
    keys = {key for item in group for key in item.keys}
    if all(item.keys <= keys for item in alike):
        return group
    return []


def _until_gap(items: Sequence[ScoredCandidate]) -> list[ScoredCandidate]:
    """Return the candidates up to the first one that is too far from the one before it."""
    group = [items[0]]
    for item in items[1:]:
        if item.candidate.order - group[-1].candidate.order > _GAP:
            break
        group.append(item)
    return group


def _score_all(
    page: Page,
    survey: Survey,
    candidates: Collection[BylineCandidate],
    desks: Collection[str],
    meta_keys: Collection[str],
    depth: int = 0,
) -> Iterator[ScoredCandidate]:
    """Yield the candidates that have names, the outer one if both it and one inside it do."""
    for candidate, inner in outermost(candidates):
        if is_outside(candidate, survey):
            continue
        scored = _score(page, survey, candidate, inner, desks, meta_keys)
        if scored is not None:
            yield scored
        elif inner and depth < _MAX_DEPTH:
            yield from _score_all(page, survey, inner, desks, meta_keys, depth + 1)


def _score(
    page: Page,
    survey: Survey,
    candidate: BylineCandidate,
    inner: list[BylineCandidate],
    desks: Collection[str],
    meta_keys: Collection[str],
) -> ScoredCandidate | None:
    """Return a candidate with its names and score, or None if it has no names.

    Args:
        page: The page.
        survey: The candidates of the page.
        candidate: The one to score.
        inner: The candidates inside it.
        desks: The site's own names in lower case.
        meta_keys: The keys of the metadata's people.
    """
    marks = [item.element for item in inner if item.sign > Sign.LINE]
    names = credits_of(page, candidate.element, marks, desks)
    names = [credit for credit in names if _is_credible(credit, candidate)]
    if not names:
        return None
    agrees = any(_is_in_metadata(credit, meta_keys) for credit in names)
    score = int(candidate.sign) + nearness(candidate, survey)
    if agrees:
        score += _AGREEMENT
    return ScoredCandidate(candidate, tuple(names), score, agrees)


def _is_in_metadata(credit: Credit, meta_keys: Collection[str]) -> bool:
    key = name_key(credit.name.text)
    return any(same_name(key, other) for other in meta_keys)


def _is_credible(credit: Credit, candidate: BylineCandidate) -> bool:
    """Whether a name fits the sign of its candidate.

    A name of one word in a link needs a link to an author's page. A lone bold line is a whole name
    and nothing else.
    """
    name = credit.name
    if candidate.sign is Sign.LONE:
        if " " not in name.text or name.text.islower():
            return False
        return len(text_of(candidate.element)) <= _MAX_LONE
    if is_whole(name.text) or name.kind is not AuthorKind.PERSON:
        return True
    if credit.url is None or credit.marked:
        return True
    return candidate.sign in (Sign.LINK, Sign.MARK)

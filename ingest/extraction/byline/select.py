"""Select the byline of the article from the candidates of a page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ingest.extraction.byline.candidates import (
    NEAREST,
    BylineCandidate,
    Survey,
    is_outside,
    is_under_heading,
    nearness,
    outermost,
)
from ingest.extraction.byline.credible import (
    below_pictures,
    follows_other_credit,
    is_credible,
    is_subject,
)
from ingest.extraction.byline.element import Credit, author_text, credits_of, lines_of
from ingest.extraction.byline.introduced import introduced
from ingest.extraction.byline.kinds import is_whole_person
from ingest.extraction.byline.name_rules import is_glued, name_key, same_name
from ingest.extraction.byline.signs import Sign
from ingest.extraction.byline.surroundings import is_detail
from ingest.extraction.byline.unmarked import beside_date, beside_portrait
from ingest.extraction.byline.words import lead
from ingest.html.page import Page, text_of
from ingest.record import AuthorKind


@dataclass(frozen=True, slots=True, eq=False)
class ScoredCandidate:
    """A candidate element, the names parsed from it, and its confidence score.

    `agrees` if the metadata has one of the names too. `denied` are the keys of the names that the
    element credits for something other than the text.
    """

    candidate: BylineCandidate
    credits: tuple[Credit, ...]
    score: int
    agrees: bool = False
    denied: frozenset[str] = frozenset()

    @property
    def looks(self) -> tuple[Sign, object, str | None]:
        """The features that the candidates of one list share."""
        element = self.candidate.element
        return self.candidate.sign, element.tag, element.get("class")

    @property
    def is_labelled(self) -> bool:
        """Whether only a label in the text makes it a byline: "Author: A. Name"."""
        element = self.candidate.element
        marked = element.get("class") or element.get("id") or element.get("itemprop")
        return self.candidate.sign is Sign.WORD and element.tag != "address" and not marked

    @property
    def is_desk(self) -> bool:
        """Whether all names are desks'."""
        return all(credit.name.kind is AuthorKind.DESK for credit in self.credits)

    @property
    def has_person(self) -> bool:
        """Whether a name is a person's with more than one word."""
        return any(is_whole_person(credit.name) for credit in self.credits)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the names (`name_key`)."""
        return frozenset(name_key(credit.name.text) for credit in self.credits)


# A score is the weight of the sign, the nearness to the headline (1 to 3), and four if it agrees
# with the metadata.
_WEIGHTS = {Sign.LONE: 0, Sign.MENTION: 1, Sign.LINE: 1, Sign.LINK: 2, Sign.WORD: 3, Sign.MARK: 4}
_WEAK = frozenset({Sign.LONE, Sign.LINK})  # signs that people in a story have too
_AGREEMENT = 4
_SURE = 4  # a lower score is a guess
_NEAR_LINE = 60  # walked elements from the heading to a line with a person's name
_MOST_FAR = 3  # names far from the headline; more are a list of other things
_CATALOGUE = 3  # labelled authors of a list of books
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
    scored = _without_catalogue(scored)
    guest = _guest(scored, survey)
    if guest is not None:
        return [guest]
    if scored and _is_reliable(scored[0], survey, has_metadata=bool(meta_keys)):
        return _with_people(_with_list(scored, survey), scored)
    if meta_keys:
        return []
    line = _only_line(scored) if survey.heading is None else None
    if line is not None:
        return [line]
    for item in scored:
        if item.candidate.sign is Sign.LONE:
            return [item]
    unmarked = beside_portrait(page, survey, desks) or beside_date(page, survey, desks)
    unmarked = unmarked or introduced(page, survey, desks)
    return [ScoredCandidate(*names, _SURE) for names in unmarked]


def _without_catalogue(scored: list[ScoredCandidate]) -> list[ScoredCandidate]:
    """Return the candidates without the labelled authors of books or the like, a list of them."""
    labelled = [item for item in scored if item.is_labelled and not item.agrees]
    if len({item.keys for item in labelled}) < _CATALOGUE:
        return scored
    return [item for item in scored if item not in labelled]


def _guest(scored: Sequence[ScoredCandidate], survey: Survey) -> ScoredCandidate | None:
    """Return the line "By A. Name" under the headline if the best candidate is far from there.

    The page then names who posted the text further down, as the metadata do.
    """
    if not scored or is_under_heading(scored[0].candidate, survey):
        return None
    lines = (item for item in scored if item.candidate.sign is Sign.LINE and item.has_person)
    near = [item for item in lines if is_under_heading(item.candidate, survey)]
    starts = [item for item in near if lead().match(text_of(item.candidate.element))]
    return starts[0] if len(starts) == 1 and not scored[0].keys & starts[0].keys else None


def _only_line(scored: Sequence[ScoredCandidate]) -> ScoredCandidate | None:
    """Return the line "By A. Name" of a page without a headline, if no other names another one."""
    lines = [item for item in scored if item.candidate.sign is Sign.LINE and item.has_person]
    if not lines or any(item.keys != lines[0].keys for item in lines):
        return None
    return lines[0]


def _with_people(
    chosen: list[ScoredCandidate], scored: Sequence[ScoredCandidate]
) -> list[ScoredCandidate]:
    """Return the byline, or the line "By A. Name" near it, or a name alone, if it has no person.

    The paper's byline may be only a news agency or itself; the text then begins with a byline.
    """
    if not chosen or any(item.has_person for item in chosen):
        return chosen
    for item in sorted(scored, key=lambda item: item.candidate.order):
        candidate = item.candidate
        is_after = 0 <= candidate.order <= _NEAR_LINE
        if is_after and candidate.sign in (Sign.LINE, Sign.LONE) and item.has_person:
            return [item]
    return chosen


def _is_reliable(best: ScoredCandidate, survey: Survey, *, has_metadata: bool) -> bool:
    """Whether the best candidate is the byline and not a guess.

    Args:
        best: The candidate.
        survey: The candidates of the page.
        has_metadata: The metadata has people.
    """
    if has_metadata:
        return best.agrees or _outweighs_metadata(best, survey)
    if nearness(best.candidate, survey) < NEAREST - 1 and best.candidate.sign is Sign.WORD:
        return len(best.credits) <= _MOST_FAR and best.has_person
    return best.score >= _SURE


def _outweighs_metadata(scored: ScoredCandidate, survey: Survey) -> bool:
    """Whether a candidate is the byline though the metadata has other names.

    This is the case if it is in the usual place of bylines.
    """
    candidate = scored.candidate
    if nearness(candidate, survey) == NEAREST and candidate.sign >= Sign.WORD:
        return True
    if candidate.order < 0 and candidate.sign >= Sign.WORD:
        return scored.has_person
    return is_under_heading(candidate, survey) and candidate.sign >= Sign.LINE


def _with_list(scored: list[ScoredCandidate], survey: Survey) -> list[ScoredCandidate]:
    """Return the best candidate and those like it in one list with it.

    If candidates like it are apart from it, far from the heading, and have other names, all are
    teasers of other stories, and the result is empty.
    """
    best = scored[0]
    alike = _without_pictures([item for item in scored if item.looks == best.looks])
    best = best if best in alike else alike[0]
    alike.sort(key=lambda item: item.candidate.order)
    group = _until_gap(alike[alike.index(best) :])
    if best.agrees or nearness(best.candidate, survey) == NEAREST:
        return group
    keys = {key for item in group for key in item.keys}
    if all(item.keys <= keys for item in alike):
        return group
    return []


def _without_pictures(items: list[ScoredCandidate]) -> list[ScoredCandidate]:
    """Return the lines that are not below a picture, if there are both: those name photographers."""
    if any(item.candidate.sign is not Sign.LINE for item in items):
        return items
    below = below_pictures(item.candidate.element for item in items)
    bare = [item for item in items if item.candidate.element not in below]
    return bare or items


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
    if is_detail(candidate.element) or follows_other_credit(candidate.element):
        return None
    marks = [
        item.element for item in inner if item.sign > Sign.LINE and not is_detail(item.element)
    ]
    names = credits_of(page, candidate.element, marks, desks)
    names = [credit for credit in names if is_credible(credit, candidate)]
    if not names:
        return None
    agrees = any(_is_in_metadata(credit, meta_keys) for credit in names)
    if not agrees and candidate.sign in _WEAK and is_subject(names, survey.heading):
        return None
    score = _WEIGHTS[candidate.sign] + nearness(candidate, survey)
    if agrees:
        score += _AGREEMENT
    elif candidate.sign is Sign.MENTION:
        return None
    _, denied = author_text(lines_of(candidate.element, marks), desks)
    return ScoredCandidate(candidate, tuple(names), score, agrees, denied)


def _is_in_metadata(credit: Credit, meta_keys: Collection[str]) -> bool:
    key = name_key(credit.name.text)
    return any(same_name(key, other) or is_glued(key, other) for other in meta_keys)

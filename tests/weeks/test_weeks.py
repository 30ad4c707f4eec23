"""A newsroom publishes, edits, moves, deletes and restores, and is crawled at random times over weeks."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import hypothesis
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.conftest import examples
from tests.weeks.crawls import REST, Crawls, fresh_process, problems, too_many
from tests.weeks.paper import Habits, Paper, Story

PICKS = st.integers(0, 10**6)
HABITS = st.builds(
    Habits,
    sitemap=st.sampled_from(["", "newest", "oldest", "shuffled"]),
    lastmod=st.sampled_from(["none", "true", "now", "old"]),
    feed=st.sampled_from(["", "rss", "atom", "rdf", "json"]),
    listing=st.sampled_from(["", "end", "missing", "repeat"]),
    api=st.sampled_from(["", "full", "cap", "refuse", "plain"]),
    validators=st.booleans(),
    moved=st.booleans(),
    noise=st.sampled_from(["", "notice", "mark", "lines"]),
).filter(lambda habits: habits.sees_all)


class Weeks(RuleBasedStateMachine):
    """The life of one newsroom, and its crawls."""

    process: ProcessPoolExecutor

    @initialize(habits=HABITS, first=st.integers(1, 12))
    def open(self, habits: Habits, first: int) -> None:
        self.crawls = Crawls(Paper(habits), self.process)
        self.crawls.__enter__()
        self.paper = self.crawls.paper
        self.paper.publish(first)
        self.crawls.crawl()  # a first walk that is longer than the limits allow is cut, and says so

    @rule(number=st.integers(1, 9))
    def publish(self, number: int) -> None:
        self.paper.publish(number)

    @rule(pick=PICKS)
    @precondition(lambda self: self.paper.announced())
    def edit(self, pick: int) -> None:
        self.paper.edit(self._picked(pick))

    @rule(pick=PICKS)
    @precondition(lambda self: self.paper.announced())
    def move(self, pick: int) -> None:
        self.paper.move(self._picked(pick))

    @rule(pick=PICKS, how=st.sampled_from(["404", "410", "home"]))
    @precondition(lambda self: len(self.paper.announced()) > 2)
    def delete(self, pick: int, how: str) -> None:
        self.paper.delete(self._picked(pick), how)

    @rule(pick=PICKS)
    @precondition(lambda self: any(story.gone for story in self.paper.stories))
    def restore(self, pick: int) -> None:
        gone = [story for story in self.paper.stories if story.gone]
        self.paper.restore(gone[pick % len(gone)])

    @rule(hours=st.sampled_from([0.2, 2, 7, 26, 24 * 9]))
    def crawl(self, hours: float) -> None:
        self.crawls.crawl(timedelta(hours=hours))

    def teardown(self) -> None:
        if not hasattr(self, "crawls"):
            return
        try:
            for pause in REST:
                self.crawls.crawl(pause)
            missing = [problem for problem in problems(self.crawls) if "missing" in problem]
            assert not missing, missing  # a full crawl would find them
            self.crawls.crawl(full=True)
            assert not list(problems(self.crawls)), list(problems(self.crawls))
            assert not list(too_many(self.crawls)), list(too_many(self.crawls))
        finally:
            self.crawls.__exit__(None, None, None)

    def _picked(self, pick: int) -> Story:
        stories = self.paper.announced()
        return stories[pick % len(stories)]


def test_no_article_is_lost_or_doubled_whatever_the_newsroom_does() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    with fresh_process() as process:
        Weeks.process = process
        settings = hypothesis.settings(examples(4), stateful_step_count=14, phases=[Phase.generate])
        run_state_machine_as_test(Weeks, settings=settings)

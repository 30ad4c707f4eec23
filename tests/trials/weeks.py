"""Invented newsrooms over weeks: what they do and when they are crawled is drawn by a seed.

    python -m tests.trials.weeks [--seeds 100] [--first 0]

A line for each newsroom, and for one with an article that is lost, doubled or wrong all that was
done. The exit code is 1 if there was one. `tests/weeks` has a short form of it.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from random import Random

from tests.weeks.crawls import REST, Crawls, fresh_process, problems, too_many
from tests.weeks.paper import Habits, Paper


def habits_of(rng: Random) -> Habits:
    """Draw habits under which some source announces every article."""
    while True:
        habits = Habits(
            sitemap=rng.choice(["", "newest", "oldest", "shuffled"]),
            lastmod=rng.choice(["none", "true", "now", "old"]),
            feed=rng.choice(["", "rss", "atom", "rdf", "json"]),
            listing=rng.choice(["", "end", "missing", "repeat"]),
            api=rng.choice(["", "full", "cap", "refuse", "plain"]),
            validators=rng.random() < 0.5,
            moved=rng.random() < 0.3,
            noise=rng.choice(["", "", "notice", "mark", "lines"]),
        )
        if habits.sees_all:
            return habits


def act(crawls: Crawls, rng: Random) -> str:
    """Let the newsroom do something, or crawl it; return what was done."""
    paper = crawls.paper
    alive, gone = paper.announced(), [story for story in paper.stories if story.gone]
    acts = ["publish", "crawl", "crawl", "edit", "move"]
    acts += ["delete"] * (len(alive) > 2) + ["restore"] * bool(gone)
    name = rng.choice(acts)
    if name == "publish":
        number = rng.randint(1, 9)
        paper.publish(number)
        return f"publish {number}"
    if name == "crawl":
        hours = rng.choice([0.2, 2, 7, 26, 216])
        summary = crawls.crawl(timedelta(hours=hours))
        counts = f"{summary.new} new, {summary.changed} changed, {summary.gone} gone"
        return f"crawl after {hours} h: {counts}, {summary.failed} failed, {summary.rejected}"
    story = rng.choice(gone if name == "restore" else alive)
    if name == "delete":
        paper.delete(story, rng.choice(["404", "410", "home"]))
    else:
        {"edit": paper.edit, "move": paper.move, "restore": paper.restore}[name](story)
    return f"{name} {story.number} {story.gone}"


def play(seed: int, process: ProcessPoolExecutor) -> bool:
    """Play one newsroom; return whether nothing is wrong."""
    rng = Random(seed)  # noqa: S311 - a die, no secret
    with Crawls(Paper(habits_of(rng)), process) as crawls:
        crawls.paper.publish(rng.randint(1, 12))
        crawls.crawl()  # a first walk that is longer than the limits allow is cut, and says so
        done = [act(crawls, rng) for _ in range(rng.randint(5, 16))]
        for pause in REST:
            crawls.crawl(pause)
        wrong = [problem for problem in problems(crawls) if "missing" in problem]
        crawls.crawl(full=True)
        wrong += [*problems(crawls), *too_many(crawls)]
        paper = crawls.paper
        pages = sum(path.startswith("/story/") for path in paper.asked)
        print(
            f"{seed}: {'wrong' if wrong else 'ok'}, {len(paper.stories)} articles, {pages} requests for them and "
            f"{len(paper.asked) - pages} for sources in {len(crawls.summaries)} crawls, {paper.habits}",
            flush=True,
        )
        for line in [*done, *wrong] if wrong else ():
            print(f"    {line}", flush=True)
    return not wrong


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.trials.weeks")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    wanted = parser.parse_args()
    with fresh_process() as process:
        seeds = range(wanted.first, wanted.first + wanted.seeds)
        fine = [play(seed, process) for seed in seeds]
    print(f"{fine.count(True)} of {len(fine)} newsrooms without fault")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Run crawls at their times, each in its own process, until a signal (`khabar schedule`)."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from ingest.schedule import Schedule
from ingest.settings import Scheduling

Command = Callable[[str], Sequence[str]]
"""Returns the command line that crawls a site."""


def crawl_command(options: Sequence[str]) -> Command:
    """Return the command line of `khabar crawl SITE` with these options, by the same Python.

    `-P` keeps the working folder off the import path, since it may contain another `ingest`.
    """
    return lambda site: [sys.executable, "-P", "-m", "ingest", "crawl", site, *options]


class CrawlProcess:
    """One crawl process, in its own session, so that Ctrl-C reaches it only through `stop`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, command: Sequence[str]) -> CrawlProcess:
        """Start a process, which shares standard error with this one.

        Raises:
            OSError: the system cannot start it.
        """
        nothing = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *command, stdin=nothing, stdout=nothing, start_new_session=True
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def wait(self) -> int:
        """Return the exit code; 128 plus the number of a signal that ended it, as shells do."""
        code = await self._process.wait()
        return code if code >= 0 else 128 - code

    async def stop(self, patience: float) -> bool:
        """Send SIGTERM, and kill the process after a timeout.

        Args:
            patience: the timeout in seconds.

        Returns:
            Whether it had to be killed.
        """
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), patience)
        except TimeoutError:
            self.kill()
            await self._process.wait()
            return True
        return False

    def kill(self) -> None:
        """Kill the process and the extraction processes that it started."""
        if self._process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()


logger = logging.getLogger(__name__)

_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_MILD = (0, 5, 4, 3)
"""Exit codes of crawls, the best first; any other code is worse, higher codes are worse."""
EXIT_KILLED = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """A site, its schedule, and the time zone of a cron line (UTC if None)."""

    site: str
    schedule: Schedule
    zone: ZoneInfo | None = None


def worst(codes: Iterable[int]) -> int:
    """Return the worst of the exit codes; 0 if there are none."""
    return max(
        codes,
        key=lambda code: (_MILD.index(code) if code in _MILD else len(_MILD), code),
        default=0,
    )


class Scheduler:
    """Runs crawls by their plans: one at a time for a site, and limited in total by the settings.

    Args:
        plans: one for each site.
        settings: the limits.
        command: returns the command line of a site's crawl.
        last_starts: the start of the last crawl of each site, if there was one.
        now: the clock, aware.
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        settings: Scheduling,
        command: Command,
        *,
        last_starts: Mapping[str, datetime],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        moment = now()
        self._due = [
            (plan, plan.schedule.first_due(last_starts.get(plan.site), moment, plan.zone))
            for plan in plans
        ]
        self._now = moment
        self._settings = settings
        self._command = command
        self._slots = asyncio.Semaphore(settings.crawls)
        self._running: dict[str, CrawlProcess] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopped = asyncio.Event()
        self._signals: list[int] = []
        self._killed = False

    def run(self) -> int:
        """Run until SIGTERM, Ctrl-C or SIGHUP, which stops the crawls; a second signal kills them.

        Returns:
            0; 4 if a crawl had to be killed after the first signal; 128 plus the number of the
            second signal.
        """
        return asyncio.run(self._run())

    def run_once(self) -> int:
        """Run the crawls that are due now, once; return the worst exit code, 0 if none is due."""
        return asyncio.run(self._run_once())

    async def _run(self) -> int:
        # A missed time is caught up once, however late: the machine slept, or no slot was free.
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        scheduler.add_listener(_left_out, EVENT_JOB_MAX_INSTANCES)
        for plan, due in self._due:
            self._tell_next(plan, due)
            trigger = plan.schedule.trigger(plan.zone, self._settings.jitter_seconds)
            scheduler.add_job(self._crawl, trigger, [plan.site], id=plan.site, next_run_time=due)
        with self._heeding_signals():
            scheduler.start()
            await self._stopped.wait()
            scheduler.pause()
            await self._stop_all()
            scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # its shutdown is a callback of the loop
        if len(self._signals) > 1:
            return 128 + self._signals[1]
        return EXIT_KILLED if self._killed else 0

    async def _run_once(self) -> int:
        due = [plan.site for plan, moment in self._due if moment <= self._now]
        if not due:
            for plan, moment in self._due:
                self._tell_next(plan, moment)
            return 0
        with self._heeding_signals():
            crawls = [asyncio.ensure_future(self._crawl(site)) for site in due]
            everything = asyncio.gather(*crawls)
            stopped = asyncio.ensure_future(self._stopped.wait())
            events: list[asyncio.Future[Any]] = [everything, stopped]
            await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
            if self._stopped.is_set():
                await self._stop_all()
            stopped.cancel()
            codes = [code for code in await everything if code is not None]
        return 128 + self._signals[-1] if self._signals else worst(codes)

    async def _crawl(self, site: str) -> int | None:
        """Crawl a site when a slot is free; return the exit code, or None if stopped before."""
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._tasks.add(task)
        try:
            async with self._slots:
                return None if self._stopped.is_set() else await self._crawl_now(site)
        finally:
            self._tasks.discard(task)

    async def _crawl_now(self, site: str) -> int:
        began = time.monotonic()
        try:
            crawl = await CrawlProcess.start(self._command(site))
        except OSError as error:  # such as no memory: the next time may succeed
            logger.error(  # noqa: TRY400 - no fault of the code
                "no process starts: %s", error, extra=_extra(site, "process end", exit_code=1)
            )
            return 1
        logger.info(
            "process %d starts", crawl.pid, extra=_extra(site, "process start", pid=crawl.pid)
        )
        self._running[site] = crawl
        try:
            if self._stopped.is_set():  # a signal came during the start
                await crawl.stop(self._settings.stop_seconds)
            code = await self._end_of(site, crawl)
        finally:
            del self._running[site]
        seconds = time.monotonic() - began
        level = logging.INFO if code == 0 or self._stopped.is_set() else logging.WARNING
        facts = _extra(site, "process end", exit_code=code, seconds=round(seconds, 3))
        logger.log(level, "process ends with exit code %d after %.1f s", code, seconds, extra=facts)
        return code

    async def _end_of(self, site: str, crawl: CrawlProcess) -> int:
        """Return the exit code of a crawl; stop it if it exceeds its time limit."""
        most = self._settings.crawl_seconds
        waiting = asyncio.ensure_future(crawl.wait())
        await asyncio.wait([waiting], timeout=most)
        if not waiting.done():
            logger.error(
                "the crawl is stopped: it took over %g s", most, extra=_extra(site, "late")
            )
            await crawl.stop(self._settings.stop_seconds)
        return await waiting

    async def _stop_all(self) -> None:
        """Stop the crawls and wait until their ends are logged."""
        stops = [crawl.stop(self._settings.stop_seconds) for crawl in self._running.values()]
        self._killed = any(await asyncio.gather(*stops))
        if self._tasks:
            await asyncio.wait(self._tasks)

    @contextmanager
    def _heeding_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        # A signal that `nohup` made the process ignore stays ignored.
        heeded = [kind for kind in _SIGNALS if signal.getsignal(kind) is not signal.SIG_IGN]

        def stop(kind: int) -> None:
            self._signals.append(kind)
            if len(self._signals) == 1:
                name = signal.Signals(kind).name
                logger.info(
                    "%s: crawls under way are stopped: %d",
                    name,
                    len(self._running),
                    extra=_extra("", "stop"),
                )
                self._stopped.set()
                return
            for crawl in self._running.values():
                crawl.kill()

        with suppress(NotImplementedError):  # Windows
            for kind in heeded:
                loop.add_signal_handler(kind, stop, kind)
        try:
            yield
        finally:
            with suppress(NotImplementedError):
                for kind in heeded:
                    loop.remove_signal_handler(kind)

    def _tell_next(self, plan: Plan, due: datetime) -> None:
        when = "now" if due <= self._now else f"{due.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
        extra = _extra(
            plan.site, "plan", schedule=str(plan.schedule), next=due.astimezone(UTC).isoformat()
        )
        logger.info("%s, next %s", plan.schedule, when, extra=extra)


def _extra(site: str, event: str, **facts: object) -> dict[str, object]:
    return {"site": site, "facts": {"event": event, **facts}}


def _left_out(event: JobSubmissionEvent) -> None:
    logger.info(
        "the last crawl is still under way: this time is left out",
        extra=_extra(event.job_id, "left out"),
    )

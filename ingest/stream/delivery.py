"""From a follower to a destination: batches, attempts, and the place after each batch."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from time import sleep

from ingest.stream.destinations.destination import Destination, NotDelivered
from ingest.stream.follow import POLL_SECONDS, Follower, Taken

logger = logging.getLogger(__name__)

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
ATTEMPTS = 8
"""Attempts for one batch with `once`: about two minutes."""


def deliver_all(follower: Follower, destination: Destination, *, once: bool) -> None:
    """Give a destination the records that a consumer has not taken, and save its place.

    Args:
        follower: of the consumer.
        destination: takes the records.
        once: whether to end when there are no more records, or when `ATTEMPTS` have failed. Else
            this waits for further records, and tries until the destination takes them.

    Raises:
        NotDelivered: the destination refuses the records for good, or, with `once`, for too long.
    """
    while True:
        for batch in _batches(follower, destination.batch):
            _deliver(destination, batch, attempts=ATTEMPTS if once else 0)
            follower.commit()
        if once:
            return
        sleep(POLL_SECONDS)


def _deliver(destination: Destination, batch: list[Taken], *, attempts: int) -> None:
    pause, attempt = _FIRST_PAUSE_SECONDS, 1
    while True:
        try:
            destination.deliver(batch)
        except NotDelivered as error:
            if error.is_final or attempt == attempts:
                raise
            wait = max(pause, min(error.wait_seconds or 0.0, _LONGEST_PAUSE_SECONDS))
            logger.warning("%s; trying again in %.0f s", error.message, wait)
            sleep(wait)
            pause, attempt = min(pause * 2, _LONGEST_PAUSE_SECONDS), attempt + 1
        else:
            return


def _batches(follower: Follower, most: int) -> Iterator[list[Taken]]:
    """Yield what is committed now, in lists; each ends where the follower is."""
    batch: list[Taken] = []
    for taken in follower.available():
        batch.append(taken)
        if len(batch) == most:
            yield batch
            batch = []
    if batch:
        yield batch

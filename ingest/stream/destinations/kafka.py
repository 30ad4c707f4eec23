"""A Kafka topic: a message for each record, with the article's id as its key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from ingest.errors import UsageError
from ingest.stream.destinations.destination import NotDelivered
from ingest.stream.follow import Taken

REMEDY = "pip install 'khabar[kafka]'"
TIMEOUT_SECONDS = 60.0


class KafkaTopic:
    """A topic; a batch is taken when the brokers have acknowledged each of its messages.

    All versions of an article have one key, and so are in one partition, in their order.

    Args:
        address: `kafka://BROKER[,BROKER]/TOPIC`.

    Raises:
        UsageError: the address has no broker or no topic, or the client is not installed.
    """

    batch = 500

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._topic = parts.path.strip("/")
        if not parts.netloc or not self._topic or "/" in self._topic:
            raise UsageError(
                f"not the address of a topic: {address!r}", "give kafka://broker:9092/topic"
            )
        try:
            from confluent_kafka import Producer  # noqa: PLC0415 - of an extra
        except ImportError as error:
            raise UsageError("Kafka needs a package", REMEDY) from error
        self._brokers = parts.netloc
        self._producer: Any = Producer(
            {
                "bootstrap.servers": parts.netloc,
                "enable.idempotence": True,  # a retry of the client writes no message twice
                "message.timeout.ms": int(TIMEOUT_SECONDS * 1000),
                "log_level": 2,  # its own log would go to standard error
            }
        )

    def deliver(self, records: Sequence[Taken]) -> None:
        """Send the records, and wait until they are acknowledged."""
        problems: list[str] = []

        def delivered(error: object, _message: object) -> None:
            if error is not None:
                problems.append(str(error))

        for record in records:
            key = json.loads(record.data)["id"]
            headers = {"site": record.site, "sequence": str(record.sequence)}
            try:
                self._producer.produce(
                    self._topic, record.data, key, on_delivery=delivered, headers=headers
                )
            except BufferError:  # its queue is full
                self._producer.flush(TIMEOUT_SECONDS)
                self._producer.produce(
                    self._topic, record.data, key, on_delivery=delivered, headers=headers
                )
        left = self._producer.flush(TIMEOUT_SECONDS)
        if problems or left:
            problem = problems[0] if problems else f"{left} messages are not acknowledged"
            raise NotDelivered(
                f"kafka://{self._brokers}/{self._topic}: {problem}", "see its brokers"
            )

    def close(self) -> None:
        """Wait for what is still under way."""
        self._producer.flush(TIMEOUT_SECONDS)

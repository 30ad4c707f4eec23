"""Destinations with a protocol of their own, each against a server on loopback that a package has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.stream.delivery import deliver_all
from ingest.stream.destinations.destination import open_destination
from ingest.stream.follow import Follower
from tests.stream.outputs import write


def test_a_topic_has_each_record_under_the_id_of_its_article(tmp_path: Path) -> None:
    kafka = pytest.importorskip("confluent_kafka")
    # The client has a broker for tests in itself, which lives as long as this producer.
    broker = kafka.Producer(
        {"test.mock.num.brokers": 1, "bootstrap.servers": "none", "log_level": 2}
    )
    (found,) = broker.list_topics(timeout=10).brokers.values()
    address = f"{found.host}:{found.port}"
    write(tmp_path, "news", "abc")
    destination = open_destination(f"kafka://{address}/articles")
    with Follower(tmp_path, "kafka") as follower:
        deliver_all(follower, destination, once=True)
    destination.close()
    messages = _read(kafka, address, 3)
    bodies = [json.loads(message.value()) for message in messages]
    assert sorted(body["metadata"]["sequence"] for body in bodies) == [1, 2, 3]
    assert [message.key().decode() for message in messages] == [body["id"] for body in bodies]


def _read(kafka: Any, address: str, number: int) -> list[Any]:
    consumer = kafka.Consumer(
        {
            "bootstrap.servers": address,
            "group.id": "test",
            "auto.offset.reset": "earliest",
            "log_level": 2,
        }
    )
    consumer.subscribe(["articles"])
    messages: list[Any] = []
    for _ in range(60):
        message = consumer.poll(1)
        if message is not None and message.error() is None:
            messages.append(message)
        if len(messages) == number:
            break
    consumer.close()
    return messages


def test_a_bucket_has_each_record_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        destination = open_destination("s3://news-bucket/khabar/")
        write(tmp_path, "news", "ab")
        with Follower(tmp_path, "s3") as follower:
            deliver_all(follower, destination, once=True)
        write(tmp_path, "news", "c", days=1)
        with Follower(tmp_path, "s3") as follower:
            deliver_all(follower, destination, once=True)
        files: Any = destination._files  # type: ignore[attr-defined]
        names = sorted(files.find("news-bucket"))
        assert names == [
            "news-bucket/khabar/news/0000000001.jsonl",
            "news-bucket/khabar/news/0000000003.jsonl",
        ]
        lines = b"".join(files.cat_file(name) for name in names).splitlines()
        assert [json.loads(line)["metadata"]["sequence"] for line in lines] == [1, 2, 3]
    finally:
        server.stop()

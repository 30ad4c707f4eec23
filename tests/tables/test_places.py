"""Tables at URLs: an S3 server on loopback, and a file system without whole objects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ingest.errors import UnwritableOutput, UsageError
from ingest.record import Article
from ingest.tables import TableKind, open_table
from tests.tables.samples import bare, full, records, rows_of

KINDS = ["csv", "duckdb", "parquet", "sqlite"]
KEYS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class Bucket:
    """A bucket of an S3 server."""

    def __init__(self, endpoint: str) -> None:
        import boto3

        session = boto3.Session("testing", "testing", region_name="us-east-1")
        self._client = session.client("s3", endpoint_url=endpoint)
        self.name = f"news-{uuid4().hex}"  # the servers of a process have the same buckets
        self._client.create_bucket(Bucket=self.name)
        self._endpoint = endpoint

    def names(self) -> list[str]:
        found = self._client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return [item["Key"] for item in found]

    def fetch(self, folder: Path) -> None:
        """Copy all objects to a folder."""
        for name in self.names():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            self._client.download_file(self.name, name, str(folder / name))


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    for package in ("moto", "flask_cors", "s3fs", "boto3", "pyarrow", "duckdb"):
        pytest.importorskip(package, reason="no S3 server: pip install 'moto[s3]' flask-cors s3fs")
    from moto.server import ThreadedMotoServer
    from s3fs import S3FileSystem

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": endpoint}.items():
            monkeypatch.setenv(name, value)
        S3FileSystem.clear_instance_cache()  # they keep their endpoint
        yield Bucket(endpoint)
    finally:
        server.stop()


def put(target: str, *articles: Article, append: bool = False) -> tuple[int, int]:
    kind = TableKind.PARQUET if target.endswith("/") else None
    with open_table(target, kind, append=append) as table:
        for item in articles:
            table.add(item.to_dict())
    return table.added, table.known


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_in_s3_is_replaced_and_added_to(bucket: Bucket, tmp_path: Path, kind: str) -> None:
    target = f"s3://{bucket.name}/deep/t.{kind}"
    assert put(target, bare("a"), append=True) == (1, 0)
    assert put(target, bare("a"), full(), append=True) == (1, 1)
    bucket.fetch(tmp_path)
    assert rows_of(tmp_path / "deep" / f"t.{kind}") == records([bare("a"), full()])
    assert put(target, bare("b")) == (1, 0)
    bucket.fetch(tmp_path)
    assert rows_of(tmp_path / "deep" / f"t.{kind}") == records([bare("b")])
    assert bucket.names() == [f"deep/t.{kind}"]


def test_a_folder_in_s3_is_replaced_and_added_to(bucket: Bucket, tmp_path: Path) -> None:
    target = f"s3://{bucket.name}/t/"
    assert put(target, bare("a"), append=True) == (1, 0)
    assert put(target, bare("b"), full(), append=True) == (2, 0)
    assert len(bucket.names()) == 2
    assert put(target, bare("a"), bare("b"), append=True) == (0, 2)
    assert len(bucket.names()) == 2
    bucket.fetch(tmp_path)
    assert rows_of(tmp_path / "t") == records([bare("a"), bare("b"), full()])
    assert put(target, bare("c"), bare("d", "ferry")) == (2, 0)
    assert [name.rpartition("/")[0] for name in bucket.names()] == [
        "t/site=ferry/month=2026-11",
        "t/site=news/month=2026-11",
    ]


@pytest.mark.usefixtures("bucket")
def test_an_answer_of_s3_that_is_an_error_names_the_place() -> None:
    with pytest.raises(UnwritableOutput, match=r"cannot write s3://no-such-bucket-here/t\.csv: "):
        put("s3://no-such-bucket-here/t.csv", bare())


@pytest.fixture
def memory() -> Iterator[Any]:
    fsspec = pytest.importorskip("fsspec", reason="the extra cloud is not installed")
    system = fsspec.filesystem("memory")
    yield system
    system.rm("/", recursive=True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_system_without_whole_objects_gets_a_file_by_renaming(
    memory: Any, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind != "csv":
        pytest.importorskip("duckdb")
    written: list[str] = []
    put = type(memory).put_file

    def noted(self: Any, local: str, remote: str, **values: Any) -> None:
        written.append(remote)
        put(self, local, remote, **values)

    monkeypatch.setattr(type(memory), "put_file", noted)
    target = f"memory://deep/t.{kind}"
    for number in range(2):
        with open_table(target, append=True) as table:
            table.add(full(version=number + 1).to_dict())
            table.add(bare().to_dict())
    assert all(name.endswith(".part") for name in written)
    assert memory.find("/deep") == [f"/deep/t.{kind}"]
    memory.get_file(f"/deep/t.{kind}", str(tmp_path / f"t.{kind}"))
    expected = [full(version=1), full(version=2), bare()]
    assert rows_of(tmp_path / f"t.{kind}") == records(expected)


def test_an_error_leaves_a_remote_table_and_folder(memory: Any) -> None:
    pytest.importorskip("pyarrow")
    for target, kind in (("memory://x/t.csv", None), ("memory://y/", TableKind.PARQUET)):
        with open_table(target, kind) as table:
            table.add(bare().to_dict())
        before = {name: memory.cat_file(name) for name in memory.find("/")}
        with pytest.raises(UsageError), open_table(target, kind) as table:
            table.add({})
        assert {name: memory.cat_file(name) for name in memory.find("/")} == before


def test_an_error_of_a_file_system_names_the_place(
    memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no credentials")

    monkeypatch.setattr(type(memory), "put_file", refuse)
    with (
        pytest.raises(UnwritableOutput, match=r"cannot write memory://t\.csv: no credentials"),
        open_table("memory://t.csv"),
    ):
        pass

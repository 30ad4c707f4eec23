"""Objects in a store that fsspec opens: S3, Google Cloud Storage, Azure, SFTP, or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from ingest.errors import UsageError
from ingest.redaction.text import redacted_url
from ingest.stream.destinations.destination import NotDelivered
from ingest.stream.follow import Taken

REMEDY = "pip install 'khabar[cloud]'"


class Objects:
    """A folder of JSON Lines: `FOLDER/SITE/NUMBER.jsonl`, named by the first record.

    A batch that is given again begins with the same record. So it replaces its object, and the
    folder has each record once if one consumer writes to it.

    Args:
        address: of the folder, such as `s3://bucket/folder/`.

    Raises:
        UsageError: fsspec or the package for this store is not installed, or the address is wrong.
    """

    batch = 10_000

    def __init__(self, address: str) -> None:
        self._name = redacted_url(address)
        try:
            from fsspec.core import url_to_fs  # noqa: PLC0415 - of an extra

            self._files, self._folder = url_to_fs(address)
        except ImportError as error:
            raise UsageError(f"{self._name} needs a package: {error}", REMEDY) from error
        except (ValueError, OSError) as error:
            raise UsageError(f"{self._name}: {error}", "see the address") from error

    def deliver(self, records: Sequence[Taken]) -> None:
        """Write an object for the records of each site."""
        for site, group in groupby(records, key=lambda record: record.site):
            lines = list(group)
            path = f"{self._folder.rstrip('/')}/{site}/{lines[0].sequence:010}.jsonl"
            try:
                self._write(path, b"".join(line.data + b"\n" for line in lines))
            except Exception as error:  # whatever the client of a store raises
                raise NotDelivered(
                    f"{self._name}: {type(error).__name__}: {error}", "see the store and its rights"
                ) from error

    def _write(self, path: str, data: bytes) -> None:
        files: Any = self._files  # fsspec has no types
        files.makedirs(path.rpartition("/")[0], exist_ok=True)
        files.pipe_file(path, data)

    def close(self) -> None:
        """Do nothing: fsspec keeps the connections of a program."""

"""Where a table goes: a local path, or a URL of fsspec's such as `s3://bucket/news.parquet`.

What is written appears under its name only when it is whole. Objects of the cloud appear whole by
themselves; elsewhere a temporary name is renamed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from ingest.errors import KhabarError, UnwritableOutput, UsageError

_WHOLE_OBJECTS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl"})
"""Protocols whose objects have their new content only when all of it was sent."""


class Place:
    """A destination, local or remote.

    Args:
        target: a path or URL, as the operator gives it.

    Raises:
        UsageError: it is a URL whose protocol needs a package that is not installed.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self._fs: Any = None
        if "://" in target:
            self._fs, self._path = _file_system(target)
            self._path = self._path.rstrip("/")
        self.local = Path(target) if self._fs is None else None

    @property
    def exists(self) -> bool:
        """Whether there is something; raises `UnwritableOutput` if that cannot be known."""
        if self.local is not None:
            return self.local.exists()
        with self.reported():
            return bool(self._fs.exists(self._path))

    @contextmanager
    def reported(self) -> Iterator[None]:
        """Raise the errors of file systems as `UnwritableOutput`."""
        try:
            yield
        except KhabarError:
            raise
        except OSError as error:
            reason = error.strerror or str(error) or type(error).__name__
            raise self._unwritable(reason) from error
        except Exception as error:  # each library of a cloud has its own
            if self._fs is None:
                raise
            raise self._unwritable(str(error) or type(error).__name__) from error

    @contextmanager
    def file(self, *, in_place: bool, append: bool) -> Iterator[tuple[Path | None, Path]]:
        """Give a path of the old content, if there is any, and one to write to.

        The new content gets its name when the block ends, and is dropped if it raises.

        Args:
            in_place: whether the old content is changed where it is, which is safe in databases:
                then both paths are the same.
            append: whether the old content is needed.
        """
        if self.local is None:
            with tempfile.TemporaryDirectory(prefix="khabar-") as folder, self.reported():
                yield from self._remote_file(Path(folder), in_place=in_place, append=append)
            return
        with self.reported():
            self.local.parent.mkdir(parents=True, exist_ok=True)
            target = self.local.resolve()  # a link stays one
            old = target if append and target.exists() else None
            if old is not None and in_place:
                yield old, old
                return
            new = target.with_name(f".{target.name}.{uuid4().hex[:8]}.part")
            try:
                yield old, new
                _sync(new)
                new.replace(target)
                _sync(target.parent)
            finally:
                new.unlink(missing_ok=True)

    @contextmanager
    def folder(self, *, append: bool) -> Iterator[Path]:
        """Give a new folder, whose files are added to the old ones or replace them at the end."""
        if self.local is None:
            with tempfile.TemporaryDirectory(prefix="khabar-") as name, self.reported():
                yield Path(name)
                self._upload_folder(Path(name), append=append)
            return
        target = self.local
        with self.reported():
            target.parent.mkdir(parents=True, exist_ok=True)
            before = target.with_name(f".{target.name}.old")
            if before.exists() and not target.exists():  # killed between the two renames below
                before.rename(target)
            new = target.with_name(f".{target.name}.{uuid4().hex[:8]}.part")
            new.mkdir()
            try:
                yield new
                _settle_folder(new, target, before, append=append)
            finally:
                shutil.rmtree(new, ignore_errors=True)

    def arrow(self) -> tuple[Any, str]:
        """Return the file system for Arrow, and the path in it."""
        from pyarrow import fs  # noqa: PLC0415 - an extra

        if self.local is not None:
            return fs.LocalFileSystem(), str(self.local)
        return fs.PyFileSystem(fs.FSSpecHandler(self._fs)), self._path

    def _remote_file(
        self, folder: Path, *, in_place: bool, append: bool
    ) -> Iterator[tuple[Path | None, Path]]:
        name = PurePosixPath(self._path).name
        old = folder / f"old-{name}"
        if append and self._fs.exists(self._path):
            self._fs.get_file(self._path, str(old))
            new = old if in_place else folder / name
            yield old, new
        else:
            new = folder / name
            yield None, new
        self._upload(new, self._path)

    def _upload(self, file: Path, path: str) -> None:
        protocols = {self._fs.protocol} if isinstance(self._fs.protocol, str) else self._fs.protocol
        if _WHOLE_OBJECTS & set(protocols):
            self._fs.put_file(str(file), path)
            return
        self._fs.makedirs(path.rpartition("/")[0] or "/", exist_ok=True)
        temporary = f"{path}.{uuid4().hex[:8]}.part"
        self._fs.put_file(str(file), temporary)
        if self._fs.exists(path):
            self._fs.rm_file(path)
        self._fs.mv(temporary, path)

    def _upload_folder(self, folder: Path, *, append: bool) -> None:
        """Send all new files, then remove the old ones."""
        old = [] if append or not self._fs.exists(self._path) else self._fs.find(self._path)
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self._upload(file, f"{self._path}/{file.relative_to(folder).as_posix()}")
        for path in old:
            self._fs.rm_file(path)

    def _unwritable(self, reason: str) -> UnwritableOutput:
        return UnwritableOutput(f"cannot write {self.target}: {reason}", "choose another DEST")


def _file_system(target: str) -> tuple[Any, str]:
    protocol = target.partition("://")[0]
    try:
        import fsspec  # noqa: PLC0415 - an extra

        fs, path = fsspec.core.url_to_fs(target)
    except ImportError as error:
        problem = f"{target} needs a package that is not installed: {error}"
        raise UsageError(problem, "pip install 'khabar[cloud]'") from error
    except ValueError as error:
        remedy = "write s3://, gs://, az:// or sftp://"
        raise UsageError(f"{protocol}:// is no place for a table: {error}", remedy) from error
    return fs, path


def _settle_folder(new: Path, target: Path, before: Path, *, append: bool) -> None:
    for file in new.rglob("*"):
        _sync(file)
    if not target.exists():
        new.rename(target)
        _sync(target.parent)
        return
    if append:
        for file in sorted(new.rglob("*")):
            if file.is_file():
                final = target / file.relative_to(new)
                final.parent.mkdir(parents=True, exist_ok=True)
                file.replace(final)
        return
    shutil.rmtree(before, ignore_errors=True)
    target.rename(before)
    new.rename(target)
    _sync(target.parent)
    shutil.rmtree(before)


def _sync(path: Path) -> None:
    """Write a file or the names in a folder to the disk (POSIX only)."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

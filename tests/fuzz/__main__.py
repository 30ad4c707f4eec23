"""Feeds the readers bytes that coverage leads to, until one raises: `python -m tests.fuzz extract 600`.

Needs the extra `fuzz` (atheris, on Linux). It begins with the replica newsrooms' pages, feeds and sitemaps. What makes
a reader raise, or keeps it busy for over 25 seconds, is left in a file `crash-*` or `timeout-*` of the working folder,
which `python -m tests.fuzz extract FILE` reads again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ingest", "trafilatura", "feedparser", "dateparser"]):
    from tests.fuzz.targets import TARGETS, seeds, words


def main() -> None:
    """Fuzz one target for so many seconds, or read a file that broke it once more."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument(
        "what", nargs="?", default="300", help="seconds to go on, or a file to read (default: 300)"
    )
    parser.add_argument(
        "--corpus",
        type=Path,
        help="folder that keeps what was found to lead further (default: none)",
    )
    arguments = parser.parse_args()
    target = TARGETS[arguments.target]
    if Path(arguments.what).is_file():
        target(Path(arguments.what).read_bytes())
        print("nothing raised")
        return
    with tempfile.TemporaryDirectory() as folder:
        dictionary = Path(folder, "words.dict")
        dictionary.write_text(
            "".join(f'"{_escaped(word)}"\n' for word in words()), encoding="ascii"
        )
        _fuzz(
            target,
            arguments.target,
            int(arguments.what),
            dictionary,
            arguments.corpus or Path(folder, "corpus"),
        )


def _escaped(word: str) -> str:
    """As libFuzzer's dictionaries have it: bytes in hex."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogatepass")[:64])


def _fuzz(
    target: Callable[[bytes], None], name: str, seconds: int, dictionary: Path, corpus: Path
) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-dict={dictionary}",
        "-timeout=25",
        "-rss_limit_mb=4096",
        "-max_len=65536",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

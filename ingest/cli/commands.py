"""The commands of `khabar`: where each is, its line in the list, and its exit codes.

It is data, so that `khabar --help` imports no command. `ingest.cli.app` imports one when it runs.
"""

from __future__ import annotations

from dataclasses import dataclass

EXIT_CODES = (
    "Exit codes: 0 done, also if nothing is new; 2 an argument or setting is wrong; 3 nothing "
    "could be fetched or extracted; 4 done, but a site is unhealthy; 5 another run holds the "
    "output's lock."
)
"""Of the commands that crawl."""

_SIMPLE = "Exit codes: 0 done; 2 an argument, a setting or a file is wrong."
_LOCKED = f"{_SIMPLE[:-1]}; 5 a crawl holds the lock of a site, the others are done."


@dataclass(frozen=True, slots=True)
class Command:
    """A command.

    Attributes:
        module: its module in `ingest.cli`, which has a function with the name of the command; that
            of a group ends with `_app` and returns its commands.
        summary: the first line of that function's documentation.
        exit_codes: the last paragraph of its help.
        is_group: whether it has commands below it.
    """

    module: str
    summary: str
    exit_codes: str
    is_group: bool = False


COMMANDS = {
    "crawl": Command("crawl", "Fetch what is new on each site into JSON Lines.", EXIT_CODES),
    "scrape": Command(
        "scrape", "Print the records of URLs, feeds, sitemaps or saved pages.", EXIT_CODES
    ),
    "extract": Command(
        "archive",
        "Print or store the records of WARC archives and saved pages.",
        "Exit codes: 0 done, also if some pages are not articles; 2 an argument, a setting or a "
        "file is wrong; 3 no record; 4 done, but a part of an archive is damaged; 5 another run "
        "holds the output's lock.",
    ),
    "archive": Command(
        "archive.look",
        "List, show or verify the records of WARC archives.",
        "Exit codes: 0 done; 2 an argument or a file is wrong; 4 a record is damaged.",
        is_group=True,
    ),
    "demo": Command(
        "demo", "Crawl two recorded newsrooms, without network, and show records.", EXIT_CODES
    ),
    "read": Command("read", "Show the records of an output folder, one line each.", _SIMPLE),
    "export": Command(
        "export",
        "Write the records of an output as Parquet, CSV, SQLite or DuckDB.",
        f"{_SIMPLE[:-1]}; 5 another process reads as this consumer.",
    ),
    "follow": Command(
        "follow",
        "Write new records, each once, from where a consumer stopped.",
        f"{_SIMPLE[:-1]}; 3 the destination does not take the records; 5 another process reads as "
        "this consumer.",
    ),
    "consumers": Command(
        "consumers", "List the consumers of an output, or set their places.", _SIMPLE, is_group=True
    ),
    "status": Command(
        "status",
        "Show the state of sites by their last runs, also during a crawl.",
        "Exit codes: 0 all sites are healthy; 2 an argument or setting is wrong, or there is no "
        "ledger; 4 a site is unhealthy.",
    ),
    "sites": Command(
        "sites",
        "List, check or draft site definitions.",
        "Exit codes: 0 done; 2 an argument or setting is wrong.",
        is_group=True,
    ),
    "schedule": Command(
        "schedule",
        "Crawl sites by their schedules until stopped.",
        "A signal (SIGTERM, Ctrl-C) stops the crawls in good order, a second one kills them. Exit "
        "codes: 0 stopped; 2 an argument or setting is wrong; 4 a crawl did not stop and was "
        "killed; 128 and the number of a second signal; with --once the worst exit code of the "
        "crawls.",
    ),
    "recheck": Command(
        "ledger", "Fetch known articles again now, even if they are not due.", EXIT_CODES
    ),
    "forget": Command(
        "ledger",
        "Make the next crawl write these articles again.",
        f"{_SIMPLE[:-1]}; 5 another run holds the output's lock.",
    ),
    "rebind": Command("ledger", "Bind sites in a shared ledger to another output folder.", _SIMPLE),
    "diff": Command("diff", "Show two versions of an article side by side.", _SIMPLE),
    "verify": Command(
        "outputs",
        "Check the records and the ledger of an output.",
        "Exit codes: 0 all is as it should be; 2 an argument or setting is wrong; 4 something is "
        "wrong, a line for each; 5 a crawl holds the lock of a site, which --repair needs.",
    ),
    "compact": Command("outputs", "Merge and compress the segments of past days.", _LOCKED),
    "prune": Command("outputs", "Remove segments whose records are all old.", _LOCKED),
    "schema": Command(
        "schema",
        "Print the schema of a record, as JSON Schema or in another form.",
        "Exit codes: 0 done; 2 an argument is wrong.",
    ),
}
"""The commands by their names, in the order of the list."""

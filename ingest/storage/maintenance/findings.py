"""What is wrong with an output, and where."""

from __future__ import annotations

from dataclasses import dataclass

REPAIR = "khabar verify --repair"
RESTORE = "restore the file from a copy"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        site: its name; empty for the output as a whole.
        where: a file below the output folder, with `:` and the number of a line if it is in one.
        problem: what is wrong.
        remedy: what the operator can do.
    """

    site: str
    where: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.site}: {self.where}" if self.site else self.where
        return f"{place}: {self.problem} ({self.remedy})"

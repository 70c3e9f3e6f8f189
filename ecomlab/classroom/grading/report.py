"""What a grading run tells: a summary to read, and everything as JSON."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ecomlab.classroom.grading.trusted.reference import Reference
from ecomlab.classroom.grading.trusted.submission import Result


@dataclass
class Report:
    """What became of each submission, and how tests were run."""

    assignment: str
    isolation: str
    workers: int
    results: list[Result] = field(default_factory=list)
    references: dict[str, Reference] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    differences: dict[str, Any] = field(default_factory=dict)
    startup_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def counts(self) -> Counter[str]:
        """How many submissions ended in each status."""
        return Counter(r.status for r in self.results)

    @property
    def sealed_share(self) -> float:
        """The share of test cells that ran sealed, in the assignment."""
        sealed = sum(len(r.sealed) for r in self.references.values())
        unsealed = sum(len(r.unsealed) for r in self.references.values())
        return sealed / (sealed + unsealed) if sealed + unsealed else 1.0

    def of(self, status: str) -> list[Result]:
        """The results with one status, by student."""
        return sorted((r for r in self.results if r.status == status), key=lambda r: r.student)

    def summary(self) -> str:
        """The run in a page of text."""
        counts = self.counts
        run = [r for r in self.results if r.status in ("graded", "flagged")]
        lines = [
            f"{self.assignment}: {counts['graded'] + counts['flagged']} graded"
            f" ({counts['flagged']} flagged), {counts['failed']} failed,"
            f" {counts['skipped']} graded before"
        ]
        if run:
            own = sum(r.seconds for r in run) / len(run)
            lines.append(
                f"{self.seconds:.1f} s in all, of which {self.startup_seconds:.1f} s to start;"
                f" {own:.2f} s a submission in each of {self.workers} worker(s),"
                f" isolation {self.isolation}"
            )
            lines.append(f"{self.sealed_share:.0%} of the test cells ran sealed")
        for name, reference in self.references.items():
            lines += [f"  not sealed: {name}/{cell}: {why}" for cell, why in reference.unsealed]
        lines += [f"note: {note}" for note in self.notes]
        for result in self.of("failed"):
            lines.append(f"failed   {result.student}: {result.reason}")
        for result in self.of("flagged"):
            lines.append(f"flagged  {result.student}: {'; '.join(result.unusual)}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        results = [asdict(r) for r in sorted(self.results, key=lambda r: r.student)]
        tests = {
            name: {
                "sealed": sorted(r.sealed),
                "unsealed": dict(r.unsealed),
                "reference_seconds": round(r.seconds, 3),
            }
            for name, r in self.references.items()
        }
        return {
            "assignment": self.assignment,
            "isolation": self.isolation,
            "workers": self.workers,
            "seconds": round(self.seconds, 3),
            "startup_seconds": round(self.startup_seconds, 3),
            "counts": dict(self.counts),
            "sealed_share": self.sealed_share,
            "tests": tests,
            "notes": self.notes,
            "differences": self.differences,
            "submissions": results,
        }

    def write(self, path: Path) -> None:
        """Write the JSON whole or not at all."""
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        unfinished.write_text(json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n")
        unfinished.replace(path)

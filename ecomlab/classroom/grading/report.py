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
from ecomlab.classroom.grading.words import in_chinese, in_short
from ecomlab.style import in_language


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

    def summary(self, lang: str = "en") -> str:
        """The run in a page of text, in ``"en"`` or ``"zh"``."""
        say, told = in_language(lang), (in_chinese if lang == "zh" else str)
        counts = self.counts
        run = [r for r in self.results if r.status in ("graded", "flagged")]
        done, flagged = counts["graded"] + counts["flagged"], counts["flagged"]
        failed, before = counts["failed"], counts["skipped"]
        lines = [
            say(
                en=f"{self.assignment}: {done} graded ({flagged} flagged), {failed} failed,"
                f" {before} graded before",
                zh=f"{self.assignment}：已批改 {done} 份（其中 {flagged} 份有标记），"
                f"失败 {failed} 份，此前已批改 {before} 份",
            )
        ]
        if run:
            own = sum(r.seconds for r in run) / len(run)
            lines += [
                say(
                    en=f"{self.seconds:.1f} s in all, of which {self.startup_seconds:.1f} s to"
                    f" start; {own:.2f} s a submission in each of {self.workers} worker(s),"
                    f" isolation {self.isolation}",
                    zh=f"共用 {self.seconds:.1f} 秒，其中启动 {self.startup_seconds:.1f} 秒；"
                    f"{self.workers} 个批改进程，各自每份 {own:.2f} 秒；隔离级别 {self.isolation}",
                ),
                say(
                    en=f"{self.sealed_share:.0%} of the test cells ran sealed",
                    zh=f"{self.sealed_share:.0%} 的测试单元格以密封方式运行",
                ),
            ]
        for name, reference in self.references.items():
            for cell, why in reference.unsealed:
                unsealed = say(en="not sealed:", zh="未密封：")
                lines.append(f"  {unsealed} {name}/{cell}: {told(why)}")
        lines += [say(en="note: ", zh="注意：") + told(note) for note in self.notes]
        for result in self.of("failed"):
            word = say(en="failed  ", zh="失败")
            lines.append(f"{word} {result.student}: {told(result.reason)}")
        for result in self.of("flagged"):
            word = say(en="flagged ", zh="标记")
            lines.append(f"{word} {result.student}: {in_short(result.unusual, lang)}")
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
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"
        unfinished.write_text(text, encoding="utf-8", errors="backslashreplace")
        unfinished.replace(path)

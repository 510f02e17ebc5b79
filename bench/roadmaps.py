"""Measures advice over simulated firms: roadmaps, whole documents, and printed files.

    python -m config.local servers -- python -m bench.roadmaps [firms] [printed firms]     (default 1,000 and 60)

For every firm the roadmap to full-process over the whole library (median, 95th percentile, worst, share proven
optimal), then the whole report document. Of every n-th firm the PDF and DOCX in both languages, against an empty
typst page set in the same run: the machine's load changes the times, hardly the ratio. Every PDF must have 8 to 26
pages and keep the accessibility standard, which one missing glyph would break.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import typst

from clusters.content import get_places
from diagnosis.content import diagnose_answers, get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.population import simulate
from recommendations.content import get_first_programmes
from recommendations.documents import library_with
from recommendations.docx_report import render_docx
from recommendations.domain.report import advise, build_document
from recommendations.domain.roadmap import Roadmap, plan
from recommendations.glyphs import FONT_FOLDER
from recommendations.rendering import render_pdf

SEED = 2026
DAY = date(2026, 11, 24)
LANGS = ("zh", "en")
PAGES = range(8, 27)
Measured = tuple[float, Any]


def timed(run: Callable[[], Any]) -> Measured:
    """Milliseconds and what came of it."""
    began = time.perf_counter()
    result = run()
    return (time.perf_counter() - began) * 1000, result


def line(name: str, times: Sequence[float]) -> None:
    ordered = sorted(times)
    middle, p95 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(f"{name}: median {middle:.0f} ms, p95 {p95:.0f} ms, worst {ordered[-1]:.0f} ms", flush=True)


def firms(count: int) -> list[Answers]:
    return [Answers(dict(one)) for one in simulate(get_questionnaire(), get_places(), seed=SEED, count=count)]


def roadmap_of(answers: Answers) -> Roadmap:
    found = diagnose_answers(answers)
    return plan(library_with(()).catalogue, answers, found.size_class, needs=found.needs)


def document_of(answers: Answers) -> dict[str, Any]:
    library = library_with(get_first_programmes())
    advice = advise(library, answers, today=DAY)
    return build_document(library, advice, reference="7KQ2-9FDM", submitted_on=DAY, revision=1)


def roadmaps(population: list[Answers]) -> None:
    measured = [timed(lambda one=one: roadmap_of(one)) for one in population]  # type: ignore[misc]
    plans = [roadmap for _, roadmap in measured]
    proven, reached = sum(one.optimal for one in plans), sum(one.reached for one in plans)
    line(f"roadmap, {len(plans)} firms", [ms for ms, _ in measured])
    print(f"  proven optimal {proven / len(plans):.1%}, target reached {reached / len(plans):.1%}")
    print(f"  measures: median {statistics.median(len(one.measures) for one in plans):g}, most", end=" ")
    print(max(len(one.measures) for one in plans))


def documents(population: list[Answers]) -> None:
    line("whole document", [timed(lambda one=one: document_of(one))[0] for one in population])  # type: ignore[misc]


def empty_page() -> tuple[float, float]:
    """Median time to set one empty page as PDF with the fonts at hand, as reports are, and with fonts read anew."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FOLDER])

    def at_hand() -> bytes:
        made = typst.Compiler(b" ", font_paths=fonts, ignore_system_fonts=True).compile(format="pdf")
        assert isinstance(made, bytes)
        return made

    def anew() -> Any:
        return typst.compile(b" ", format="pdf", font_paths=[FONT_FOLDER], ignore_system_fonts=True)

    first, second = (statistics.median(timed(run)[0] for _ in range(9)) for run in (at_hand, anew))
    return first, second


def printed(population: list[Answers]) -> None:
    base, anew = empty_page()
    times: dict[str, list[float]] = {f"{kind} {lang}": [] for kind in ("PDF", "DOCX") for lang in LANGS}
    pages: list[int] = []
    for answers in population:
        document = document_of(answers)
        for lang in LANGS:
            ms, pdf = timed(lambda document=document, lang=lang: render_pdf(document, lang))  # type: ignore[misc]
            times[f"PDF {lang}"].append(ms)
            if pdf.pages not in PAGES or not pdf.accessible:
                raise SystemExit(f"{answers['uscc']} {lang}: {pdf.pages} pages, accessible: {pdf.accessible}")
            pages.append(pdf.pages)
            ms, _ = timed(lambda document=document, lang=lang: render_docx(document, lang))  # type: ignore[misc]
            times[f"DOCX {lang}"].append(ms)
    print(f"empty typst page: median {base:.1f} ms; {anew:.1f} ms when fonts are read anew")
    print(f"{len(population)} firms printed: {min(pages)} to {max(pages)} pages, all to the accessibility standard")
    for name, measured in times.items():
        middle = statistics.median(measured)
        line(f"{name} = {middle / base:.1f}x an empty page ({middle / anew:.1f}x with fonts read anew)", measured)


def main() -> None:
    logging.getLogger("recommendations").setLevel(logging.ERROR)
    count, sample = (int(word) for word in (*sys.argv[1:], "1000", "60")[:2])
    population = firms(count)
    roadmap_of(population[0]), document_of(population[0])  # warm: content loaded, solver imported
    roadmaps(population)
    documents(population)
    printed(population[:: max(1, count // sample)])


if __name__ == "__main__":
    main()

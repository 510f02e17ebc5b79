"""`manage.py diagnose`: one answers file in, the whole diagnosis out (methodology section 12).

The same code as the site, on one file: nothing is stored and no database is asked, so the support
programmes are the first ones shipped with the content, not those the officers keep. All faults of a
call are found before anything is written: one line each on standard error, exit status 2.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from errno import EACCES, EISDIR, ENOENT, ENOSPC, ENOTDIR, EROFS
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser

from clusters.content import get_places
from clusters.domain.content_file import Text
from clusters.domain.languages import FIRST, LANGUAGES, Lang
from diagnosis.content import get_questionnaire
from diagnosis.domain.answers import Answers
from diagnosis.domain.answers_file import MOST_BYTES, AnswersFileError, Fault, read_answers
from diagnosis.domain.chain import SCENES, TOPS, applicable_scenes
from diagnosis.domain.values import shown
from diagnosis.wording import annex, get_wording
from recommendations.content import get_first_programmes
from recommendations.documents import library_with, today
from recommendations.domain.goal import FULL_PROCESS, STAGE
from recommendations.domain.report import Advice, Wish, advise, build_document, machine_output

BAD_INPUT: Final = 2
STANDARD_STREAM: Final = "-"
LANGS: Final[Mapping[str, Lang]] = {language.code: language.key for language in LANGUAGES}
MOST_MONEY: Final = 1_000_000_000_000  # RMB
REFERENCE: Final = "LOCAL"

# What a report says where the firm has given no name: in sentences, and on the cover.
THIS_FIRM: Final[Mapping[Lang, str]] = {"zh": "本企业", "en": "your firm"}
NO_NAME: Final[Mapping[Lang, str]] = {"zh": "（未填企业名称）", "en": "(company name not given)"}

TARGETS: Final = Text(
    zh="可用：full_process、stage，或 场景:等级（如 production_control:3，可用逗号连写几个）",
    en="allowed: full_process, stage, or scene:level (such as production_control:3; several joined by commas)",
)
NO_FILE: Final = Text(
    zh="请给出答案文件的路径，或用 - 从标准输入读", en="give the path of an answers file, or - for standard input"
)
NO_OUTPUT: Final = Text(zh="请换一个可以写入的文件", en="name a file that can be written")
REASONS: Final[Mapping[int | None, Text]] = {
    ENOENT: Text(zh="文件或文件夹不存在", en="there is no such file or folder"),
    ENOTDIR: Text(zh="文件夹不存在", en="there is no such folder"),
    EISDIR: Text(zh="这是文件夹", en="it is a folder"),
    EACCES: Text(zh="没有权限", en="permission denied"),
    EROFS: Text(zh="磁盘只读", en="the disk is read-only"),
    ENOSPC: Text(zh="磁盘已满", en="the disk is full"),
}


class BadInput(Exception):
    """A call that cannot be carried out; `faults` lists everything wrong with it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def _reason(error: OSError) -> Text:
    words = str(error.strerror or error)
    return REASONS.get(error.errno, Text(zh=words, en=words))


# Reading ------------------------------------------------------------------------------------------


def _bytes(file: str) -> bytes:
    """The bytes of the file or of standard input, one more than allowed at most."""
    if file != STANDARD_STREAM:
        with open(file, "rb") as opened:
            return opened.read(MOST_BYTES + 1)
    if sys.stdin is None:
        raise OSError(ENOENT, "closed")
    return sys.stdin.buffer.read(MOST_BYTES + 1)


def _answers(file: str) -> Answers:
    try:
        return read_answers(_bytes(file), get_questionnaire(), get_places().cluster_of_subsector)
    except OSError as error:
        raise BadInput(Fault(path=shown(file), wrong=_reason(error), allowed=NO_FILE)) from error
    except AnswersFileError as error:
        raise BadInput(*error.faults) from error


def _language_faults(lang: str) -> Iterator[Fault]:
    if lang not in LANGS:
        wrong = Text(zh=f"没有这种语言：{shown(lang)}", en=f"no such language: {shown(lang)}")
        allowed = Text(zh=f"可用：{'、'.join(LANGS)}", en=f"allowed: {', '.join(LANGS)}")
        yield Fault(path="--lang", wrong=wrong, allowed=allowed)


def _budget(raw: Any) -> int | None:
    """Whole RMB as written in ASCII digits."""
    digits = str(raw)
    if raw is None:
        return None
    if digits.isascii() and digits.isdigit() and len(digits) <= len(str(MOST_MONEY)) and int(digits) <= MOST_MONEY:
        return int(digits)
    wrong = Text(zh="预算不是整数金额", en="the budget is not a whole amount")
    allowed = Text(zh=f"请填 0 到 {MOST_MONEY} 的整数（元）", en=f"use a whole number of RMB from 0 to {MOST_MONEY}")
    raise BadInput(Fault(path="--budget", wrong=wrong, allowed=allowed))


def target_faults(target: str, answers: Answers) -> Iterator[Fault]:
    """What is wrong with a target for a firm with these answers; see goal.py for what targets mean."""
    for name in target.split(",") if target not in (FULL_PROCESS, STAGE) else ():
        scene, _, level = name.partition(":")
        if scene not in SCENES:
            wrong = Text(zh=f"没有这个目标：{shown(name)}", en=f"no such target: {shown(name)}")
            yield Fault(path="--target", wrong=wrong, allowed=TARGETS)
        elif scene not in applicable_scenes(answers):
            allowed = Text(zh="请换一个适用的业务场景", en="name a scene that applies")
            wrong = Text(zh=f"{scene} 对这家企业不适用", en=f"{scene} does not apply to this firm")
            yield Fault(path="--target", wrong=wrong, allowed=allowed)
        elif level not in map(str, range(1, TOPS[scene] + 1)):
            wrong = Text(zh=f"没有这个等级：{shown(name)}", en=f"no such level: {shown(name)}")
            allowed = Text(zh=f"{scene} 可用 1 到 {TOPS[scene]}", en=f"use 1 to {TOPS[scene]} for {scene}")
            yield Fault(path="--target", wrong=wrong, allowed=allowed)


# Writing ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Output:
    """One file to write, by the option that asked for it."""

    option: str
    path: Path

    def fault(self, wrong: Text) -> Fault:
        return Fault(path=self.option, wrong=wrong, allowed=NO_OUTPUT)

    @property
    def is_device(self) -> bool:
        """A pipe or device, which is written to and never replaced."""
        return self.path.exists() and not self.path.is_file() and not self.path.is_dir()

    def faults(self) -> Iterator[Fault]:
        folder = self.path.parent
        if self.path.is_dir():
            yield self.fault(REASONS[EISDIR])
        elif not folder.is_dir():
            yield self.fault(REASONS[ENOTDIR])
        elif not os.access(self.path if self.is_device else folder, os.W_OK):
            yield self.fault(REASONS[EACCES])


def _outputs(options: Mapping[str, Any]) -> list[Output]:
    named = [("--json", options["json"]), ("--pdf", options["pdf"])]
    return [Output(option=option, path=Path(path)) for option, path in named if path not in (None, STANDARD_STREAM)]


def _output_faults(options: Mapping[str, Any]) -> Iterator[Fault]:
    taken = [Path(options["file"]).resolve()] if options["file"] != STANDARD_STREAM else []
    if options["pdf"] == STANDARD_STREAM:
        wrong = Text(zh="PDF 不能写到标准输出", en="a PDF is not written to standard output")
        yield Fault(path="--pdf", wrong=wrong, allowed=NO_OUTPUT)
    for output in _outputs(options):
        yield from output.faults()
        if output.path.resolve() in taken:
            wrong = Text(zh="与另一个文件相同", en="the same file as another one of this call")
            yield output.fault(wrong)
        taken.append(output.path.resolve())


def _write(contents: Mapping[Output, bytes]) -> None:
    """All files or none: each is written beside its place first and moved there at the end."""
    parts = {output: output.path.parent / f".{REFERENCE}-{os.getpid()}{output.option}" for output in contents}
    try:
        for output, data in contents.items():
            (output.path if output.is_device else parts[output]).write_bytes(data)
        for output in contents:
            if not output.is_device:
                parts[output].replace(output.path.resolve())
    except OSError as error:
        raise BadInput(output.fault(_reason(error))) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


# The call -----------------------------------------------------------------------------------------


def _pdf(advice: Advice, lang: Lang) -> bytes:
    from recommendations.rendering import render_pdf  # needs the font tables: half a second

    answers, name = advice.answers, advice.answers.choice("company_name")
    in_sentences = replace(advice, answers=answers.replace(company_name=name or THIS_FIRM[lang]))
    document = build_document(
        library_with(get_first_programmes()), in_sentences, reference=REFERENCE, submitted_on=today(), revision=1
    )
    company = {**document["company"], "name": name or NO_NAME[lang]}
    return render_pdf({**document, "company": company, "annex": annex(answers)}, lang).data


def _hints(advice: Advice, outputs: list[Output], lang: Lang) -> Iterator[str]:
    """The result in short, and where the files are."""
    verdict, wording = advice.diagnosis.verdict, get_wording()
    types = " / ".join(wording.say(f"type.{type}")[lang] for type in verdict.possible_types)
    stage = wording.say(f"stage.{advice.diagnosis.stage.reached}")[lang]
    yield {
        "zh": f"{types}；离全流程转型 {verdict.distance} 步；阶段：{stage}",
        "en": f"{types}; steps to full-process: {verdict.distance}; stage: {stage}",
    }[lang]
    if verdict.find_out:
        yield {"zh": "请问清：", "en": "Find out: "}[lang] + ", ".join(verdict.find_out)
    yield from ({"zh": f"已写入 {one.path}", "en": f"Written: {one.path}"}[lang] for one in outputs)


class Command(BaseCommand):
    help = (
        "Diagnose one answers file without storing anything. Needs no database: support programmes are the first "
        "ones shipped with the content. JSON goes to standard output unless --json names a file. "
        "Bad input: one line a fault on standard error, exit status 2."
    )
    requires_system_checks: list[str] = []  # some ask the database

    def add_arguments(self, parser: CommandParser) -> None:
        shape = '{"profile": {...}, "answers": {...}}'
        parser.add_argument("file", metavar="FILE", help=f"answers file ({shape}), - for standard input")
        parser.add_argument("--lang", default=FIRST.code, help=f"language of messages and PDF: {' or '.join(LANGS)}")
        parser.add_argument("--json", metavar="OUT.json", help="write the JSON here instead of standard output")
        parser.add_argument("--pdf", metavar="OUT.pdf", help="write the diagnosis report as a PDF")
        parser.add_argument("--budget", metavar="RMB", help="most the whole roadmap may cost, in whole RMB")
        parser.add_argument("--target", default=FULL_PROCESS, help=f"{FULL_PROCESS}, {STAGE} or scene:level")

    def run_from_argv(self, argv: list[str]) -> None:
        """JSON and messages are UTF-8, whatever the terminal's settings."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        try:
            super().run_from_argv(argv)
            sys.stdout.flush()
        except BrokenPipeError:  # whoever reads the output has seen enough of it
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def handle(self, **options: Any) -> None:
        lang = LANGS.get(options["lang"], LANGS[FIRST.code])
        try:
            self._diagnose(options, lang)
        except BadInput as bad:
            for fault in bad.faults:
                self._say(fault.line(lang))
            raise SystemExit(BAD_INPUT) from None

    def _say(self, line: str) -> None:
        self.stderr.write(line, style_func=str)

    def _diagnose(self, options: Mapping[str, Any], lang: Lang) -> None:
        answers, wish = self._read(options)
        advice = advise(library_with(get_first_programmes()), answers, today=today(), wish=wish)
        result = json.dumps(machine_output(advice), ensure_ascii=False, allow_nan=False, indent=2) + "\n"
        outputs = _outputs(options)
        _write({one: result.encode() if one.option == "--json" else _pdf(advice, lang) for one in outputs})
        if not any(one.option == "--json" for one in outputs):
            self.stdout.write(result, ending="")
        for line in _hints(advice, outputs, lang):
            self._say(line)

    def _read(self, options: Mapping[str, Any]) -> tuple[Answers, Wish]:
        """Answers and wishes; raises BadInput with the faults of options and file together."""
        faults = [*_language_faults(options["lang"]), *_output_faults(options)]
        answers, budget = Answers({}), None
        try:
            budget = _budget(options["budget"])
        except BadInput as bad:
            faults += bad.faults
        try:
            answers = _answers(options["file"])
        except BadInput as bad:
            faults += bad.faults
        faults += target_faults(options["target"], answers)
        if faults:
            raise BadInput(*faults)
        return answers, Wish(target=options["target"], budget=budget)

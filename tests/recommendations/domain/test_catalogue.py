"""The measure library is refused, with file and line, for whatever does not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from clusters.domain.content_file import ContentError
from diagnosis.domain.questionnaire import Questionnaire
from recommendations.domain.catalogue import load_catalogue
from recommendations.domain.measure import AnswerNeed, Band, Helper, MeasureNeed
from tests.recommendations.domain.real_content import questionnaire
from tests.recommendations.domain.world import library, text

HELPERS = get_args(Helper)
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def asked() -> Questionnaire:
    return questionnaire()


def write(folder: Path, measures: list[dict[str, Any]], helpers: dict[str, Any] | None = None) -> Path:
    (folder / "measures").mkdir()
    helpers = {id: text("谁 who") for id in HELPERS} if helpers is None else helpers
    content = {"measures/one.yaml": {"measures": measures}, "helpers.yaml": {"helpers": helpers}}
    for name, data in content.items():
        (folder / name).write_text(
            yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
    return folder


def test_a_library_without_faults(tmp_path: Path, asked: Questionnaire) -> None:
    measures = library()
    measures[0] |= {
        "needs": [{"measure": measures[1]["id"]}, {"answer": "network", "at_least": "2"}],
        "effects": {"marketing": "2", "data_security": ["rules"]},
        "applies": {"all": [{"size": ["micro"]}, {"answer": "b_fit", "at_least": "1"}]},
        "eases": ["b_fit"],
        "trade": {"footwear": text("鞋 shoes")},
        "why": text("{company} {cluster} {employees} {answer.marketing}"),
        "evidence": "case_one",
        "retired_on": "none",
    }
    measures[1] |= {"applies": "none", "evidence": "none", "needs": "none", "eases": []}
    loaded = load_catalogue(write(tmp_path, measures), asked, cases={"case_one"})
    first = loaded.measures[measures[0]["id"]]
    assert first.needs == (MeasureNeed(measure=measures[1]["id"]), AnswerNeed(answer="network", at_least=2))
    assert first.effects == {"marketing": 2, "data_security": ("rules",)}
    assert first.band(None) == Band(low=1000, high=1000)
    assert (first.grantable, first.quarters, first.retired_on) == (True, 1, None)
    assert loaded.measures[measures[1]["id"]].applies is None
    assert loaded.helpers["officer"].en == "谁 who"
    assert len(loaded.active) == len(measures) == 32


def setting(key: str, value: Any) -> Change:
    return lambda measure: measure.update({key: value})


# Change to the second measure, where the fault is seen (words on its line), what is said.
FAULTS: list[tuple[Change, str, str]] = [
    (setting("colour", "red"), "colour: red", "Extra inputs are not permitted"),
    (setting("id", "inclusive_empowerment_0"), "id: inclusive_empowerment_0", "is used twice"),
    (setting("id", "Not-An-Id"), "id: Not-An-Id", "String should match pattern"),
    (setting("pathway", "luck"), "pathway: luck", "Input should be 'inclusive_empowerment'"),
    (setting("paper", "4.2"), "- id: inclusive_empowerment_1", "is section 4.1, not 4.2"),
    (setting("subline", "five_g"), "- id: inclusive_empowerment_1", "'five_g' is no sub-line"),
    (setting("title", {"zh": "只有中文"}), "title:", "Field required"),
    (setting("title", {"zh": "空", "en": " "}), "en: ' '", "at least 1 character"),
    (setting("steps", [text("一 one")] * 2), "steps:", "at least 3 items"),
    (setting("steps", [text("一 one")] * 7), "steps:", "at most 6 items"),
    (setting("months", "0"), "months: '0'", "greater than or equal to 1"),
    (setting("months", "3.5"), "months: '3.5'", "valid integer"),
    (setting("grantable", "perhaps"), "grantable: perhaps", "valid boolean"),
    (setting("helpers", ["wizard"]), "- wizard", "Input should be 'provider'"),
    (setting("helpers", []), "helpers: []", "at least 1 item"),
    (setting("cost", {"micro": ["1", "2"]}), "cost:", "there is no price for small, medium, large"),
    (lambda m: m["cost"].update(micro=["2", "1"]), "micro:", "the lowest price is above the highest"),
    (lambda m: m["cost"].update(micro=["1"]), "micro:", "a cost band is [low, high]"),
    (lambda m: m["cost"].update(huge=["1", "2"]), "huge:", "Input should be 'micro'"),
    (setting("retired_on", "soon"), "retired_on: soon", "valid date"),
    (setting("effects", {}), "- id: inclusive_empowerment_1", "changes nothing"),
    (setting("effects", {"magic": "2"}), "magic: '2'", "no measure can change an answer 'magic'"),
    (setting("effects", {"b_fit": "1"}), "b_fit: '1'", "no measure can change an answer 'b_fit'"),
    (setting("effects", {"employees": "2"}), "employees: '2'", "no measure can change"),
    (setting("effects", {"marketing": "5"}), "marketing: '5'", "level 5 is outside 1-4"),
    (setting("effects", {"marketing": "0"}), "marketing: '0'", "level 0 is outside 1-4"),
    (setting("effects", {"marketing": ["rules"]}), "marketing:", "is a question of kind scale"),
    (setting("effects", {"network": "2"}), "network: '2'", "is a question of kind ticks"),
    (setting("effects", {"network": ["six_g"]}), "network:", "there is no option 'six_g'"),
    (setting("effects", {"network": []}), "network: []", "no option is added"),
    (setting("effects", {"apps_per_head": "2"}), "apps_per_head: '2'", "is a question of kind number"),
    (setting("needs", [{"measure": "nobody"}]), "- measure: nobody", "there is no measure 'nobody'"),
    (setting("needs", [{"answer": "cluster", "at_least": "1"}]), "- answer: cluster", "a measure can change"),
    (setting("needs", [{"answer": "magic", "at_least": "1"}]), "- answer: magic", "a measure can change"),
    (setting("needs", [{"answer": "marketing", "at_least": "5"}]), "- answer: marketing", "5 is above 4"),
    (setting("needs", [{"answer": "network", "at_least": "5"}]), "- answer: network", "5 is above 4"),
    (setting("needs", [{"answer": "marketing"}]), "- answer: marketing", "Field required"),
    (setting("needs", [{"both": "x"}]), "- both: x", "a need has measure or answer"),
    (setting("applies", {"answer": "magic", "at_least": "1"}), "answer: magic", "no question 'magic'"),
    (setting("applies", {"not": {"answer": "network", "has": ["6g"]}}), "answer: network", "option '6g'"),
    (setting("applies", {"any": [{"answer": "b_fit"}]}), "- answer: b_fit", "a condition has exactly one of"),
    (setting("applies", {"any": [{"answer": "b_fit", "at_least": "high"}]}), "high", "valid number"),
    (setting("eases", ["marketing"]), "- marketing", "there is no barrier 'marketing'"),
    (setting("trade", {"aviation": text("飞机 planes")}), "aviation:", "there is no cluster 'aviation'"),
    (setting("evidence", "hearsay"), "evidence: hearsay", "there is no case 'hearsay'"),
    (setting("why", text("{boss}")), "why:", "a placeholder is one of"),
    (setting("why", text("{answer.magic}")), "why:", "there is no question 'magic'"),
    (setting("why", text("{company")), "why:", "a placeholder is one of"),
    (setting("effort", text("{company}")), "- id: inclusive_empowerment_1", "only `why` has placeholders"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words", "message"), FAULTS)
def test_a_fault_in_a_measure(
    tmp_path: Path, asked: Questionnaire, change: Change, words: str, message: str
) -> None:
    measures = library()
    change(measures[1])
    folder = write(tmp_path, measures)
    with pytest.raises(ContentError) as raised:
        load_catalogue(folder, asked, cases={"case_one"})
    place, line, said = str(raised.value).split(":", 2)
    assert place == str(folder / "measures" / "one.yaml")
    assert message in said
    # A list or mapping stands on the line below its key.
    written = (folder / "measures" / "one.yaml").read_text(encoding="utf-8").splitlines()
    assert words in "".join(written[int(line) - 2 : int(line)])


def test_no_current_measure_needs_a_retired_one(tmp_path: Path, asked: Questionnaire) -> None:
    measures = library()
    measures.append({**measures[0], "id": "old", "retired_on": "2026-01-01"})
    measures[0]["needs"] = [{"measure": "old"}]
    with pytest.raises(ContentError, match="a current measure needs a retired one"):
        load_catalogue(write(tmp_path, measures), asked)


def test_needs_run_in_no_circle(tmp_path: Path, asked: Questionnaire) -> None:
    measures = library()
    for index, other in ((0, 1), (1, 2), (2, 0)):
        measures[index]["needs"] = [{"measure": measures[other]["id"]}]
    with pytest.raises(ContentError, match="measures need each other in a circle: inclusive_empowerment_"):
        load_catalogue(write(tmp_path, measures), asked)


def test_eight_measures_in_every_pathway(tmp_path: Path, asked: Questionnaire) -> None:
    measures = library()
    measures[-1]["retired_on"] = "2026-01-01"
    with pytest.raises(ContentError, match="policy_support has 7 measures, at least 8 are needed"):
        load_catalogue(write(tmp_path, measures), asked)


def test_every_subline_is_carried_out(tmp_path: Path, asked: Questionnaire) -> None:
    measures = library()
    for one in measures:
        if one["subline"] == "five_g":
            one["subline"] = "digital_twin"
    with pytest.raises(ContentError, match="no measure carries out the sub-line 'five_g'"):
        load_catalogue(write(tmp_path, measures), asked)


def test_every_helper_has_a_name(tmp_path: Path, asked: Questionnaire) -> None:
    names = {id: text("谁 who") for id in HELPERS if id != "officer"}
    with pytest.raises(ContentError, match=r"helpers\.yaml:2: helpers: there is no name for 'officer'"):
        load_catalogue(write(tmp_path, library(), names), asked)


def test_a_key_written_twice(tmp_path: Path, asked: Questionnaire) -> None:
    folder = write(tmp_path, library())
    path = folder / "measures" / "one.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("  paper:", "  months: '2'\n  paper:", 1), encoding="utf-8"
    )
    with pytest.raises(ContentError, match="duplicate key 'months'"):
        load_catalogue(folder, asked)

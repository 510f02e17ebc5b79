"""How a simulated firm works: scenes, links, foundation, innovation, results and barriers by its type.

Maturity: a number 0..1 drawn once a firm, from which everything that does not decide the type is drawn,
so that answers of one firm go together. The assumptions are listed in diagnosis/domain/population.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from diagnosis.domain.answers import Value
from diagnosis.domain.chain import CORE_SCENES, LINKS, SCENES, SYSTEM_LEVEL, VIEW
from diagnosis.domain.chance import Chance
from diagnosis.domain.population_facts import Facts
from diagnosis.domain.questionnaire import NOT_APPLICABLE, Questionnaire
from diagnosis.domain.size_class import SizeClass
from diagnosis.domain.verdict import TypeId

Weights = Sequence[float]

MATURITY: Final[Mapping[TypeId, tuple[float, float]]] = {
    "not_started": (0.0, 0.16), "single_point": (0.15, 0.7), "full_process": (0.6, 1.0),
}
# How often each level is met, lowest first. `sparse`, `partial` and `wide` are single-point firms by maturity.
SCENE: Final[Mapping[str, Weights]] = {
    "not_started": (55, 45), "sparse": (30, 45, 22, 3, 0), "partial": (12, 35, 43, 9, 1), "wide": (3, 18, 58, 18, 3),
    "full_process": (1, 6, 52, 32, 9),
}
CORE_SCENE_FULL: Final[Weights] = (0, 0, 55, 35, 10)
LINK: Final[Mapping[str, Weights]] = {
    "not_started": (70, 30, 0, 0), "sparse": (50, 42, 7, 1), "partial": (28, 52, 17, 3), "wide": (14, 50, 30, 6),
    "full_process": (3, 12, 60, 25),
}
VIEW_LEVEL: Final[Mapping[str, Weights]] = {
    "not_started": (75, 25, 0, 0), "sparse": (50, 45, 5, 0), "partial": (25, 57, 17, 1), "wide": (10, 50, 36, 4),
    "full_process": (0, 0, 68, 32),
}
# Systems everywhere and nothing linked: the trap of the literature (assumption: so many of the single-point firms).
ISLANDS: Final = 0.12
ISLAND_SCENE: Final[Weights] = (0, 0, 75, 20, 5)
ISLAND_LINK: Final[Weights] = (20, 72, 8, 0)

FOOD_QUALITY: Final = 0.97  # of the covered food firms control quality in a system: over 60% of all (paper 2.2.2)
# Answers that do not apply, by who says so (assumption).
NO_DESIGN: Final[Mapping[str, float]] = {"contract_maker": 0.45, "supplier_to_leader": 0.12}
NO_AFTER_SALES: Final[Mapping[str, float]] = {"contract_maker": 0.2}
NOT_HERE: Final[Mapping[str, float]] = {"safety": 0.02, "energy": 0.03}

# Innovation by type: levels 0..3. 5G in use at some SMEs, under 40% (2.3.1); a digital twin is rare (2.3.3).
INNOVATION: Final[Mapping[str, Mapping[TypeId, Weights]]] = {
    "customisation": {
        "not_started": (60, 35, 5, 0), "single_point": (40, 42, 15, 3), "full_process": (15, 35, 36, 14),
    },
    "online_channels": {
        "not_started": (62, 36, 2, 0), "single_point": (32, 45, 19, 4), "full_process": (10, 28, 42, 20),
    },
    "chain_platform": {
        "not_started": (72, 27, 1, 0), "single_point": (48, 34, 15, 3), "full_process": (18, 22, 36, 24),
    },
    "partner_data_sharing": {
        "not_started": (70, 30, 0, 0), "single_point": (42, 47, 10, 1), "full_process": (8, 34, 42, 16),
    },
    "five_g_use": {
        "not_started": (92, 8, 0, 0), "single_point": (56, 27, 14, 3), "full_process": (32, 27, 27, 14),
    },
    "cloud_collaboration": {
        "not_started": (85, 15, 0, 0), "single_point": (52, 30, 15, 3), "full_process": (20, 25, 37, 18),
    },
    "digital_twin": {
        "not_started": (99, 1, 0, 0), "single_point": (91, 7, 2, 0), "full_process": (62, 22, 12, 4),
    },
}
FIVE_G: Final = "industrial_5g"  # a network nobody has who does not use 5G
APPS_A_HEAD: Final[Mapping[TypeId, tuple[float, float]]] = {  # about 0.7 in textiles and garments (paper 2.3.3)
    "not_started": (0.0, 0.2), "single_point": (0.3, 1.3), "full_process": (1.0, 2.6),
}
# Changes in percent. Full-process: the ranges of paper Table 1, and up to 45% as its leaders (2.2.1);
# single-point: gains in single places, no marked effect on cost or delivery (Table 1).
RESULTS: Final[Mapping[str, Mapping[TypeId, tuple[float, float]]]] = {
    "production_efficiency": {"not_started": (0, 0), "single_point": (0, 12), "full_process": (15, 30)},
    "operating_cost": {"not_started": (0, 0), "single_point": (-4, 2), "full_process": (-20, -12)},
    "defect_rate": {"not_started": (0, 0), "single_point": (-12, 0), "full_process": (-45, -10)},
    "delivery_cycle": {"not_started": (0, 0), "single_point": (-4, 1), "full_process": (-45, -10)},
}
TRENDS: Final[Mapping[TypeId, Mapping[str, float]]] = {
    "not_started": {"worse": 20, "same": 75, "better": 5},
    "single_point": {"worse": 12, "same": 58, "better": 30},
    "full_process": {"worse": 4, "same": 26, "better": 70},
}
NOT_MEASURED: Final[Mapping[TypeId, float]] = {"not_started": 0.6, "single_point": 0.25, "full_process": 0.05}

# Barriers 0..3, as a share of the scale: those of small and micro firms weigh more (paper 2.3.4).
BARRIERS: Final[Mapping[str, tuple[float, float]]] = {  # micro and small, medium and large
    "b_finance": (0.72, 0.35), "b_benefit": (0.6, 0.35), "b_talent": (0.7, 0.5), "b_training": (0.6, 0.4),
    "b_data_trust": (0.55, 0.45), "b_organisation": (0.45, 0.3), "b_fit": (0.5, 0.5), "b_provider": (0.5, 0.4),
    "b_partners": (0.5, 0.55), "b_policy_access": (0.6, 0.4),
}
# Added where it holds: family decisions and unwillingness to share (2.3.2), trades short of supply (2.3.2).
FAMILY_ADDS: Final[Mapping[str, float]] = {"b_organisation": 0.2, "b_data_trust": 0.12}
SHORT_OF_SUPPLY: Final = frozenset({"building_materials_home", "food_beverages"})
SUPPLY_ADDS: Final[Mapping[str, float]] = {"b_fit": 0.2, "b_provider": 0.22}
FULL_PROCESS_TAKES: Final = 0.25
WISHES: Final = (
    "按时交货", "少返工", "库存账对得上", "订单进度随时查得到", "对账快一点", "少招人也能做", "客户催单少一点",
    "排产不用天天改", "知道每个单赚不赚钱", "设备少停机", "老师傅的经验留下来", "补贴怎么申请讲清楚",
)
SPEND_A_SIZE: Final[Mapping[SizeClass, Weights]] = {
    "micro": (97, 3, 0, 0, 0), "small": (96, 4, 0, 0, 0), "medium": (94, 6, 0, 0, 0), "large": (92, 7, 1, 0, 0),
}


def kind_of(type: TypeId, maturity: float) -> str:
    """The row of the level tables."""
    if type != "single_point":
        return type
    return "sparse" if maturity < 0.33 else "partial" if maturity < 0.55 else "wide"


def _scenes(facts: Facts, kind: str, islands: bool, chance: Chance) -> dict[str, Value]:
    core = {scene for scenes in CORE_SCENES.values() for scene in scenes}
    decisive = CORE_SCENE_FULL if facts.type == "full_process" else ISLAND_SCENE if islands else SCENE[kind]
    levels: dict[str, Value] = {id: chance.level(decisive if id in core else SCENE[kind]) for id in SCENES}
    if facts.cluster == "food_beverages" and facts.type != "not_started" and chance.happens(FOOD_QUALITY):
        levels["quality"] = max(SYSTEM_LEVEL, int(str(levels["quality"])))
    return levels


def _not_applicable(facts: Facts, chance: Chance) -> dict[str, Value]:
    role = str(facts.profile["chain_role"])
    probabilities = {
        "product_design": NO_DESIGN.get(role, 0.0),
        "process_design": NO_DESIGN.get(role, 0.0) / 3,
        "after_sales": NO_AFTER_SALES.get(role, 0.0),
        **NOT_HERE,
    }
    return {id: NOT_APPLICABLE for id, probability in probabilities.items() if chance.happens(probability)}


def _chain(kind: str, islands: bool, chance: Chance) -> dict[str, Value]:
    levels: dict[str, Value] = {id: chance.level(ISLAND_LINK if islands else LINK[kind]) for id in LINKS}
    return {**levels, VIEW: chance.level(VIEW_LEVEL[kind])}


def _bands(facts: Facts, maturity: float, chance: Chance) -> dict[str, Value]:
    """Networked machines are digitised ones, except where the owner mixes the two up."""
    if facts.type == "not_started":
        return {"equipment_digitised": 0, "equipment_networked": 0}
    digitised = chance.around(0.2 + 0.7 * maturity, 4)
    networked = min(chance.around(0.75 * maturity, 4), 4 if chance.happens(0.02) else digitised)
    return {"equipment_digitised": digitised, "equipment_networked": networked}


def _collected(scenes: Mapping[str, Value], options: Sequence[str], chance: Chance) -> tuple[str, ...]:
    """Data are collected by themselves where a system does the work."""

    def probability(scene: str) -> float:
        level = scenes.get(scene)
        return (0.01, 0.05, 0.45, 0.85, 0.95)[level] if isinstance(level, int) else 0.0

    return tuple(scene for scene in options if chance.happens(probability(scene)))


def _coverage(scenes: Mapping[str, Value]) -> int:
    """`systems_coverage` as the scenes have it: none, one, two or more, over 80%, all."""
    levels = [level for level in scenes.values() if isinstance(level, int)]
    share = sum(level >= SYSTEM_LEVEL for level in levels) / max(1, len(levels))
    return 4 if share == 1 else 3 if share > 0.8 else min(2, round(share * len(levels)))


def _foundation(
    questionnaire: Questionnaire, facts: Facts, known: Mapping[str, Value], maturity: float, chance: Chance
) -> dict[str, Value]:
    def ticked(id: str, probability: float) -> tuple[str, ...]:
        return chance.ticks(list(questionnaire.questions[id].options_by_id), probability)

    scenes = {id: known[id] for id in SCENES}
    networks = [id for id in ticked("network", 0.04 + 0.8 * maturity) if id != FIVE_G or known["five_g_use"]]
    return {
        **_bands(facts, maturity, chance),
        "network": tuple(networks),
        "data_collection": _collected(scenes, list(questionnaire.questions["data_collection"].options_by_id), chance),
        "systems_coverage": _coverage(scenes),
        "network_security": ticked("network_security", 0.05 + 0.75 * maturity),
        "data_security": ticked("data_security", 0.03 + 0.65 * maturity),
        "planning": chance.around(0.05 + 0.8 * maturity, 5),
        "management_rules": ticked("management_rules", 0.03 + 0.75 * maturity),
        "talent": ticked("talent", 0.05 + 0.75 * maturity),
        "digital_spend": chance.level(SPEND_A_SIZE[facts.size]),
    }


def _innovation(facts: Facts, chance: Chance) -> dict[str, Value]:
    levels: dict[str, Value] = {id: chance.level(by_type[facts.type]) for id, by_type in INNOVATION.items()}
    return {**levels, "apps_per_head": round(chance.between(*APPS_A_HEAD[facts.type]), 1)}


def _results(questionnaire: Questionnaire, facts: Facts, chance: Chance) -> dict[str, Value]:
    """What the owner measured; the rest is not known."""
    values: dict[str, Value] = {}
    for question in questionnaire.group("results"):
        if question.kind == "number":
            found: Value = round(chance.between(*RESULTS[question.id][facts.type]))
        else:
            found = chance.weighed(TRENDS[facts.type])
        if not chance.happens(NOT_MEASURED[facts.type]):
            values[question.id] = found
    return values


def _barriers(facts: Facts, chance: Chance) -> dict[str, Value]:
    def middle(id: str) -> float:
        share = BARRIERS[id][0 if facts.is_small else 1]
        share += FAMILY_ADDS.get(id, 0.0) if facts.profile["family_managed"] == "yes" else 0.0
        share += SUPPLY_ADDS.get(id, 0.0) if facts.cluster in SHORT_OF_SUPPLY else 0.0
        return share - (FULL_PROCESS_TAKES if facts.type == "full_process" else 0.0)

    levels: dict[str, Value] = {id: chance.around(middle(id), 3, width=1.6) for id in BARRIERS}
    wishes = {chance.one(WISHES) for _ in range(chance.level((30, 30, 25, 15)))}
    return {**levels, "wishes": tuple(sorted(wishes))}


def draw_practice(questionnaire: Questionnaire, facts: Facts, chance: Chance) -> dict[str, Value]:
    """Everything but the profile, all of it known except what nobody measured."""
    maturity = chance.between(*MATURITY[facts.type])
    kind = kind_of(facts.type, maturity)
    islands = facts.type == "single_point" and chance.happens(ISLANDS)
    known = {
        **_scenes(facts, kind, islands, chance), **_not_applicable(facts, chance), **_innovation(facts, chance),
    }
    return {
        **known,
        **_chain(kind, islands, chance),
        **_foundation(questionnaire, facts, known, maturity, chance),
        **_results(questionnaire, facts, chance),
        **_barriers(facts, chance),
    }

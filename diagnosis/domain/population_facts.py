"""Who a simulated firm is: the facts of the profile, and which type it is to have.

The assumptions are listed in diagnosis/domain/population.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from stdnum.cn import uscc as social_credit_code

from clusters.domain.places import Places
from diagnosis.domain.answers import Answers, Value
from diagnosis.domain.chance import Chance
from diagnosis.domain.flags import ABOVE_SCALE_REVENUE
from diagnosis.domain.size_class import SizeClass, size_class
from diagnosis.domain.verdict import TypeId

COVERED_ABOVE_SCALE: Final = 0.93  # paper 2.1.2
COVERED_BELOW_SCALE: Final = 0.28  # paper 2.3.2: below 30%

# Share of all firms (assumption), and share of above-scale firms in the sample (assumption: chosen so
# that with the two figures above the coverage of the paper comes out where it names one, 2.2.2).
CLUSTERS: Final[Mapping[str, tuple[float, float]]] = {
    "textiles_garments": (20, 0.52),  # coverage 62%
    "footwear": (18, 0.52),  # coverage 62%
    "petrochemicals": (6, 0.40),
    "machinery": (12, 0.45),
    "building_materials_home": (14, 0.45),
    "food_beverages": (12, 0.62),  # digital quality control over 60%
    "crafts": (8, 0.35),
    "paper_printing": (5, 0.45),
    "electronics": (5, 0.50),
}
STONE_CARVING: Final = "stone_carving"
STONE_CARVING_SHARE: Final = 0.4  # of the firms of its cluster (assumption)
STONE_CARVING_ABOVE_SCALE: Final = 0.57  # coverage 65% (paper 2.2.2)
# How much more or less often firms of a cluster get to full-process (paper 2.3.2, direction only).
TILT: Final[Mapping[str, float]] = {
    "textiles_garments": 1.15, "footwear": 1.15, "building_materials_home": 0.8, "food_beverages": 0.8, "crafts": 0.85,
}
# Where the firms of a cluster sit; every other county has weight 1 (assumption).
HOMES: Final[Mapping[str, Mapping[str, float]]] = {
    "textiles_garments": {"shishi": 12, "jinjiang": 14, "fengze": 3},
    "footwear": {"jinjiang": 22, "luojiang": 3, "huian": 3},
    "petrochemicals": {"quangang": 14, "huian": 5, "shishi": 3},
    "machinery": {"luojiang": 5, "nanan": 5, "jinjiang": 8, "licheng": 4, "economic_zone": 3},
    "building_materials_home": {"nanan": 20, "jinjiang": 6},
    "food_beverages": {"jinjiang": 10, "anxi": 8, "huian": 3},
    "crafts": {"dehua": 10, "anxi": 5, "huian": 6},
    "paper_printing": {"jinjiang": 8, "taiwan_investment_zone": 4},
    "electronics": {"fengze": 5, "licheng": 5, "economic_zone": 4, "nanan": 4},
}
# Size classes of above-scale and below-scale firms (assumption), and their bounds: employees, revenue in 10,000 RMB.
SIZES: Final[Mapping[bool, Mapping[SizeClass, float]]] = {
    True: {"micro": 4, "small": 66, "medium": 25, "large": 5},
    False: {"micro": 48, "small": 52},
}
STAFF: Final[Mapping[SizeClass, tuple[int, int]]] = {
    "micro": (3, 19), "small": (20, 299), "medium": (300, 999), "large": (1000, 8000),
}
REVENUE: Final[Mapping[SizeClass, tuple[int, int]]] = {
    "micro": (30, 9_000), "small": (300, 30_000), "medium": (2_000, 120_000), "large": (40_000, 900_000),
}
REVENUE_A_HEAD: Final = (18, 160)  # 10,000 RMB a year (assumption)
# Share of the covered firms of a size that are full-process; above-scale, then below-scale. Together one in
# five (paper Table 1); that leaders and above-scale backbone firms make most of them is Table 1, too.
FULL_PROCESS: Final[Mapping[bool, Mapping[SizeClass, float]]] = {
    True: {"micro": 0.10, "small": 0.17, "medium": 0.39, "large": 0.75},
    False: {"micro": 0.02, "small": 0.05},
}
ROLES: Final[Mapping[SizeClass, Mapping[str, float]]] = {
    "micro": {"leader": 0, "supplier_to_leader": 2, "own_brand": 2, "contract_maker": 6},
    "small": {"leader": 0.1, "supplier_to_leader": 3, "own_brand": 3, "contract_maker": 4},
    "medium": {"leader": 1, "supplier_to_leader": 3, "own_brand": 4, "contract_maker": 2},
    "large": {"leader": 5, "supplier_to_leader": 1, "own_brand": 3, "contract_maker": 1},
}
FAMILY: Final[Mapping[SizeClass, float]] = {"micro": 0.92, "small": 0.85, "medium": 0.6, "large": 0.35}
RESPONDENTS: Final[Mapping[bool, Mapping[str, float]]] = {  # micro and small, medium and large
    True: {"owner": 6, "general_manager": 2, "production_manager": 1, "finance_manager": 1},
    False: {"owner": 1, "general_manager": 3, "production_manager": 2, "it_manager": 4, "other": 1},
}
WRONG_ABOVE_SCALE: Final = 0.02  # the owner mistakes what above-scale means (assumption)

# Names: 示例 (example) in front, then two neutral syllables. No county, no brand.
SYLLABLES: Final = "安澄川恒嘉景朗宁启润晨盛泰祥禾岚沐清舒望云溪瑶益知卓竹松柏远"
TRADE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "textiles_garments": ("纺织", "服饰", "针织", "织造"),
    "footwear": ("鞋业", "鞋材", "体育用品"),
    "petrochemicals": ("化工", "塑胶", "新材料"),
    "machinery": ("机械", "装备", "精工"),
    "building_materials_home": ("建材", "卫浴", "家居"),
    "food_beverages": ("食品", "饮料", "茶业"),
    "crafts": ("工艺品", "陶瓷", "石雕"),
    "paper_printing": ("纸业", "印刷", "包装"),
    "electronics": ("电子", "光电", "通信设备"),
}
NAME_MARK: Final = "示例"
NO_COUNTY: Final = "350599"  # a region of Quanzhou's numbers that no county has: nobody's code
CODE_DIGITS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # of the social credit code
SEED_DIGITS, INDEX_DIGITS = 4, 5


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The firm as it is, whatever its owner answers; `type` is the type its answers are to give."""

    profile: Mapping[str, Value]
    above_scale: bool
    size: SizeClass
    type: TypeId

    @property
    def cluster(self) -> str:
        return str(self.profile["cluster"])

    @property
    def is_small(self) -> bool:
        return self.size in ("micro", "small")


def _digits(number: int, length: int) -> str:
    found = ""
    for _ in range(length):
        number, digit = divmod(number, len(CODE_DIGITS))
        found = CODE_DIGITS[digit] + found
    return found


def code_of(seed: int, index: int) -> str:
    """A social credit code with a right check character; another one for every firm of the seed."""
    mark = int.from_bytes(sha256(str(seed).encode()).digest()[:8], "big")
    body = f"91{NO_COUNTY}{_digits(mark, SEED_DIGITS)}{_digits(index, INDEX_DIGITS)}"
    return body + str(social_credit_code.calc_check_digit(body))


def name_of(cluster: str, chance: Chance) -> str:
    return f"{NAME_MARK}{chance.one(SYLLABLES)}{chance.one(SYLLABLES)}{chance.one(TRADE_WORDS[cluster])}有限公司"


def _subsector(places: Places, cluster: str, chance: Chance) -> str:
    if cluster == "crafts" and chance.happens(STONE_CARVING_SHARE):
        return STONE_CARVING
    return chance.one([place.id for place in places.cluster[cluster].subsectors if place.id != STONE_CARVING])


def _above_scale(cluster: str, subsector: str, chance: Chance) -> bool:
    share = STONE_CARVING_ABOVE_SCALE if subsector == STONE_CARVING else CLUSTERS[cluster][1]
    return chance.happens(share)


def _county(places: Places, cluster: str, subsector: str, chance: Chance) -> str:
    if subsector == STONE_CARVING and chance.happens(0.8):
        return "huian"
    return chance.weighed({**dict.fromkeys(places.county, 1.0), **HOMES[cluster]})


def _clipped(value: float, low: float, high: float) -> int:
    return int(min(max(value, low), high))


def _staff_and_revenue(size: SizeClass, above_scale: bool, chance: Chance) -> tuple[int, int]:
    low, high = REVENUE[size]
    low, high = (max(low, ABOVE_SCALE_REVENUE), high) if above_scale else (low, ABOVE_SCALE_REVENUE - 1)
    staff = int(chance.spread(*STAFF[size]))
    return staff, _clipped(staff * chance.spread(*REVENUE_A_HEAD), low, high)


def _type(cluster: str, size: SizeClass, above_scale: bool, chance: Chance) -> TypeId:
    if not chance.happens(COVERED_ABOVE_SCALE if above_scale else COVERED_BELOW_SCALE):
        return "not_started"
    full = FULL_PROCESS[above_scale][size] * TILT.get(cluster, 1.0)
    return "full_process" if chance.happens(full) else "single_point"


def draw_facts(places: Places, seed: int, index: int) -> Facts:
    chance = Chance("firm", seed, index)
    cluster = chance.weighed({id: share for id, (share, _) in CLUSTERS.items()})
    subsector = _subsector(places, cluster, chance)
    above_scale = _above_scale(cluster, subsector, chance)
    wanted = chance.weighed({str(size): weight for size, weight in SIZES[above_scale].items()})
    staff, revenue = _staff_and_revenue(wanted, above_scale, chance)  # type: ignore[arg-type]
    size = size_class(Answers({"employees": staff, "revenue": revenue})) or "micro"
    says_above = above_scale != chance.happens(WRONG_ABOVE_SCALE)
    profile: dict[str, Value] = {
        "company_name": name_of(cluster, chance),
        "uscc": code_of(seed, index),
        "cluster": cluster,
        "subsector": subsector,
        "county": _county(places, cluster, subsector, chance),
        "employees": staff,
        "revenue": revenue,
        "above_scale": "yes" if says_above else "no",
        "chain_role": chance.weighed(ROLES[size]),
        "family_managed": "yes" if chance.happens(FAMILY[size]) else "no",
        "respondent_role": chance.weighed(RESPONDENTS[size in ("micro", "small")]),
    }
    type = _type(cluster, size, above_scale, chance)
    return Facts(profile=profile, above_scale=above_scale, size=size, type=type)

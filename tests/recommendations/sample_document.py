"""A full report document of an invented small footwear firm, in the shape the report code freezes.

Every key is present and filled. Figures of references and cases are those of the study, with their
section; the firm, its answers and the example programme are made up for the tests.
"""

from __future__ import annotations

from typing import Any

from tests.recommendations.sample_answers import annex
from tests.recommendations.sample_needs import needs
from tests.recommendations.sample_support import cases, changes, peers, policies, references
from tests.recommendations.sample_texts import named, t
from tests.recommendations.sample_verdict import (
    FULL_PROCESS,
    SINGLE_POINT,
    dimensions,
    domains,
    stage,
    verdict,
)

Document = dict[str, Any]


def sample_document() -> Document:
    """A new document each time, so that a test may change its copy."""
    return {
        "schema": 1,
        "content_version": "2026.11",
        "reference": "7KQ2-9FDM",
        "submitted_on": "2026-11-24",
        "revision": 1,
        "company": _company(),
        "verdict": verdict(),
        "stage": stage(),
        "dimensions": dimensions(),
        "next": _next(),
        "needs": needs(),
        "providers_note": t("列出的机构不等于推荐。", "Being listed is no recommendation."),
        "flags": _flags(),
        "official_sheet": _official_sheet(),
        "roadmap": _roadmap(),
        "policies": policies(),
        "net_cost": 116_000,
        "peers": peers(),
        "references": references(),
        "cases": cases(),
        "changes": changes(),
        "annex": annex(),
        "privacy": t(
            "本报告由您填写的答案生成，只供您自己使用；负责您所在集群的集群专员可以查看并核对。"
            "同行比较只使用五家及以上企业的汇总数字，任何人都看不到单家企业的答案。您可以随时要求导出或删除自己的数据。",
            "This report is made from the answers you gave and is for your own use; the cluster "
            "officer of your "
            "cluster can see and check it. Comparisons with peers only use totals of five firms or "
            "more, so nobody "
            "sees the answers of a single firm. You can ask for a copy of your data or for its "
            "deletion at any time.",
        ),
    }


def _next() -> list[Document]:
    helpers = [t("本地数字化服务商", "A local digital service provider"), t("集群专员", "Cluster officer")]
    planned = [
        {"id": id, "title": t(zh, en), "quarter": start, "cost": cost, "months": 3, "helpers": helpers}
        for id, zh, en, start, _, cost, _, _ in PLAN[:2]
    ]
    outside = {"id": "training", "title": t("员工培训", "Training of staff"), "quarter": None, "cost": 4_500}
    return [*planned, {**outside, "months": 1, "helpers": helpers[:1]}]


def _company() -> Document:
    return {
        "name": "晋江市踏浪鞋业有限公司",
        "uscc": "91350582MA2XTL0X7Q",
        "cluster": {"id": "footwear", "name": t("鞋业", "Footwear")},
        "subsector": {"id": "leisure_sports_goods", "name": t("休闲运动用品", "Leisure and sports goods")},
        "county": {"id": "jinjiang", "name": t("晋江市", "Jinjiang")},
        "employees": 86,
        "revenue": 2350,
        "size_class": {"id": "small", "name": t("小型", "small")},
        "facts": [
            {"name": t("产业集群", "Cluster"), "value": t("鞋业", "Footwear")},
            {"name": t("细分行业", "Sub-sector"), "value": t("休闲运动用品", "Leisure and sports goods")},
            {"name": t("所在县市区", "County"), "value": t("晋江市", "Jinjiang")},
            {"name": t("在岗人数", "Employees"), "value": t("86 人", "86")},
            {"name": t("上年营业收入", "Revenue last year"), "value": t("2350 万元", "RMB 23.5 million")},
            {"name": t("企业规模", "Size"), "value": t("小型", "small")},
            {"name": t("规上企业", "Above-scale"), "value": t("是", "Yes")},
            {"name": t("在产业链中的角色", "Role in the chain"), "value": t("代工生产", "Contract maker")},
        ],
    }


def _flags() -> list[Document]:
    return [
        {
            "id": "networked_above_digitised",
            "text": t(
                "联网设备的比例高于数字化设备的比例，请再核对一次。",
                "The share of networked machines is above the share of digitised machines; please check.",
            ),
            "answers": [
                named("equipment_networked", "设备联网率", "Networked equipment"),
                named("equipment_digitised", "设备数字化率", "Digitised equipment"),
            ],
        }
    ]


SHEET = (
    ("network", "网络建设", "Network", 4, 8),
    ("equipment_digitised", "设备数字化", "Digitised equipment", 3, 6),
    ("equipment_networked", "设备联网", "Networked equipment", 1.5, 6),
    ("data_collection", "数据采集", "Data collection", 2.8, 10),
    ("systems_coverage", "信息系统覆盖", "Systems coverage", 5, 10),
    ("network_security", "网络安全", "Network security", 1.25, 5),
    ("data_security", "数据安全", "Data security", 0, 5),
    ("planning", "规划与推进", "Planning", 3, 7.5),
    ("management_rules", "管理制度", "Management rules", 1.875, 7.5),
    ("talent", "人才队伍", "Talent", 1.5, 7.5),
    ("digital_spend", "数字化投入", "Digital spend", 0, 7.5),
    ("energy_per_revenue", "单位产值能耗", "Energy per revenue", None, 5),
    ("pass_rate", "产品合格率", "Pass rate", 5, 5),
    ("revenue_per_head", "人均产值", "Revenue per head", 2.5, 5),
    ("cost_per_revenue", "单位产值成本", "Cost per revenue", None, 5),
)


def _official_sheet() -> Document:
    scenes = [
        {key: scene[key] for key in ("id", "name", "level", "state")}
        for domain in domains()
        for scene in domain["scenes"]
    ]
    return {
        "foundation": 17.55,
        "management": 6.375,
        "results": 7.5,
        "total": 31.425,
        "items": [
            {"id": id, "name": t(zh, en), "points": points, "max": top} for id, zh, en, points, top in SHEET
        ],
        "scenes": scenes,
        "note": t(
            "本表只帮您准备材料。等级只能由官方评测给出，本报告不计算也不推测等级。",
            "This sheet only helps you prepare. Only the official evaluation gives a level; this "
            "report neither "
            "computes nor suggests one.",
        ),
    }


PLAN = (
    ("item_codes", "统一物料和款号编码", "One code for every item and style", 1, 1, 18_000, False, 4),
    ("warehouse_app", "手机扫码收发存", "Phone scanning for stock in and out", 1, 2, 36_000, True, 3),
    ("design_library", "云端图纸与版本库", "Cloud library for drawings and versions", 2, 2, 24_000, True, 2),
    ("order_to_floor", "订单自动进排程", "Orders flow into the schedule", 3, 3, 58_000, True, 1),
    ("daily_board", "每日经营看板", "Daily management board", 4, 4, 26_000, True, 0),
)


def _roadmap() -> Document:
    measures = [
        {"id": id, "title": t(zh, en), "start": start, "end": end, "cost": cost, "grantable": grantable}
        for id, zh, en, start, end, cost, grantable, _ in PLAN
    ]
    quarters, spent = [], 0
    for number, distance in ((1, 4), (2, 2), (3, 1), (4, 0)):
        active = [m for m in measures if m["start"] <= number <= m["end"]]
        cost = sum(m["cost"] for m in active if m["start"] == number)
        spent += cost
        quarters.append(
            {
                "quarter": number,
                "measures": [
                    {
                        "id": m["id"],
                        "title": m["title"],
                        "starts": m["start"] == number,
                        "ends": m["end"] == number,
                    }
                    for m in active
                ],
                "cost": cost,
                "spent": spent,
                "distance": distance,
                "type": FULL_PROCESS if distance == 0 else SINGLE_POINT,
            }
        )
    return {
        "target": t("达到全流程转型", "Reach full-process"),
        "reached": True,
        "optimal": True,
        "budget": 200_000,
        "quarters": quarters,
        "measures": measures,
        "total_cost": spent,
        "missing": None,
        "note": t("已证明这是花钱最少的走法。", "This is proven to be the cheapest way."),
        "cost_note": t(
            "费用和时间是规划假设；拿到供应商的正式报价后，可以在网页上改数字并重新排期。",
            "Costs and months are planning assumptions; once you hold a supplier's quote you can enter "
            "it on the "
            "web page and plan again.",
        ),
    }

"""Verdict, stage and dimensions of the sample document (see sample_document.py)."""

from __future__ import annotations

from typing import Any

from tests.recommendations.sample_texts import named, t

Document = dict[str, Any]

SINGLE_POINT = {"id": "single_point", "name": t("单点式转型", "single-point")}
FULL_PROCESS = {"id": "full_process", "name": t("全流程转型", "full-process")}
NOT_STARTED = {"id": "not_started", "name": t("尚未起步", "not started")}


def _scene(
    id: str, zh: str, en: str, level: int | None, text: tuple[str, str], core: bool = False
) -> Document:
    state = "unknown" if level is None else "known"
    return {"id": id, "name": t(zh, en), "core": core, "level": level, "state": state, "text": t(*text)}


SPREADSHEET = ("用电子表格登记", "Kept in spreadsheets")
SYSTEM = ("在系统中录入和跟踪", "Entered and tracked in a system")
PAPER = ("靠经验、电话和纸单", "By memory, phone and paper")
NOT_KNOWN = ("不清楚", "I don't know")


def domains() -> list[Document]:
    aided = ("用设计软件画图，图纸存在个人电脑里", "Drawn with design software, files on personal computers")
    return [
        {
            "id": "design",
            "name": t("设计", "Design"),
            "level": 1,
            "applicable": True,
            "scenes": [
                _scene("product_design", "产品设计", "Product design", 1, aided, core=True),
                {
                    **_scene(
                        "process_design", "工艺设计", "Process design", None, ("不适用", "Not applicable")
                    ),
                    "state": "not_applicable",
                },
            ],
        },
        {
            "id": "production",
            "name": t("生产", "Production"),
            "level": 2,
            "applicable": True,
            "scenes": [
                _scene("scheduling", "计划排程", "Scheduling", 1, SPREADSHEET),
                _scene("production_control", "生产管控", "Production control", 2, SYSTEM, core=True),
                _scene("quality", "质量管理", "Quality", 2, SYSTEM),
                _scene("equipment", "设备管理", "Equipment", 1, SPREADSHEET),
                _scene("safety", "安全生产", "Safety", 1, SPREADSHEET),
                _scene("energy", "能耗管理", "Energy", None, NOT_KNOWN),
            ],
        },
        {
            "id": "supply_chain",
            "name": t("供应链", "Supply chain"),
            "level": 1,
            "applicable": True,
            "scenes": [
                _scene("purchasing", "采购管理", "Purchasing", 2, SYSTEM, core=True),
                _scene("warehousing", "仓储物流", "Warehousing", 1, SPREADSHEET, core=True),
            ],
        },
        {
            "id": "marketing",
            "name": t("营销", "Marketing"),
            "level": 2,
            "applicable": True,
            "scenes": [
                _scene("marketing", "营销管理", "Marketing", 2, SYSTEM, core=True),
                _scene("after_sales", "售后服务", "After-sales", 0, PAPER),
            ],
        },
        {
            "id": "management",
            "name": t("管理", "Management"),
            "level": 1,
            "applicable": True,
            "scenes": [
                _scene("finance", "财务管理", "Finance", 2, SYSTEM),
                _scene("hr", "人力资源", "People", 1, SPREADSHEET),
                _scene("office", "协同办公", "Office", 2, SYSTEM),
                _scene("decision_support", "决策支持", "Decision support", 0, PAPER),
            ],
        },
    ]


RETYPED = ("发表格或微信，对方重新录入", "Files are sent and typed in again")
LINKS = (
    ("link_design_production", "设计—生产", "Design–production", "design", "production", 1, RETYPED),
    (
        "link_design_supply",
        "设计—供应链",
        "Design–supply chain",
        "design",
        "supply_chain",
        0,
        ("口头、电话或纸单传递", "By word of mouth, phone or paper"),
    ),
    ("link_design_marketing", "设计—营销", "Design–marketing", "design", "marketing", 1, RETYPED),
    (
        "link_production_supply",
        "生产—供应链",
        "Production–supply chain",
        "production",
        "supply_chain",
        2,
        ("系统之间自动传递", "One system passes it on by itself"),
    ),
    ("link_production_marketing", "生产—营销", "Production–marketing", "production", "marketing", 1, RETYPED),
    (
        "link_supply_marketing",
        "供应链—营销",
        "Supply chain–marketing",
        "supply_chain",
        "marketing",
        None,
        NOT_KNOWN,
    ),
)


def _link(id: str, zh: str, en: str, a: str, b: str, level: int | None, text: tuple[str, str]) -> Document:
    state = "unknown" if level is None else "joined" if level >= 2 else "broken"
    return {"id": id, "name": t(zh, en), "ends": [a, b], "level": level, "state": state, "text": t(*text)}


def _step(
    answer: str, zh: str, en: str, kind: str, texts: tuple[tuple[str, str], tuple[str, str]]
) -> Document:
    return {
        **named(answer, zh, en),
        "kind": kind,
        "from": 1,
        "to": 2,
        "from_text": t(*texts[0]),
        "to_text": t(*texts[1]),
    }


def verdict() -> Document:
    passed_on = (
        RETYPED,
        ("系统之间自动传递，不再重复录入", "One system passes it on by itself, nothing typed twice"),
    )
    versions = ("设计资料和版本统一在系统里管理", "Design data and versions are managed in a system")
    stock = ("全部物料和成品的库存都在系统里", "Stock of all goods is in a system")
    weekly = ("每周或每月人工汇总表格", "A spreadsheet compiled weekly or monthly")
    one_screen = (
        "一张看板汇总三个以上环节，每天更新",
        "One screen joins three areas or more, refreshed daily",
    )
    return {
        "type": SINGLE_POINT,
        "headline": t(
            "单点式转型：设备和软件已经用上，数据链还没有连通",
            "Single-point: tools are in use, but the data chain is not joined",
        ),
        "sentence": t(
            "您的采购、生产和销售已经各自用上系统，采购与生产之间的数据也能自动传递；但设计和销售的数据还要靠人"
            "重新录入，老板看不到一张完整的经营总览。再走 5 步，就能达到全流程转型。",
            "Purchasing, production and sales each run on a system, and purchasing data already "
            "reaches production by "
            "itself. Design and sales data are still typed in again by hand, and there is no single "
            "management view. "
            "Five more steps take you to full-process.",
        ),
        "settled": True,
        "possible_types": [SINGLE_POINT],
        "find_out": [
            {
                **named("link_supply_marketing", "供应链—营销", "Supply chain–marketing"),
                "ask": t(
                    "库存数量和到货时间，销售和客户怎样知道？",
                    "How do sales and customers learn what is in stock and when goods arrive?",
                ),
            }
        ],
        "distance": 5,
        "distance_best": 4,
        "margin": 5,
        "borderline": False,
        "steps": [
            _step("link_design_production", "设计—生产", "Design–production", "link", passed_on),
            _step("link_production_marketing", "生产—营销", "Production–marketing", "link", passed_on),
            _step(
                "product_design",
                "产品设计",
                "Product design",
                "scene",
                (("图纸存在个人电脑里", "Drawings sit on personal computers"), versions),
            ),
            _step("warehousing", "仓储物流", "Warehousing", "scene", (SPREADSHEET, stock)),
            _step("management_view", "经营总览", "Management view", "view", (weekly, one_screen)),
        ],
        "domains": domains(),
        "links": [_link(*row) for row in LINKS],
        "chain_title": t("您的数据链断在哪里", "Where your chain breaks"),
        "view": {
            "id": "management_view",
            "name": t("经营总览", "Management view"),
            "level": 1,
            "state": "broken",
            "text": t(*weekly),
        },
    }


STAGES = (
    (
        "基础设施",
        "infrastructure foundation",
        True,
        "有网络，并且至少用上一套系统",
        "A network and at least one system",
    ),
    (
        "设备联网",
        "equipment connectivity",
        False,
        "联网设备超过 20%，两个以上环节自动采集数据",
        "More than 20% of machines networked; data collected automatically in two areas or more",
    ),
    (
        "数据互通",
        "data interconnection",
        False,
        "至少三个环节的数据自动连通",
        "Data links join at least three areas",
    ),
    (
        "智能优化",
        "intelligent optimisation",
        False,
        "用模型辅助决策，或有三个场景达到 4 级",
        "Models support decisions, or three scenes at level 4",
    ),
    (
        "生态协同",
        "ecosystem collaboration",
        False,
        "接入行业平台，并与上下游共享数据",
        "Connected to an industry platform and sharing data with partners",
    ),
)


def stage() -> Document:
    stages = [
        {"number": number, "name": t(zh, en), "met": met, "condition": t(cond_zh, cond_en)}
        for number, (zh, en, met, cond_zh, cond_en) in enumerate(STAGES, start=1)
    ]
    return {"reached": 1, "name": t("基础设施", "infrastructure foundation"), "stages": stages}


def dimensions() -> list[Document]:
    return [
        {
            "id": "technological_integration",
            "name": t("技术融合", "Technological integration"),
            "value": 41.3,
            "note": t(
                "系统已有基础，环节之间的连接拉低了得分。",
                "Systems are in place; the missing links hold the score down.",
            ),
        },
        {
            "id": "model_innovation",
            "name": t("模式创新", "Model innovation"),
            "value": 26.7,
            "note": t(
                "有线上渠道，与上下游共享的数据还很少。",
                "You sell online, but share little data with partners.",
            ),
        },
        {
            "id": "economic_performance",
            "name": t("经济成效", "Economic performance"),
            "value": None,
            "note": t(
                "回答的成效问题不足一半，暂不打分。",
                "Fewer than half of the results questions were answered.",
            ),
        },
    ]

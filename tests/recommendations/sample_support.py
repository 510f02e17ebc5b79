"""Policies, peers, references, cases and changes of the sample document (see sample_document.py)."""

from __future__ import annotations

from typing import Any

from tests.recommendations.sample_texts import named, t
from tests.recommendations.sample_verdict import RETYPED, SINGLE_POINT, SPREADSHEET, SYSTEM

Document = dict[str, Any]


def _reason(zh: str, en: str, state: str) -> Document:
    return {"text": t(zh, en), "state": state}


def policies() -> list[Document]:
    grant = {
        "id": "pilot_city_2025",
        "name": t("中小企业数字化转型试点项目（示例记录）", "SME pilot programme (test record)"),
        "issuer": t("市工业和信息化主管部门", "Municipal bureau of industry"),
        "number": "示例〔2025〕1号",
        "verdict": "unsure",
        "verified": True,
        "verified_on": "2026-10-08",
        "benefit": t("软件和云服务支出的一半", "Half of the spend on software and cloud services"),
        "amount": 200_000,
        "expired": False,
        "recorded_on": "2025-02-10",
        "reasons": [
            _reason("规上企业", "Above-scale", "met"),
            _reason("细分行业属于休闲运动用品", "Sub-sector is leisure and sports goods", "met"),
            _reason("是否独立法人，请确认", "Independent legal person: please confirm", "unknown"),
        ],
        "amount_text": t(
            "按软件、云服务和必要采集设备支出（不含税）的 50% 计算，最高 20 万元",
            "50% of spend (tax excluded) on software, cloud services and needed data-collection gear, "
            "at most RMB 200,000",
        ),
        "how": t(
            "先与服务商签约并完成改造，通过评测后由县级主管部门受理申请。",
            "Sign with a provider, complete the project, pass the evaluation, then apply at the county "
            "bureau.",
        ),
        "documents": [
            t("营业执照", "Business licence"),
            t("改造合同和发票", "Contract and invoices"),
            t("付款凭证", "Proof of payment"),
        ],
        "source": "",
    }
    other = {
        **grant,
        "id": "training_voucher",
        "name": t("培训补贴（示例记录）", "Training voucher (test record)"),
        "verdict": "not_eligible",
        "amount": None,
        "expired": True,
        "number": "",
        "amount_text": t("本次不适用", "None in your case"),
        "reasons": [
            _reason("员工不少于 100 人", "At least 100 employees", "failed"),
            _reason("注册地在本市", "Registered in the city", "met"),
        ],
        "how": t("请向集群专员咨询。", "Ask your cluster officer."),
        "documents": [],
    }
    return [grant, other]


def peers() -> Document:
    rows = (
        ("technological_integration", "技术融合", "Technological integration", 41.3, (25, 45, 60)),
        ("model_innovation", "模式创新", "Model innovation", 26.7, (10, 20, 40)),
        ("distance", "离全流程的步数", "Steps to full-process", 5, (4, 6, 8)),
    )
    figures = [
        {
            "id": id, "name": t(zh, en), "value": own, "median": quartiles[1], "quartiles": list(quartiles),
            "place": t("领先约四分之一的企业", "Ahead of about a quarter of them"),
        }
        for id, zh, en, own, quartiles in rows
    ]
    return {
        "group": t("鞋业的小型企业", "Footwear, small firms"),
        "size": 20,
        "as_of": "2026-11-20",
        "figures": figures,
        "verified": {
            "group": t("鞋业的全部企业（不分规模）", "Footwear, firms of all sizes"),
            "size": 5,
            "as_of": "2026-11-18",
            "figures": figures[2:],
        },
        "note": t(
            "每家企业只取最近一次提交；您自己以前提交的数据也可能在其中。",
            "Each firm's latest submission only; what you handed in yourself may be among them.",
        ),
    }


REFERENCES = (
    ("仍处单点式转型的企业", "Firms still at single-point", "约 80%", "about 80%", "2.2.2"),
    ("达到全流程转型的企业", "Firms at full-process", "约 20%", "about 20%", "2.2.2"),
    (
        "全流程企业的生产效率提升",
        "Gain in production efficiency at full-process",
        "15%–30%",
        "15%–30%",
        "2.2.2",
    ),
    ("全流程企业的运营成本下降", "Fall in operating cost at full-process", "12%–20%", "12%–20%", "2.2.2"),
    ("规上企业数字化改造覆盖率", "Coverage among above-scale firms", "93%", "93%", "2.1.2"),
    ("纺织鞋服行业覆盖率", "Coverage in textiles and footwear", "62%", "62%", "2.2.2"),
    ("规下小微企业覆盖率", "Coverage among below-scale firms", "不到 30%", "under 30%", "2.3.2"),
    ("中小企业 5G 应用场景利用率", "Use of industrial 5G among SMEs", "不到 40%", "below 40%", "2.3.1"),
    (
        "人均工业应用数（纺织服装）",
        "Industrial apps per head (textiles and garments)",
        "0.7（宁波 2.3）",
        "0.7 (Ningbo 2.3)",
        "2.3.3",
    ),
)


def references() -> list[Document]:
    return [
        {"name": t(zh, en), "value": t(v_zh, v_en), "section": section}
        for zh, en, v_zh, v_en, section in REFERENCES
    ]


def cases() -> list[Document]:
    return [
        {
            "id": "footwear_platform",
            "name": t("平台协同：信泰与安踏", "Platform collaboration: Xintai and Anta"),
            "text": t(
                "把设计、生产和供应的数据连成一条链，实现精细化管理。设计周期缩短 45%，不良率降到 1.2%，"
                "鞋类成品率提高到 95%，订单响应速度提高 35%。",
                "Data joined across design, production and supply made fine-grained management possible. "
                "Design "
                "cycles became 45% shorter, the defect rate fell to 1.2%, footwear yield rose to 95% and "
                "order "
                "response became 35% faster.",
            ),
            "section": "2.2.1",
            "figures": [
                {"name": t("设计周期", "Design cycle"), "value": t("缩短 45%", "45% shorter")},
                {"name": t("不良率", "Defect rate"), "value": t("降到 1.2%", "down to 1.2%")},
            ],
            "own_cluster": True,
            "measures": [{"id": "order_to_floor", "title": t("订单自动进排程", "Orders flow into the schedule")}],
            "lesson": t("先把自己厂里的数据连通，再接平台。", "Join your own data first, then the platform."),
        }
    ]


def changes() -> Document:
    return {
        "since": "2026-05-12",
        "reference": "3HD8-KQ4T",
        "type_before": SINGLE_POINT,
        "type_after": SINGLE_POINT,
        "distance_before": 7,
        "distance_after": 5,
        "answers": [
            {**named("purchasing", "采购管理", "Purchasing"), "before": t(*SPREADSHEET), "after": t(*SYSTEM)},
            {
                **named("link_production_supply", "生产—供应链", "Production–supply chain"),
                "before": t(*RETYPED),
                "after": t("系统之间自动传递", "One system passes it on by itself"),
            },
        ],
    }

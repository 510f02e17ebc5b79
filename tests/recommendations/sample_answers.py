"""All answers of the sample document, as its annex prints them (see sample_document.py)."""

from __future__ import annotations

from typing import Any

from tests.recommendations.sample_texts import named, t

SPREADSHEET = ("用电子表格登记", "Kept in spreadsheets")
SYSTEM = ("在系统中录入和跟踪", "Entered and tracked in a system")
PAPER = ("靠经验、电话和纸单", "By memory, phone and paper")
NOT_KNOWN = ("不清楚", "I don't know")
NOT_APPLICABLE = ("不适用", "Not applicable")
RETYPED = ("发表格或微信，对方重新录入", "Files are sent and typed in again")
SERIOUS = ("影响较大", "A serious problem")
SOME = ("有一些影响", "Some problem")
NONE = ("没有影响", "No problem")
NEVER = ("还没有", "Not yet")

# answer id, short name, question, value shown
Row = tuple[str, str, str, str, str, tuple[str, str]]

PROFILE: list[Row] = [
    (
        "company_name",
        "企业名称",
        "Company name",
        "营业执照上的企业全称是什么？",
        "What is the full name on the licence?",
        ("晋江市踏浪鞋业有限公司", "晋江市踏浪鞋业有限公司"),
    ),
    (
        "uscc",
        "统一社会信用代码",
        "Unified social credit code",
        "营业执照上的 18 位代码是什么？",
        "What is the 18-character code on the licence?",
        ("91350582MA2XTL0X7Q", "91350582MA2XTL0X7Q"),
    ),
    (
        "cluster",
        "产业集群",
        "Cluster",
        "您属于哪个产业集群？",
        "Which cluster do you belong to?",
        ("鞋业", "Footwear"),
    ),
    ("county", "所在县市区", "County", "工厂在哪个县市区？", "Where is the plant?", ("晋江市", "Jinjiang")),
    (
        "employees",
        "在岗人数",
        "Employees",
        "现在有多少人上班？",
        "How many people work for you now?",
        ("86 人", "86"),
    ),
    (
        "revenue",
        "上年营业收入",
        "Revenue last year",
        "去年营业收入是多少万元？",
        "What was last year's revenue in RMB 10,000?",
        ("2350 万元", "RMB 23.5 million"),
    ),
    (
        "above_scale",
        "规上企业",
        "Above-scale",
        "年主营收入是否达到 2000 万元？",
        "Is main revenue RMB 20 million a year or more?",
        ("是", "Yes"),
    ),
    (
        "chain_role",
        "在产业链中的角色",
        "Role in the chain",
        "您主要是替别人做，还是做自己的品牌？",
        "Do you mainly make for others or sell your own brand?",
        ("代工生产", "Contract maker"),
    ),
    (
        "family_managed",
        "家族管理",
        "Family-managed",
        "主要管理者是否是一家人？",
        "Is the firm run by one family?",
        ("是", "Yes"),
    ),
]

SCENES = (
    ("product_design", "产品设计", "Product design", SPREADSHEET),
    ("process_design", "工艺设计", "Process design", NOT_APPLICABLE),
    ("marketing", "营销管理", "Marketing", SYSTEM),
    ("after_sales", "售后服务", "After-sales", PAPER),
    ("scheduling", "计划排程", "Scheduling", SPREADSHEET),
    ("production_control", "生产管控", "Production control", SYSTEM),
    ("quality", "质量管理", "Quality", SYSTEM),
    ("equipment", "设备管理", "Equipment", SPREADSHEET),
    ("safety", "安全生产", "Safety", SPREADSHEET),
    ("energy", "能耗管理", "Energy", NOT_KNOWN),
    ("purchasing", "采购管理", "Purchasing", SYSTEM),
    ("warehousing", "仓储物流", "Warehousing", SPREADSHEET),
    ("finance", "财务管理", "Finance", SYSTEM),
    ("hr", "人力资源", "People", SPREADSHEET),
    ("office", "协同办公", "Office", SYSTEM),
    ("decision_support", "决策支持", "Decision support", PAPER),
)

LINKS: list[Row] = [
    (
        "link_design_production",
        "设计—生产",
        "Design–production",
        "图纸、用料表和工艺单怎样到车间？",
        "How do drawings, parts lists and process sheets reach the floor?",
        RETYPED,
    ),
    (
        "link_design_supply",
        "设计—供应链",
        "Design–supply chain",
        "新款要用的料，采购怎样知道？",
        "How does purchasing learn what a new style needs?",
        PAPER,
    ),
    (
        "link_design_marketing",
        "设计—营销",
        "Design–marketing",
        "客户的要求和反馈怎样到设计手里？",
        "How do customers' wishes and feedback reach design?",
        RETYPED,
    ),
    (
        "link_production_supply",
        "生产—供应链",
        "Production–supply chain",
        "车间要多少料、仓库有多少料，两边怎样对上？",
        "How do needs of the floor and stock in store meet?",
        ("系统之间自动传递", "One system passes it on by itself"),
    ),
    (
        "link_production_marketing",
        "生产—营销",
        "Production–marketing",
        "订单怎样进排产，进度怎样回到销售？",
        "How do orders enter the schedule and progress return to sales?",
        RETYPED,
    ),
    (
        "link_supply_marketing",
        "供应链—营销",
        "Supply chain–marketing",
        "库存数量和到货时间，销售和客户怎样知道？",
        "How do sales and customers learn what is in stock and when goods arrive?",
        NOT_KNOWN,
    ),
    (
        "management_view",
        "经营总览",
        "Management view",
        "您平时怎样看到全厂的经营情况？",
        "How do you see how the whole firm is doing?",
        ("每周或每月人工汇总表格", "A spreadsheet compiled weekly or monthly"),
    ),
]

FOUNDATION: list[Row] = [
    (
        "network",
        "网络建设",
        "Network",
        "厂里已经有哪些网络？（可多选）",
        "Which networks does the plant have? (tick all)",
        ("现场控制网；连接设备、人员和系统的应用网", "Floor control network; application network"),
    ),
    (
        "equipment_digitised",
        "设备数字化率",
        "Digitised equipment",
        "多少设备带数控或电子控制？",
        "What share of machines has digital control?",
        ("20%–40%", "20%–40%"),
    ),
    (
        "equipment_networked",
        "设备联网率",
        "Networked equipment",
        "多少设备已经联网？",
        "What share of machines is networked?",
        ("10%–20%", "10%–20%"),
    ),
    (
        "data_collection",
        "数据自动采集",
        "Data collection",
        "哪些环节的数据是自动采集的？（可多选）",
        "Where are data collected automatically? (tick all)",
        ("生产管控、采购管理、仓储物流、质量管理", "Production control, purchasing, warehousing, quality"),
    ),
    (
        "systems_coverage",
        "信息系统覆盖",
        "Systems coverage",
        "多少业务用上了信息系统？",
        "How much of the business runs on systems?",
        ("两个以上环节", "Two areas or more"),
    ),
    (
        "planning",
        "规划与推进",
        "Planning",
        "数字化走到了哪一步？",
        "How far have your plans gone?",
        ("有规划和保障", "A plan with safeguards"),
    ),
    (
        "talent",
        "人才队伍",
        "Talent",
        "有哪些数字化人员和培训安排？（可多选）",
        "Which people and training do you have? (tick all)",
        ("有兼职数字化人员", "Part-time digital staff"),
    ),
]

INNOVATION = (
    ("customisation", "定制订单", "Customisation"),
    ("online_channels", "线上渠道", "Online channels"),
    ("chain_platform", "链主或行业平台", "Chain platform"),
    ("partner_data_sharing", "与上下游共享数据", "Sharing data with partners"),
    ("five_g_use", "5G 应用", "Use of 5G"),
    ("cloud_collaboration", "云上协同制造", "Cloud collaboration"),
    ("digital_twin", "数字孪生", "Digital twin"),
)

BARRIERS = (
    ("b_finance", "资金压力", "Money", SERIOUS),
    ("b_benefit", "收益不确定", "Unsure it pays", SOME),
    ("b_fit", "系统不合工艺", "Systems do not fit", SERIOUS),
    ("b_provider", "找不到服务商", "No provider near", SOME),
    ("b_talent", "人才短缺", "Skills", SERIOUS),
    ("b_training", "培训不足", "Training", SOME),
    ("b_partners", "上下游不配合", "Partners do not connect", SOME),
    ("b_data_trust", "不愿共享数据", "Data trust", NONE),
    ("b_policy_access", "政策获取", "Access to support", SOME),
    ("b_organisation", "家族决策习惯", "Family habits", NONE),
)


def _rows(rows: list[Row]) -> list[dict[str, Any]]:
    return [
        {**named(id, zh, en), "ask": t(ask_zh, ask_en), "value": t(*value)}
        for id, zh, en, ask_zh, ask_en, value in rows
    ]


def annex() -> list[dict[str, Any]]:
    """All answers in groups, in the order of the questionnaire."""
    scenes: list[Row] = [
        (id, zh, en, f"{zh}现在怎么做？", f"How is {en.lower()} done today?", value)
        for id, zh, en, value in SCENES
    ]
    innovation: list[Row] = [
        (id, zh, en, f"{zh}做到什么程度？", f"How far are you with this: {en.lower()}?", NEVER)
        for id, zh, en in INNOVATION
    ]
    barriers: list[Row] = [
        (id, zh, en, f"“{zh}”对您影响有多大？", f"How much does this hold you back: {en.lower()}?", value)
        for id, zh, en, value in BARRIERS
    ]
    groups = (
        ("企业情况", "Your company", PROFILE),
        ("业务场景", "Business scenes", scenes),
        ("数据连接与经营总览", "Links and management view", LINKS),
        ("基础与管理", "Foundation and management", FOUNDATION),
        ("模式创新", "Model innovation", innovation),
        ("困难", "Barriers", barriers),
    )
    return [{"title": t(zh, en), "rows": _rows(rows)} for zh, en, rows in groups]

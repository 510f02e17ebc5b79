"""The four pathways of the sample document with their measures (see sample_document.py).

Costs and months are invented planning assumptions; evidence quotes the study with its section.
"""

from __future__ import annotations

from typing import Any

from tests.recommendations.sample_texts import named, t


def because(answer: str, zh: str, en: str, text: tuple[str, str]) -> dict[str, Any]:
    return {**named(answer, zh, en), "text": t(*text)}


def effect(answer: str, zh: str, en: str, to: tuple[str, str]) -> dict[str, Any]:
    return {**named(answer, zh, en), "to_text": t(*to)}


RETYPED = ("发表格或微信，对方重新录入", "Files are sent and typed in again")
BY_ITSELF = ("系统之间自动传递", "One system passes it on by itself")
HALF_DAY = t("老板或厂长每周半天", "Half a day a week of the owner or plant manager")
TWO_DAYS = t("一位骨干员工每周两天", "Two days a week of one key employee")
OFFICER = t("集群专员", "Cluster officer")
PROVIDER = t("本地数字化服务商", "A local digital service provider")
EVIDENCE = {
    "case": "footwear_platform",
    "text": t(
        "信泰科技和安踏集团把设计、生产、供应的数据连通后，鞋类成品率达到 95%，订单响应速度提高 35%。",
        "After Xintai Technology and Anta Group joined design, production and supply data, "
        "footwear yield reached "
        "95% and order response became 35% faster.",
    ),
    "section": "2.2.1",
    "figures": [{"name": t("不良率", "Defect rate"), "value": t("降到 1.2%", "down to 1.2%")}],
}
WAITS = [
    {"measure": "item_codes", "text": t("统一物料和款号编码", "One code for every item and style"), "quarter": 1},
    {"measure": None, "text": t("营销管理达到 2 级", "Marketing at level 2"), "quarter": None},
]


def _measure(
    id: str,
    pathway: str,
    paper: str,
    title: tuple[str, str],
    why: tuple[str, str],
    steps: list[tuple[str, str]],
    *,
    trade: tuple[str, str] | None = None,
    effects: list[Any] | None = None,
    cost: tuple[int, int] = (10_000, 30_000),
    months: int = 3,
    evidence: Any = None,
    effort: dict[str, str] = HALF_DAY,
    reasons: list[Any] | None = None,
    waits: list[Any] | None = None,
) -> dict[str, Any]:
    low, high = cost
    return {
        "id": id,
        "title": t(*title),
        "pathway": pathway,
        "paper": paper,
        "standing": "later" if waits else "ready",
        "waits": waits or [],
        "why": t(*why),
        "trade": t(*trade) if trade else None,
        "steps": [t(*step) for step in steps],
        "effects": effects or [],
        "cost": {"low": low, "high": high, "planned": (low + high) // 2},
        "months": months,
        "effort": effort,
        "helpers": [PROVIDER, OFFICER],
        "providers": [
            {
                "name": "Example Software", "kind": t("服务商", "Service provider"), "contact": "0595-00000000",
                "website": "https://provider.example", "verified_on": "2026-11-01",
            }
        ],
        "evidence": evidence,
        "because": reasons or [],
    }


def _data_collaboration() -> list[dict[str, Any]]:
    return [
        _measure(
            "item_codes",
            "data_collaboration",
            "4.3",
            ("统一物料和款号编码", "One code for every item and style"),
            (
                "您回答：设计资料发到车间后要重新录入。没有统一编码，系统之间就无法自动对上。",
                "You answered that design data are typed in again on the floor. Without one code for each "
                "item, systems "
                "cannot match their records by themselves.",
            ),
            [
                ("列出常用的 200 种面料、鞋底和辅料", "List the 200 uppers, soles and trims you use most"),
                (
                    "定一条编码规则，写成一页纸贴在仓库",
                    "Write one coding rule on one page and post it in the store room",
                ),
                ("采购、仓库、车间同一天切换到新编码", "Switch purchasing, stores and floor on the same day"),
                ("每月抽查 20 条，错误当场改", "Check 20 records a month and correct them on the spot"),
            ],
            trade=(
                "同一款鞋按颜色和码数展开，先编款号，再编颜色和码数。",
                "One style unfolds into colours and sizes: code the style first, then colour and size.",
            ),
            effects=[effect("link_design_production", "设计—生产", "Design–production", BY_ITSELF)],
            cost=(12_000, 24_000),
            months=3,
            effort=TWO_DAYS,
            reasons=[because("link_design_production", "设计—生产", "Design–production", RETYPED)],
        ),
        _measure(
            "order_to_floor",
            "data_collaboration",
            "4.3",
            ("订单自动进排程", "Orders flow into the schedule"),
            (
                "您回答：订单用表格发给车间再录一遍，销售问进度要打电话。",
                "You answered that orders are sent to the floor as spreadsheets and typed in again, and "
                "that sales must "
                "telephone to learn progress.",
            ),
            [
                ("选一个大客户的订单做试点", "Start with the orders of one large customer"),
                (
                    "把销售系统的订单字段和生产工单字段对齐",
                    "Match the fields of a sales order and a work order",
                ),
                (
                    "由服务商打通接口，先单向后双向",
                    "Let the provider join the systems, first one way, then both",
                ),
                (
                    "车间扫码报工，销售在手机上看进度",
                    "Report jobs by scanning; sales see progress on the phone",
                ),
            ],
            effects=[
                effect("link_production_marketing", "生产—营销", "Production–marketing", BY_ITSELF),
                effect(
                    "scheduling",
                    "计划排程",
                    "Scheduling",
                    ("系统辅助排产并检查物料", "A system helps plan and checks materials"),
                ),
            ],
            cost=(40_000, 76_000),
            months=3,
            waits=WAITS,
            evidence=EVIDENCE,
            effort=TWO_DAYS,
            reasons=[because("link_production_marketing", "生产—营销", "Production–marketing", RETYPED)],
        ),
        _measure(
            "daily_board",
            "data_collaboration",
            "4.3",
            ("每日经营看板", "Daily management board"),
            (
                "您回答：经营数字每周或每月才汇总一次。",
                "You answered that figures are compiled weekly or monthly.",
            ),
            [
                ("定下老板每天要看的八个数", "Choose the eight figures the owner needs each day"),
                (
                    "从已有系统里取数，不再手工填表",
                    "Take them from the systems you have, not from hand-filled sheets",
                ),
                (
                    "每天早会看五分钟，异常指定到人",
                    "Look at it for five minutes each morning and name who acts",
                ),
            ],
            effects=[
                effect(
                    "management_view",
                    "经营总览",
                    "Management view",
                    (
                        "一张看板汇总三个以上环节，每天更新",
                        "One screen joins three areas or more, refreshed daily",
                    ),
                )
            ],
            cost=(16_000, 36_000),
            months=2,
        ),
    ]


def _inclusive_empowerment() -> list[dict[str, Any]]:
    return [
        _measure(
            "warehouse_app",
            "inclusive_empowerment",
            "4.1",
            ("手机扫码收发存", "Phone scanning for stock in and out"),
            (
                "您回答：仓库用表格登记，盘点一次要停工半天。",
                "You answered that stock is kept in spreadsheets and that a count stops work for half a day.",
            ),
            [
                (
                    "选按月付费的云仓库软件，先试用一个月",
                    "Pick cloud stock software paid by the month; try it for a month",
                ),
                ("给货架和料箱贴二维码", "Put QR codes on shelves and boxes"),
                (
                    "收料、领料、入库三个动作必须扫码",
                    "Scan at three moments: goods in, goods issued, goods finished",
                ),
            ],
            trade=(
                "鞋面、鞋底、鞋盒分开建库，尾数单独记。",
                "Keep uppers, soles and boxes apart; record odd pairs separately.",
            ),
            effects=[
                effect(
                    "warehousing",
                    "仓储物流",
                    "Warehousing",
                    ("全部物料和成品的库存都在系统里", "Stock of all goods is in a system"),
                )
            ],
            cost=(24_000, 48_000),
            months=4,
            reasons=[
                because("warehousing", "仓储物流", "Warehousing", ("用电子表格登记", "Kept in spreadsheets")),
                because("b_finance", "资金压力", "Money", ("影响较大", "A serious problem")),
            ],
        ),
        _measure(
            "owner_training",
            "inclusive_empowerment",
            "4.1",
            ("老板和班组长短训", "Short training for owner and foremen"),
            (
                "您回答：缺少懂业务又懂数据的人。",
                "You answered that people who know both the trade and data are missing.",
            ),
            [
                ("老板参加一次两天的同行参访", "The owner joins a two-day visit to peers"),
                ("每条线选一名班组长学扫码报工", "One foreman a line learns to report jobs by scanning"),
                ("把会用的人写进岗位工资", "Write the skill into the pay of the post"),
            ],
            cost=(4_000, 12_000),
            months=2,
            reasons=[because("b_talent", "人才短缺", "Skills", ("影响较大", "A serious problem"))],
        ),
    ]


def _technology_adaptation() -> list[dict[str, Any]]:
    return [
        _measure(
            "design_library",
            "technology_adaptation",
            "4.2",
            ("云端图纸与版本库", "Cloud library for drawings and versions"),
            (
                "您回答：图纸存在个人电脑里，改版后车间可能还在用旧图。",
                "You answered that drawings sit on personal computers, so the floor may still use an old "
                "version.",
            ),
            [
                (
                    "把在产款式的图纸集中到一个库",
                    "Bring the drawings of styles in production into one library",
                ),
                ("一款一夹，版本号写在文件名里", "One folder a style, version number in the file name"),
                ("车间只看库里的最新版", "The floor only opens the newest version in the library"),
            ],
            effects=[
                effect(
                    "product_design",
                    "产品设计",
                    "Product design",
                    ("设计资料和版本统一在系统里管理", "Design data and versions are managed in a system"),
                )
            ],
            cost=(16_000, 32_000),
            months=2,
            reasons=[
                because(
                    "product_design",
                    "产品设计",
                    "Product design",
                    ("图纸存在个人电脑里", "Drawings sit on personal computers"),
                )
            ],
        ),
        _measure(
            "small_batch_mes",
            "technology_adaptation",
            "4.2",
            ("多品种小批量的行业生产系统", "A production system made for many styles and small batches"),
            (
                "您回答：试用过的通用系统不适合自己的工艺。",
                "You answered that the general system you tried does not fit your process.",
            ),
            [
                ("列出必须支持的十种换款情形", "List ten style changes the system must handle"),
                ("请两家本地服务商现场演示这十种", "Ask two local providers to show all ten on your floor"),
                ("先上一条线，稳定后再推广", "Start with one line and extend once it runs well"),
            ],
            trade=(
                "重点看冷粘和硫化工序能否按批次追踪。",
                "Check that cold cementing and vulcanising can be traced by batch.",
            ),
            cost=(60_000, 120_000),
            months=6,
            effort=TWO_DAYS,
            evidence=EVIDENCE,
        ),
    ]


def _policy_support() -> list[dict[str, Any]]:
    return [
        _measure(
            "grant_folder",
            "policy_support",
            "4.4",
            ("一个文件夹备齐申报材料", "One folder with everything for an application"),
            (
                "您回答：不清楚有哪些政策，也不知道怎么申请。",
                "You answered that you do not know which programmes exist or how to apply.",
            ),
            [
                (
                    "建一个共享文件夹，放执照、合同、发票和付款凭证",
                    "Keep licence, contracts, invoices and payments in one folder",
                ),
                ("请集群专员核对一次清单", "Let the cluster officer check the list once"),
                (
                    "每次签合同前先看政策要求的条款",
                    "Before each contract, look at the clauses the programme asks for",
                ),
            ],
            cost=(0, 2_000),
            months=1,
            reasons=[
                because("b_policy_access", "政策获取", "Access to support", ("有一些影响", "Some problem"))
            ],
        ),
        _measure(
            "data_rules",
            "policy_support",
            "4.4",
            ("两页纸的数据安全制度", "Data-security rules on two pages"),
            (
                "您回答：没有数据登记，也没有定期检查。",
                "You answered that there is no data register and no regular check.",
            ),
            [
                (
                    "列出客户、图纸、工资三类重要数据",
                    "List three kinds of important data: customers, drawings, pay",
                ),
                (
                    "写明谁能看、谁能改、多久备份",
                    "Write down who may see, who may change, how often to back up",
                ),
                ("每季度检查一次并签字", "Check and sign every quarter"),
            ],
            cost=(2_000, 8_000),
            months=1,
        ),
    ]


NEED_ROWS = (
    (
        "data_collaboration",
        ("数据协同", "Data collaboration"),
        72,
        _data_collaboration,
        (
            "环节之间的数据大多靠人传，是您最需要先补的一环。",
            "Most data between areas are carried by hand: this comes first.",
        ),
        [
            because(
                "link_design_supply",
                "设计—供应链",
                "Design–supply chain",
                ("口头、电话或纸单传递", "By word of mouth, phone or paper"),
            ),
            because("link_production_marketing", "生产—营销", "Production–marketing", RETYPED),
            because(
                "partner_data_sharing",
                "与上下游共享数据",
                "Sharing data with partners",
                ("不共享", "Not shared"),
            ),
        ],
    ),
    (
        "inclusive_empowerment",
        ("普惠赋能", "Inclusive empowerment"),
        58,
        _inclusive_empowerment,
        (
            "资金和人手有限，先用按月付费、见效快的工具。",
            "Money and people are short: start with tools paid by the month.",
        ),
        [
            because("b_finance", "资金压力", "Money", ("影响较大", "A serious problem")),
            because("b_talent", "人才短缺", "Skills", ("影响较大", "A serious problem")),
        ],
    ),
    (
        "technology_adaptation",
        ("技术适配", "Technology adaptation"),
        44,
        _technology_adaptation,
        ("通用系统不合工艺，要选懂鞋业的。", "General systems do not fit: choose those made for footwear."),
        [because("b_fit", "系统不合工艺", "Systems do not fit", ("影响较大", "A serious problem"))],
    ),
    (
        "policy_support",
        ("政策支持", "Policy support"),
        35,
        _policy_support,
        ("有可能用得上的项目还没有申请。", "A programme that may suit you has not been used."),
        [because("b_policy_access", "政策获取", "Access to support", ("有一些影响", "Some problem"))],
    ),
)


def needs() -> list[dict[str, Any]]:
    """The four pathways, greatest need first."""
    return [
        {
            "id": id,
            "name": t(*name),
            "score": score,
            "summary": t(*summary),
            "because": list(reasons),
            "measures": measures(),
        }
        for id, name, score, measures, summary, reasons in NEED_ROWS
    ]

"""What statistics of a cluster read of one handing-in (methodology section 11).

Covered: any type but not_started (paper, Table 1 counts firms that have begun). Scale: above-scale as the firm
says. Tier: `leaders` are chain leaders and medium or large firms, `tail` the other micro and small ones (paper 3.2).
Trait: something that is true of a firm or not; an answer not known counts as not true.
"""

from __future__ import annotations

from typing import Final

from diagnosis.domain.chain import LINKS, VIEW

SCALES: Final = ("above", "below", "unknown")
TIERS: Final = ("leaders", "tail", "unknown")
OUTCOMES: Final = ("production_efficiency", "operating_cost", "defect_rate", "delivery_cycle")
BARRIERS: Final = (
    "b_finance", "b_benefit", "b_fit", "b_provider", "b_talent", "b_training", "b_partners", "b_data_trust",
    "b_policy_access", "b_organisation",
)
JOINED: Final = (*LINKS, VIEW)  # at level 2 or more
DESIGN_LINKS: Final = ("link_design_production", "link_design_supply", "link_design_marketing")
PRACTICES: Final = ("chain_platform", "five_g_use", "cloud_collaboration", "quality")  # at level 2 or more

# The order is that of the bits of DiagnosisFacts.traits: add at the end only.
TRAITS: Final = (
    *JOINED, *BARRIERS, *PRACTICES,
    "any_link",  # at least one of the six links at level 2 or more
    "own_design",  # product design applies, and with it the three links of design
    "ecosystem",  # works on an industry platform, or has a provider at hand (b_provider at 0 or 1)
)
# Traits that every firm with one of those has too, and every firm of that type: where the two differ in a few
# firms only, the wider one is not shown.
WITHIN: Final = {"any_link": LINKS, "ecosystem": ("chain_platform",)}
WITHIN_TYPE: Final = {"any_link": "full_process", VIEW: "full_process"}
LINK_COUNT: Final = "links"  # how many of the six links are at level 2 or more

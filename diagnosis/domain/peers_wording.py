"""The comparison with peers as plain data with both languages in it (part `peers` of the report)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from clusters.domain.content_file import load_model
from diagnosis.domain.disclosure import shown_size
from diagnosis.domain.peers import WHOLE_GROUP, Group, Place, Published, place
from diagnosis.domain.wording import Said, Wording

# Quartiles the firm is ahead of and behind -> what is said.
PLACES: Final[Mapping[Place, str]] = {
    (3, 0): "three_quarters",
    (2, 1): "half",
    (2, 0): "half",
    (1, 1): "middle",
    (1, 2): "quarter",
    (1, 0): "quarter",
    (0, 0): "level",
    (0, 1): "behind_quarter",
    (0, 2): "behind_half",
    (0, 3): "last_quarter",
}


@dataclass(frozen=True, kw_only=True)
class PeerGroup:
    """What one kind of diagnoses says about a firm's peers. `as_of`: day of the oldest figure."""

    figures: tuple[Published, ...]
    as_of: date


def load_peer_words(folder: Path) -> Wording:
    return load_model(folder / "peers.yaml", Wording)


def group_name(words: Wording, group: Group, cluster: Said) -> Said:
    if group.size_class:
        return words.say("group.size", cluster=cluster, size=words.say(f"size.{group.size_class}"))
    return words.say("group.cluster", cluster=cluster) if group.cluster else words.say("group.all")


def _figure(words: Wording, published: Published, own: float | None) -> dict[str, Any]:
    key = "not_scored" if own is None else PLACES[place(published.figure, own, published.quartiles)]
    return {
        "id": published.figure,
        "name": words.say(f"figure.{published.figure}"),
        "value": own,
        "median": published.quartiles[1],
        "quartiles": list(published.quartiles),
        "place": words.say(f"place.{key}"),
    }


def _kind(words: Wording, found: PeerGroup, cluster: Said, own: Mapping[str, float | None]) -> dict[str, Any]:
    whole = next(one for one in found.figures if one.figure == WHOLE_GROUP)
    return {
        "group": group_name(words, whole.group, cluster),
        "size": shown_size(whole.size),
        "as_of": found.as_of.isoformat(),
        "figures": [_figure(words, one, own.get(one.figure)) for one in found.figures],
    }


NOTHING: Final[Mapping[str, Any]] = {"group": None, "size": None, "as_of": None, "figures": []}


def peers_part(
    words: Wording, *, cluster: Said, own: Mapping[str, float | None],
    reported: PeerGroup | None, verified: PeerGroup | None,
) -> dict[str, Any] | None:
    """Self-reported peers, verified ones apart; None where neither has five firms besides one's own."""
    if reported is None and verified is None:
        return None
    return {
        **(_kind(words, reported, cluster, own) if reported else NOTHING),
        "verified": _kind(words, verified, cluster, own) if verified else None,
        "note": words.say("note"),
    }

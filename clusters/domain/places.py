"""The nine clusters, their sub-sectors, and the counties of Quanzhou (methodology 1.1 and 2)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from clusters.domain.content_file import ContentModel, NonEmpty, Text, load_model

Bounds = tuple[float, float]


class Place(ContentModel):
    """An id with its name: a county or a sub-sector."""

    id: NonEmpty
    name: Text


class Cluster(ContentModel):
    """One cluster. `employees` (persons) and `revenue_per_head` (10,000 RMB) are the widest
    plausible ranges: planning assumptions, used only to ask back about typing errors."""

    id: NonEmpty
    name: Text
    trades: Text
    subsectors: tuple[Place, ...]
    employees: Bounds
    revenue_per_head: Bounds


class Places(ContentModel):
    clusters: tuple[Cluster, ...]
    counties: tuple[Place, ...]

    @cached_property
    def cluster(self) -> Mapping[str, Cluster]:
        return {cluster.id: cluster for cluster in self.clusters}

    @cached_property
    def county(self) -> Mapping[str, Place]:
        return {county.id: county for county in self.counties}

    @cached_property
    def subsector(self) -> Mapping[str, Place]:
        return {place.id: place for cluster in self.clusters for place in cluster.subsectors}

    @cached_property
    def cluster_of_subsector(self) -> Mapping[str, str]:
        return {place.id: cluster.id for cluster in self.clusters for place in cluster.subsectors}


def load_places(folder: Path) -> Places:
    """Read `clusters.yaml`; raises ContentError with file and line."""
    return load_model(folder / "clusters.yaml", Places)

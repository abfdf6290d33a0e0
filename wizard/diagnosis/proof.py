"""Proof that the catalogue holds together: every sample gives its own cause, every name means something."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct

from wizard.diagnosis.catalogue import FAMILIES_FILE, Catalogue, Ranked
from wizard.diagnosis.diagnose import Diagnoser
from wizard.diagnosis.rule import Cause, Sample
from wizard.diagnosis.skeleton import BLANK_TITLE, BLANK_WHY
from wizard.language import tr


class Fault(Struct, frozen=True):
    """A sample that another cause wins, or shares first place with."""

    cause: str
    sample: Sample
    winner: str
    is_tie: bool

    def __str__(self) -> str:
        sample = repr(self.sample.text[:100])
        if self.is_tie:
            return tr("{cause}: a tie with “{winner}”: {sample}", cause=self.cause, winner=self.winner, sample=sample)
        return tr("{cause}: “{winner}” wins: {sample}", cause=self.cause, winner=self.winner, sample=sample)


def faults(causes: Iterable[Cause], diagnoser: Diagnoser) -> tuple[Fault, ...]:
    """Every sample of the causes that does not come out as it must; empty when all hold."""
    return tuple(fault for cause in causes for sample in cause.samples if (fault := _fault(cause, sample, diagnoser)))


def complaints(catalogue: Catalogue, preset_ids: Collection[str]) -> tuple[str, ...]:
    """What a single file cannot tell, a sentence each: causes without a sample, names of what does not exist."""
    families = {family.id for family in catalogue.families}
    found: list[str] = []
    for cause in catalogue.causes.values():
        if not cause.samples:
            found.append(tr("{cause}: has no sample, so nothing proves it.", cause=cause.id))
        if BLANK_TITLE in cause.title.wordings or BLANK_WHY in cause.why.wordings:
            found.append(tr("{cause}: its title and why are still to be written.", cause=cause.id))
        found += [
            tr("{cause}: explains “{other}”, which is no cause.", cause=cause.id, other=other)
            for other in cause.implies.explains
            if other not in catalogue.causes
        ]
        conditions = [pair for match in cause.matches for pair in match.keys]
        found += [
            tr("{cause}: means “{other}” instead, which is no cause.", cause=cause.id, other=other.cause)
            for other in cause.instead
            if other.cause not in catalogue.causes
        ]
        presupposed_by = [remedy.presupposed for remedy in cause.remedies]
        presupposed_by += [each.presupposed for each in cause.cases] + [each.presupposed for each in cause.instead]
        for presupposed in presupposed_by:
            conditions += [*presupposed.when.keys, *presupposed.unless.keys]
        named = {value for key, values in conditions if key == "provider" for value in values}
        found += [
            tr(
                "{cause}: names the provider “{provider}”, which is neither a preset nor a family.",
                cause=cause.id,
                provider=value,
            )
            for value in sorted(named - families - set(preset_ids))
        ]
    for family in catalogue.families:
        found += [
            tr(
                "{file}: {family}: names the preset “{preset}”, which does not exist.",
                file=FAMILIES_FILE,
                family=family.id,
                preset=preset,
            )
            for preset in family.presets
            if preset not in preset_ids
        ]
    return tuple(found)


def _fault(cause: Cause, sample: Sample, diagnoser: Diagnoser) -> Fault | None:
    ranked = diagnoser.ranking(sample.text, stage=sample.stage, protocol=sample.protocol, server=sample.server)
    if ranked[0].cause.id != cause.id and ranked[0].weight > _weight_of(cause.id, ranked):
        return Fault(cause.id, sample, ranked[0].cause.id, is_tie=False)
    rivals = [other for other in ranked if other.cause.id != cause.id and other.weight == ranked[0].weight]
    return Fault(cause.id, sample, rivals[0].cause.id, is_tie=True) if rivals else None


def _weight_of(cause: str, ranked: tuple[Ranked, ...]) -> int:
    return next((entry.weight for entry in ranked if entry.cause.id == cause), -1)

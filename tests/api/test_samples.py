"""The samples of the matrix are whole: every record type, every writable field, every list edit."""

import pytest

from domain.entities import RECORDS
from tests.api.calling import input_fields
from tests.api.samples import SAMPLES, samples
from tests.api.world import TYPES, Names, World

by_type = pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)


def test_every_record_type_has_samples() -> None:
    assert {names.entity for names in SAMPLES} == set(RECORDS)


@by_type
async def test_every_writable_field_is_sampled(names: Names, world: World) -> None:
    fields = samples(names, world)
    edits = {name for field in fields if field.more for name in (field.more.add, field.more.remove)}
    sampled = {field.name for field in fields} | {"customValues"}  # which have tests of their own

    assert input_fields(f"Create{names.type}Input") == sampled
    fixed = {field.name for field in fields if field.fixed}
    changed = (sampled - fixed) | edits | {"id", "ifVersion"}
    assert input_fields(f"Update{names.type}Input") == changed
    assert input_fields(f"Upsert{names.type}Input") == sampled | {"externalId"}


@by_type
async def test_the_two_values_of_a_sample_differ(names: Names, world: World) -> None:
    fields = samples(names, world)
    same = [field.name for field in fields if field.shown[0] == field.shown[1] and not field.apart]

    assert same == [field.name for field in fields if field.fixed]

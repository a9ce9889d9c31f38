"""Leads become contacts, companies and deals: made or linked in one go, or not at all.

What is made goes through the same door as `createContact` and the like, so rights, rules and custom
fields hold for it. What is wrong with it is told at the part of the input that asks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from auth.policy import require
from domain.activities import LeadActivities
from domain.conversion import CREATED
from domain.entities import ENTITIES
from domain.errors import Code, RefusedError, UserError, refuse
from domain.ids import encode_id
from domain.records import DEAL, LEAD
from domain.roles import Action
from domain.settings import PIPELINE
from loaders.activities import changeable_records
from loaders.locking import lock_rows
from loaders.rows import Row
from resolvers import entries, records
from resolvers.activities_of_records import carry_over, complete_all
from resolvers.conversion_custom import check_map, plan_custom
from resolvers.conversion_plan import Plan, link, plan_fields
from resolvers.conversion_rows import tell_of_conversion, write_conversion
from resolvers.conversion_sales import plan_sales
from resolvers.hidden import field_label
from resolvers.operation import Operation
from resolvers.permits import may_change
from resolvers.rules import first_stage

Raw = Mapping[str, Any]
_CLIENTS: Final = ("contact", "company")


@dataclass(frozen=True, slots=True)
class Converted:
    """The lead as it is now, and what it became this time."""

    lead: Row
    contact: Row | None
    company: Row | None
    deal: Row | None


async def convert_lead(op: Operation, raw: Raw) -> Converted:
    """Convert a lead; raises ForbiddenError, RefusedError."""
    require(op.actor, Action.UPDATE, LEAD.name)
    lead = await _locked_lead(op, raw)
    before = await op.loaders.conversions().load(lead.id)
    found = await _chosen(op, raw)
    _refuse_second_clients(raw, lead, found, is_converted=before is not None)
    plan = await _plan(op, raw, lead.id)
    made = await _make(op, raw, plan, found)
    lead = await _finish_lead(op, raw, lead, made)
    await _settle_activities(op, raw, lead, found, made)
    ids = {name: None if made.get(name) is None else made[name].id for name in CREATED}
    if before is None:
        await write_conversion(op, lead, ids)
    tell_of_conversion(op, lead, ids)
    return Converted(lead, made.get("contact"), made.get("company"), made.get("deal"))


async def _locked_lead(op: Operation, raw: Raw) -> Row:
    key = entries.checked_id(LEAD, raw["id"], "id")
    rows = await lock_rows(op.session, op.actor, LEAD.name, [key], flagged=True)
    lead = rows.get(key)
    if lead is None or lead.deleted_at is not None:
        raise refuse(Code.NOT_FOUND, "not_found", "id", target=LEAD.name)
    if not may_change(op.actor, lead):
        raise refuse(Code.FORBIDDEN, "row_forbidden", "id")
    return lead


async def _chosen(op: Operation, raw: Raw) -> dict[str, Row]:
    """Give what is to be linked; raises RefusedError where the input makes no sense."""
    errors: list[UserError] = []
    found: dict[str, Row] = {}
    for name in CREATED:
        part = raw.get(name) or {}
        if part.get("linkId") is not None:
            key = entries.checked_id(ENTITIES[name], part["linkId"], name, "linkId")
            row = await op.loaders.one(name).load(key)
            if row is None:
                errors.append(UserError(Code.NOT_FOUND, "not_found", (name, "linkId"),
                                        {"target": name}))  # fmt: skip
            elif part.get("create"):
                errors.append(UserError(Code.INVALID, "create_or_link", (name, "linkId")))
            else:
                found[name] = row
        elif "create" not in part and part:
            errors.append(UserError(Code.REQUIRED, "create_or_link", (name, "create")))
        elif part.get("create") and not op.actor.rights.allows(name, Action.CREATE):
            values = {"action": Action.CREATE.value, "type": ENTITIES[name].type_name}
            errors.append(UserError(Code.FORBIDDEN, "no_role_grants", (name, "create"), values))
    if (raw.get("deal") or {}).get("pipelineId") is not None:
        errors.extend(await _wrong_pipeline(op, raw["deal"]))
    if not errors and not (found or any(_is_made(raw, name) for name in CREATED)):
        errors.append(UserError(Code.REQUIRED, "nothing_to_convert_to", ()))
    errors.extend(await check_map(op, raw.get("fieldMap") or ()))
    if errors:
        raise RefusedError(errors)
    return found


async def _wrong_pipeline(op: Operation, part: Raw) -> list[UserError]:
    path = ("deal", "pipelineId")
    key = entries.checked_id(PIPELINE, part["pipelineId"], *path)
    row = await op.loaders.one(PIPELINE.name).load(key)
    if row is None:
        return [UserError(Code.NOT_FOUND, "not_found", path, {"target": PIPELINE.name})]
    if row.entity != DEAL.name.upper():
        return [UserError(Code.INVALID, "pipeline_of_other_records", path)]
    return [] if part.get("create") else [UserError(Code.INVALID, "only_of_new_deals", path)]


def _is_made(raw: Raw, name: str) -> bool:
    return bool((raw.get(name) or {}).get("create"))


def _refuse_second_clients(
    raw: Raw, lead: Row, found: Mapping[str, Row], *, is_converted: bool
) -> None:
    """Refuse a contact or company for a lead that has been converted, or has one already."""
    errors = []
    for name in _CLIENTS:
        place = "create" if _is_made(raw, name) else "linkId"
        if name not in found and not _is_made(raw, name):
            continue
        known = getattr(lead, f"{name}_id")
        if is_converted:
            errors.append(UserError(Code.CONFLICT, "converted_already", (name, place)))
        elif known is not None and (name not in found or found[name].id != known):
            errors.append(UserError(Code.CONFLICT, "has_its_client", (name, place)))
    if errors:
        raise RefusedError(errors)


async def _plan(op: Operation, raw: Raw, key: UUID) -> Plan:
    """Work out what goes where, of the lead as the caller may read it."""
    lead: Row | None = await op.loaders.one(LEAD.name).load(key)
    if lead is None:
        raise refuse(Code.NOT_FOUND, "not_found", "id", target=LEAD.name)
    plan = Plan({name: {} for name in CREATED if _is_made(raw, name)})
    await plan_fields(op, lead, plan)
    await plan_sales(op, lead, plan)
    pipeline = await _pipeline(op, raw)
    await plan_custom(op, lead, plan, raw.get("fieldMap") or (), pipeline)
    return plan


async def _pipeline(op: Operation, raw: Raw) -> UUID | None:
    given = (raw.get("deal") or {}).get("pipelineId")
    if given is not None:
        return entries.checked_id(PIPELINE, given, "deal", "pipelineId")
    rows = await op.loaders.everything(PIPELINE.name)
    default = next(row for row in rows if row.entity == DEAL.name.upper() and row.is_default)
    found: UUID = default.id
    return found


async def preview_conversion(op: Operation, raw: Raw) -> Plan:
    """Tell what of a lead would go where and what would be lost; raises RefusedError."""
    require(op.actor, Action.READ, LEAD.name)
    key = entries.checked_id(LEAD, raw["id"], "id")
    lead: Row | None = await op.loaders.one(LEAD.name).load(key)
    if lead is None:
        raise refuse(Code.NOT_FOUND, "not_found", "id", target=LEAD.name)
    is_converted = await op.loaders.conversions().load(key) is not None
    _refuse_second_clients(raw, lead, await _chosen(op, raw), is_converted=is_converted)
    return await _plan(op, raw, key)


async def _make(op: Operation, raw: Raw, plan: Plan, found: Mapping[str, Row]) -> dict[str, Row]:
    """Make and link what the input asks for; a contact gets the company, a deal both."""
    made = dict(found)
    lead = await op.loaders.one(LEAD.name).load(entries.checked_id(LEAD, raw["id"], "id"))
    known = {name: await _client(op, name, lead) for name in _CLIENTS}
    for name in CREATED:
        if not _is_made(raw, name):
            continue
        links: dict[str, Row | None] = {}
        if name != "company":
            links["company"] = made.get("company") or known["company"]
        if name == "deal":
            links |= {"contact": made.get("contact") or known["contact"], "lead": lead}
            if raw["deal"].get("pipelineId") is not None:
                plan.inputs[name]["pipelineId"] = raw["deal"]["pipelineId"]
        for target, row in links.items():
            fixed = link(op, plan, name, target, row)
            if fixed is not None:
                label = field_label(name, fixed)
                raise refuse(Code.FORBIDDEN, "field_fixed", name, "create", name=label)
        outcome = await records.create(op, ENTITIES[name], [plan.inputs[name]], single=True)
        made[name] = records.row_of(outcome[0], (name, "create"))
    if "deal" in found:
        made["deal"] = await _link_deal(op, raw, found["deal"])
    return made


async def _client(op: Operation, name: str, lead: Row | None) -> Row | None:
    """Give the known contact or company of the lead, if the caller may read both."""
    key = None if lead is None else getattr(lead, f"{name}_id")
    return None if key is None else await op.loaders.one(name).load(key)


async def _link_deal(op: Operation, raw: Raw, deal: Row) -> Row:
    place = ("deal", "linkId")
    rows = await lock_rows(op.session, op.actor, DEAL.name, [deal.id])
    lead = encode_id(LEAD.name, entries.checked_id(LEAD, raw["id"], "id"))
    row = rows.get(deal.id)
    if row is not None and row.lead_id not in {None, entries.checked_id(LEAD, lead, "id")}:
        raise refuse(Code.CONFLICT, "deal_of_another_lead", *place)
    if not op.actor.rights.allows(DEAL.name, Action.UPDATE):
        values = {"action": Action.UPDATE.value, "type": DEAL.type_name}
        raise refuse(Code.FORBIDDEN, "no_role_grants", *place, **values)
    if not op.actor.rights.is_everything and not op.actor.rights.writers(
        DEAL.name, "lead", Action.UPDATE
    ):
        raise refuse(Code.FORBIDDEN, "field_fixed", *place, name=field_label(DEAL.name, "lead"))
    change = {"id": encode_id(DEAL.name, deal.id), "leadId": lead}
    return records.row_of((await records.update(op, DEAL, [change], single=True))[0], place)


async def _finish_lead(op: Operation, raw: Raw, lead: Row, made: Mapping[str, Row]) -> Row:
    """Bring the lead to the stage that means success, with links to who it has become."""
    change: dict[str, Any] = {"id": raw["id"]}
    if raw.get("ifVersion") is not None:
        change["ifVersion"] = raw["ifVersion"]
    stage = await op.loaders.one("stage").load(lead.stage_id)
    if stage is not None and stage.semantics != "WON":
        won = await first_stage(op, stage.pipeline_id, "WON")
        change["stageId"] = encode_id("stage", won.id)
    for name in _CLIENTS:
        if name in made and getattr(lead, f"{name}_id") != made[name].id:
            change[f"{name}Id"] = encode_id(name, made[name].id)
    for name in ("stage", *_CLIENTS):
        if f"{name}Id" in change and not _may_change(op, lead, name):
            raise refuse(Code.FORBIDDEN, "cell_forbidden", "id", name=field_label(LEAD.name, name))
    outcome = (await records.update(op, LEAD, [change], single=True))[0]
    return records.row_of(outcome, ("id",), own=("id", "ifVersion"))


async def _settle_activities(
    op: Operation, raw: Raw, lead: Row, found: Mapping[str, Row], made: Mapping[str, Row]
) -> None:
    """Complete the lead's open activities, or let them go on about what the lead becomes."""
    if raw.get("activities") is not LeadActivities.CARRY_OVER:
        await complete_all(op, LEAD.name, lead.id)
        return
    linked = [(name, row.id) for name, row in found.items()]
    changeable = await changeable_records(op.session, op.actor, linked)
    if not changeable.issuperset(linked):
        raise refuse(Code.FORBIDDEN, "row_forbidden", "activities")
    await carry_over(op, LEAD.name, lead.id, [(name, row.id) for name, row in made.items()])


def _may_change(op: Operation, lead: Row, name: str) -> bool:
    rights = op.actor.rights
    return rights.is_everything or bool(
        rights.writers(LEAD.name, name, Action.UPDATE) & lead.updates
    )

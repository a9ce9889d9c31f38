"""What the answers must be, asked of the tables by statements that are as plain as can be."""

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg

from bench.place import Place
from domain.ids import decode_id, encode_id

_CHILDREN: Final = 5
_SCALE: Final = 10_000  # amounts are kept in ten-thousandths


async def page(connection: asyncpg.Connection, place: Place) -> Any:
    """Give the ids and titles of the newest deals."""
    return _named(
        "deal",
        await connection.fetch(
            "SELECT id, title FROM deals WHERE workspace_id = $1 AND deleted_at IS NULL "
            "ORDER BY id DESC LIMIT 50",
            place.workspace_id,
        ),
    )


async def deep(connection: asyncpg.Connection, place: Place) -> Any:
    """Give the newest companies, their contacts, and the deals of these."""
    companies = await connection.fetch(
        "SELECT id, title FROM companies WHERE workspace_id = $1 AND deleted_at IS NULL "
        "ORDER BY id DESC LIMIT 20",
        place.workspace_id,
    )
    found = []
    for company, title in companies:
        contacts = await connection.fetch(
            "SELECT id, last_name FROM contacts WHERE workspace_id = $1 AND company_id = $2 "
            "AND deleted_at IS NULL ORDER BY id DESC LIMIT $3",
            place.workspace_id, company, _CHILDREN,
        )  # fmt: skip
        people = [
            [encode_id("contact", contact), name, await _deals_of(connection, place, contact)]
            for contact, name in contacts
        ]
        found.append([encode_id("company", company), title, people])
    return found


async def _deals_of(connection: asyncpg.Connection, place: Place, contact: UUID) -> Any:
    rows = await connection.fetch(
        "SELECT d.id, d.title, s.name FROM deals d JOIN stages s ON s.id = d.stage_id "
        "WHERE d.workspace_id = $1 AND d.contact_id = $2 AND d.deleted_at IS NULL "
        "ORDER BY d.id DESC LIMIT $3",
        place.workspace_id, contact, _CHILDREN,
    )  # fmt: skip
    return [[encode_id("deal", deal), title, stage] for deal, title, stage in rows]


async def point(connection: asyncpg.Connection, place: Place) -> Any:
    """Give the first deal of the sample with the names of what it points to."""
    row = await connection.fetchrow(
        "SELECT d.title, c.title, p.last_name, s.name, u.last_name FROM deals d "
        "LEFT JOIN companies c ON c.id = d.company_id LEFT JOIN contacts p ON p.id = d.contact_id "
        "JOIN stages s ON s.id = d.stage_id JOIN users u ON u.id = d.responsible_id "
        "WHERE d.id = $1",
        decode_id(place.sample[0])[1],
    )
    return list(row or ())


async def board(connection: asyncpg.Connection, place: Place) -> Any:
    """Give the columns: name, count, sum, and the first cards."""
    stages = await connection.fetch(
        "SELECT id, name FROM stages WHERE pipeline_id = $1 ORDER BY sort",
        decode_id(place.pipeline)[1],
    )
    found = []
    for stage, name in stages:
        ((count, total),) = await connection.fetch(
            "SELECT count(*), coalesce(sum(amount_base), 0) FROM deals "
            "WHERE workspace_id = $1 AND stage_id = $2 AND deleted_at IS NULL",
            place.workspace_id,
            stage,
        )
        cards = await connection.fetch(
            "SELECT id, title FROM deals WHERE workspace_id = $1 AND stage_id = $2 "
            "AND deleted_at IS NULL ORDER BY board_position, id LIMIT 20",
            place.workspace_id,
            stage,
        )
        found.append([name, count, Decimal(total) / _SCALE, _named("deal", cards)])
    return found


async def filtered(connection: asyncpg.Connection, place: Place) -> Any:
    """Give how many open deals are worth a million, and the largest of them."""
    least = 1_000_000 * _SCALE
    total = await connection.fetchval(
        "SELECT count(*) FROM deals d JOIN stages s ON s.id = d.stage_id WHERE "
        "d.workspace_id = $1 AND d.deleted_at IS NULL AND s.semantics = 'OPEN' "
        "AND d.amount_base >= $2",
        place.workspace_id,
        least,
    )
    rows = await connection.fetch(
        "SELECT d.id, d.title FROM deals d JOIN stages s ON s.id = d.stage_id WHERE "
        "d.workspace_id = $1 AND d.deleted_at IS NULL AND s.semantics = 'OPEN' "
        "AND d.amount_base >= $2 ORDER BY d.amount_base DESC, d.id DESC LIMIT 20",
        place.workspace_id,
        least,
    )
    return [total, _named("deal", rows)]


def _named(kind: str, rows: Any) -> list[list[str]]:
    return [[encode_id(kind, key), title] for key, title in rows]


TRUTHS: Final = {"page": page, "deep": deep, "point": point, "board": board, "filter": filtered}
"""By workload."""


def said(workload: str, data: Any) -> Any:
    """Give what an answer of ours says about the same."""
    match workload:
        case "page":
            return _said_deals(data["deals"])
        case "deep":
            return [
                [company["id"], company["title"], [
                    [contact["id"], contact["lastName"], [
                        [deal["id"], deal["title"], deal["stage"]["name"]]
                        for deal in contact["deals"]["nodes"]]]
                    for contact in company["contacts"]["nodes"]]]
                for company in data["companies"]["nodes"]
            ]  # fmt: skip
        case "point":
            deal = data["deal"]
            company, contact = deal["company"] or {}, deal["contact"] or {}
            return [deal["title"], company.get("title"), contact.get("lastName"),
                    deal["stage"]["name"], deal["responsible"]["lastName"]]  # fmt: skip
        case "board":
            return [
                [column["stage"]["name"], column["count"], Decimal(column["sum"]["amount"]),
                 _said_deals(column["deals"])]
                for column in data["pipeline"]["board"]
            ]  # fmt: skip
        case "filter":
            return [data["deals"]["totalCount"], _said_deals(data["deals"])]
    raise LookupError(workload)


def _said_deals(page: Any) -> list[list[str]]:
    return [[node["id"], node["title"]] for node in page["nodes"]]

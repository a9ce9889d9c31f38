"""The floors: endpoints that do the same work with no GraphQL at all.

`/json/…` lets PostgreSQL build the answer; `/rows/…` shapes joined rows in Python.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

WORKSPACE: Final = UUID(os.environ["BENCH_WORKSPACE"])

PAGE_JSON: Final = """
SELECT json_build_object('data', json_build_object('deals', json_build_object('nodes',
  coalesce(json_agg(node), '[]'))))::text
FROM (SELECT d.id, d.title, CASE WHEN d.amount IS NOT NULL THEN
        json_build_object('amount', d.amount, 'currency', d.amount_currency) END AS amount,
        d.probability, d.begin_date AS "beginDate", d.close_date AS "closeDate",
        d.is_closed AS "isClosed", d.created_at AS "createdAt", d.version,
        CASE WHEN c.id IS NOT NULL THEN json_build_object('id', c.id, 'title', c.title) END
          AS company,
        CASE WHEN p.id IS NOT NULL THEN json_build_object('id', p.id, 'firstName', p.first_name,
          'lastName', p.last_name) END AS contact,
        json_build_object('id', s.id, 'name', s.name, 'semantics', s.semantics, 'color', s.color)
          AS stage,
        json_build_object('id', u.id, 'firstName', u.first_name, 'lastName', u.last_name,
          'email', u.email) AS responsible
      FROM deals d
      LEFT JOIN companies c ON c.workspace_id = d.workspace_id AND c.id = d.company_id
      LEFT JOIN contacts p ON p.workspace_id = d.workspace_id AND p.id = d.contact_id
      JOIN stages s ON s.workspace_id = d.workspace_id AND s.id = d.stage_id
      JOIN users u ON u.workspace_id = d.workspace_id AND u.id = d.responsible_id
      WHERE d.workspace_id = $1 AND d.deleted_at IS NULL ORDER BY d.id DESC LIMIT 50) node
"""
DEEP_JSON: Final = """
SELECT json_build_object('data', json_build_object('companies', json_build_object('nodes',
  coalesce(json_agg(json_build_object('id', c.id, 'title', c.title, 'contacts',
    json_build_object('nodes', contacts.nodes)) ORDER BY c.id DESC), '[]'))))::text
FROM (SELECT * FROM companies WHERE workspace_id = $1 AND deleted_at IS NULL
      ORDER BY id DESC LIMIT 20) c
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_object('id', p.id, 'lastName', p.last_name, 'deals',
    json_build_object('nodes', deals.nodes)) ORDER BY p.id DESC), '[]') AS nodes
  FROM (SELECT * FROM contacts WHERE workspace_id = $1 AND company_id = c.id
        AND deleted_at IS NULL ORDER BY id DESC LIMIT 5) p
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object('id', d.id, 'title', d.title, 'stage',
      json_build_object('name', s.name)) ORDER BY d.id DESC), '[]') AS nodes
    FROM (SELECT * FROM deals WHERE workspace_id = $1 AND contact_id = p.id
          AND deleted_at IS NULL ORDER BY id DESC LIMIT 5) d
    JOIN stages s ON s.workspace_id = d.workspace_id AND s.id = d.stage_id) deals) contacts
"""
POINT_JSON: Final = """
SELECT json_build_object('data', json_build_object('deal', json_build_object('id', d.id,
  'title', d.title,
  'company', CASE WHEN c.id IS NOT NULL THEN json_build_object('title', c.title) END,
  'contact', CASE WHEN p.id IS NOT NULL THEN json_build_object('lastName', p.last_name) END,
  'stage', json_build_object('name', s.name),
  'responsible', json_build_object('lastName', u.last_name))))::text
FROM deals d
LEFT JOIN companies c ON c.workspace_id = d.workspace_id AND c.id = d.company_id
LEFT JOIN contacts p ON p.workspace_id = d.workspace_id AND p.id = d.contact_id
JOIN stages s ON s.workspace_id = d.workspace_id AND s.id = d.stage_id
JOIN users u ON u.workspace_id = d.workspace_id AND u.id = d.responsible_id
WHERE d.workspace_id = $1 AND d.id = $2
"""
BOARD_JSON: Final = """
SELECT json_build_object('data', json_build_object('pipeline', json_build_object('board',
  json_agg(json_build_object(
    'stage', json_build_object('id', s.id, 'name', s.name, 'color', s.color),
    'count', numbers.count,
    'sum', json_build_object('amount', numbers.sum, 'currency', w.currency),
    'deals', json_build_object('nodes', cards.nodes)) ORDER BY s.sort, s.id))))::text
FROM stages s
JOIN workspaces w ON w.id = s.workspace_id
CROSS JOIN LATERAL (
  SELECT count(*) AS count, coalesce(sum(amount_base), 0) AS sum FROM deals
  WHERE workspace_id = $1 AND stage_id = s.id AND deleted_at IS NULL) numbers
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_object('id', d.id, 'title', d.title,
      'amount', CASE WHEN d.amount IS NOT NULL THEN
        json_build_object('amount', d.amount, 'currency', d.amount_currency) END,
      'company', CASE WHEN c.id IS NOT NULL THEN
        json_build_object('id', c.id, 'title', c.title) END,
      'responsible', json_build_object('id', u.id, 'fullName',
        coalesce(nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.email)))
    ORDER BY d.board_position, d.id), '[]') AS nodes
  FROM (SELECT * FROM deals WHERE workspace_id = $1 AND stage_id = s.id AND deleted_at IS NULL
        ORDER BY board_position, id LIMIT 20) d
  LEFT JOIN companies c ON c.workspace_id = $1 AND c.id = d.company_id
  JOIN users u ON u.workspace_id = $1 AND u.id = d.responsible_id) cards
WHERE s.workspace_id = $1 AND s.pipeline_id = $2
"""
FILTER_JSON: Final = """
WITH wanted AS NOT MATERIALIZED (
  SELECT d.* FROM deals d JOIN stages s ON s.workspace_id = d.workspace_id AND s.id = d.stage_id
  WHERE d.workspace_id = $1 AND d.deleted_at IS NULL AND s.semantics = 'OPEN'
    AND d.amount_base >= 10000000000)  -- a million, in ten-thousandths
SELECT json_build_object('data', json_build_object('deals', json_build_object(
  'totalCount', (SELECT count(*) FROM wanted),
  'nodes', (SELECT coalesce(json_agg(json_build_object('id', page.id, 'title', page.title,
      'amount', json_build_object('amount', page.amount))), '[]')
    FROM (SELECT id, title, amount FROM wanted ORDER BY amount_base DESC, id DESC LIMIT 20)
      page))))::text
"""
PAGE_ROWS: Final = """
SELECT d.id, d.title, d.amount, d.amount_currency, d.probability, d.begin_date, d.close_date,
  d.is_closed, d.created_at, d.version, c.id, c.title, p.id, p.first_name, p.last_name,
  s.id, s.name, s.semantics, s.color, u.id, u.first_name, u.last_name, u.email
FROM deals d
LEFT JOIN companies c ON c.workspace_id = d.workspace_id AND c.id = d.company_id
LEFT JOIN contacts p ON p.workspace_id = d.workspace_id AND p.id = d.contact_id
JOIN stages s ON s.workspace_id = d.workspace_id AND s.id = d.stage_id
JOIN users u ON u.workspace_id = d.workspace_id AND u.id = d.responsible_id
WHERE d.workspace_id = $1 AND d.deleted_at IS NULL ORDER BY d.id DESC LIMIT 50
"""


def as_text(value: Any) -> Any:
    """Write what orjson does not know: the driver's ids."""
    return str(value)


def deal_of(row: Any) -> dict[str, Any]:
    """Shape a joined row."""
    return {
        "id": row[0], "title": row[1],
        "amount": None if row[2] is None else {"amount": row[2], "currency": row[3]},
        "probability": row[4], "beginDate": row[5], "closeDate": row[6], "isClosed": row[7],
        "createdAt": row[8], "version": row[9],
        "company": None if row[10] is None else {"id": row[10], "title": row[11]},
        "contact": None if row[12] is None else
            {"id": row[12], "firstName": row[13], "lastName": row[14]},
        "stage": {"id": row[15], "name": row[16], "semantics": row[17], "color": row[18]},
        "responsible": {"id": row[19], "firstName": row[20], "lastName": row[21], "email": row[22]},
    }  # fmt: skip


async def page_json(request: Request) -> Response:
    """Answer the page."""
    return answer(await pool(request).fetchval(PAGE_JSON, WORKSPACE))


async def deep_json(request: Request) -> Response:
    """Answer the nested lists."""
    return answer(await pool(request).fetchval(DEEP_JSON, WORKSPACE))


async def point_json(request: Request) -> Response:
    """Answer one deal."""
    deal = UUID(request.path_params["id"])
    return answer(await pool(request).fetchval(POINT_JSON, WORKSPACE, deal))


async def board_json(request: Request) -> Response:
    """Answer the board."""
    pipeline = UUID(request.path_params["id"])
    return answer(await pool(request).fetchval(BOARD_JSON, WORKSPACE, pipeline))


async def filter_json(request: Request) -> Response:
    """Answer the page of a filter, with its count."""
    return answer(await pool(request).fetchval(FILTER_JSON, WORKSPACE))


async def page_rows(request: Request) -> Response:
    """Answer the page from rows."""
    rows = await pool(request).fetch(PAGE_ROWS, WORKSPACE)
    body = {"data": {"deals": {"nodes": [deal_of(row) for row in rows]}}}
    return answer(orjson.dumps(body, default=as_text))


def answer(body: Any) -> Response:
    """Give JSON."""
    return Response(body, media_type="application/json")


def pool(request: Request) -> asyncpg.Pool:
    """Give the pool of connections."""
    found: asyncpg.Pool = request.app.state.pool
    return found


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open the pool, which resets nothing: nothing is changed."""

    async def keep(_connection: Any) -> None:
        """Leave the connection as it is."""

    url, size = os.environ["VORONKA_DATABASE_URL"], int(os.environ["VORONKA_POOL_SIZE"])
    async with asyncpg.create_pool(url, min_size=size, max_size=size, reset=keep) as app.state.pool:
        yield


app = Starlette(
    routes=[
        Route("/json/page", page_json, methods=["POST"]),
        Route("/json/deep", deep_json, methods=["POST"]),
        Route("/json/point/{id}", point_json, methods=["POST"]),
        Route("/json/board/{id}", board_json, methods=["POST"]),
        Route("/json/filter", filter_json, methods=["POST"]),
        Route("/rows/page", page_rows, methods=["POST"]),
    ],
    lifespan=lifespan,
)

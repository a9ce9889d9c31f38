"""The statement guard: nothing reaches a workspace's table without the session's workspace."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.exc import StatementError

from auth.actor import Actor
from db.base import WORKSPACE, metadata
from db.guard import UnguardedStatementError, check
from db.tables import TABLES, workspaces
from domain.ids import decode_id
from tests.conftest import Server
from tests.people import Cast

DEAL, COMPANY, STAGE = TABLES["deal"], TABLES["company"], TABLES["stage"]
deal, company = DEAL.alias("d"), COMPANY.alias("c")


def held(*sources: Any) -> Any:
    """Give the condition that holds tables to the session's workspace."""
    return and_(*(source.c.workspace_id == WORKSPACE for source in sources))


def own(*columns: Any) -> Any:
    """Select from an alias of deals as one should."""
    return select(*(columns or (deal.c.id,))).where(held(deal))


LATERAL = (
    select(deal.c.id).where(held(deal), deal.c.company_id == company.c.id).limit(3).lateral("l")
)
PASSING = {
    "select": own(),
    "the condition reversed": select(deal.c.id).where(
        WORKSPACE == deal.c.workspace_id  # noqa: SIM300 - the order is what is tested
    ),
    "beside other conditions": own().where(deal.c.title == "x", or_(true(), deal.c.is_closed)),
    "inside a conjunction": select(deal.c.id).where(and_(true(), and_(held(deal), true()))),
    "a join held by both": select(deal.c.id)
    .join(company, company.c.id == deal.c.company_id)
    .where(held(deal, company)),
    "a join held in ON": select(deal.c.id)
    .join(company, and_(company.c.id == deal.c.company_id, held(company)))
    .where(held(deal)),
    "an outer join held in ON": select(deal.c.id)
    .outerjoin(company, and_(company.c.id == deal.c.company_id, held(company)))
    .where(held(deal)),
    "a subquery": select(own().subquery().c.id),
    "a CTE": select(own().cte().c.id),
    "EXISTS": own().where(
        exists().where(held(company), company.c.id == deal.c.company_id)
    ),
    "a scalar subquery": own(
        deal.c.id,
        select(func.count()).where(held(company), company.c.id == deal.c.company_id)
        .scalar_subquery(),
    ),
    "a correlated subquery over a join": own().where(
        select(literal(1))
        .select_from(company)
        .where(held(company), company.c.id == deal.c.company_id)
        .exists()
    ),
    "LATERAL": select(LATERAL.c.id).select_from(company).join(LATERAL, true()).where(held(company)),
    "UNION": union_all(own(), own()),
    "update": update(DEAL).where(held(DEAL)).values(title="x"),
    "update of what a subquery gives": update(DEAL)
    .where(held(DEAL), DEAL.c.id == own().subquery().c.id)
    .values(title="x"),
    "delete": delete(DEAL).where(held(DEAL)),
    "insert": insert(DEAL).values(title="x"),
    "what is no table of a workspace": select(workspaces.c.id),
}  # fmt: skip

REFUSED = {
    "select": select(deal.c.id),
    "another condition": select(deal.c.id).where(deal.c.title == "x"),
    "another workspace's id": select(deal.c.id).where(
        deal.c.workspace_id == bindparam("some_workspace")
    ),
    "its own column": select(deal.c.id).where(deal.c.workspace_id == deal.c.workspace_id),
    "unequal": select(deal.c.id).where(deal.c.workspace_id != WORKSPACE),
    "or": select(deal.c.id).where(or_(held(deal), deal.c.is_shared)),
    "not": select(deal.c.id).where(not_(held(deal))),
    "in HAVING only": select(func.count(deal.c.id))
    .group_by(deal.c.workspace_id)
    .having(held(deal)),
    "held under another alias": select(deal.c.id).where(held(DEAL.alias("other"))),
    "a join with one side held": select(deal.c.id)
    .join(company, company.c.id == deal.c.company_id)
    .where(held(deal)),
    "a join by the workspace of the other": select(deal.c.id)
    .join(company, company.c.workspace_id == deal.c.workspace_id)
    .where(held(deal)),
    "two tables, one held": select(deal.c.id, company.c.id).where(held(deal)),
    "an outer join whose ON holds the left": select(deal.c.id).outerjoin(
        company, and_(company.c.id == deal.c.company_id, held(company), held(deal))
    ),
    "a full join held in ON": select(deal.c.id).join(
        company, and_(company.c.id == deal.c.company_id, held(company), held(deal)), full=True
    ),
    "a subquery": select(select(deal.c.id).subquery().c.id),
    "a subquery beside a held table": own().join(
        (bare := select(company.c.id).subquery()), bare.c.id == deal.c.company_id
    ),
    "a subquery over the table held outside": own().where(
        deal.c.id.in_(select(select(deal.c.id).subquery().c.id))
    ),
    "IN of the table held outside": own().where(deal.c.id.in_(select(deal.c.id))),
    "a scalar subquery over the table held outside": own(
        deal.c.id, select(func.max(deal.c.created_at)).scalar_subquery()
    ),
    "a CTE": select(select(deal.c.id).cte().c.id),
    "a CTE beside": own().add_cte(select(company.c.id).cte("bare")),
    "EXISTS": own().where(exists().where(company.c.id == deal.c.company_id)),
    "NOT EXISTS": own().where(~exists().where(company.c.id == deal.c.company_id)),
    "IN": own().where(deal.c.company_id.in_(select(company.c.id))),
    "a scalar subquery": own(
        deal.c.id,
        select(func.count()).where(company.c.id == deal.c.company_id).scalar_subquery(),
    ),
    "ORDER BY a subquery": own().order_by(
        select(company.c.title).where(company.c.id == deal.c.company_id).scalar_subquery()
    ),
    "LATERAL": own().join(
        select(company.c.id).where(company.c.id == deal.c.company_id).lateral("l"), true()
    ),
    "UNION": union_all(own(), select(company.c.id)),
    "update": update(DEAL).where(DEAL.c.title == "x").values(title="y"),
    "update from another table": update(DEAL)
    .where(held(DEAL), DEAL.c.company_id == COMPANY.c.id)
    .values(title=COMPANY.c.title),
    "update to a subquery's value": update(DEAL)
    .where(held(DEAL))
    .values(title=select(COMPANY.c.title).limit(1).scalar_subquery()),
    "delete": delete(DEAL),
    "delete using another table": delete(DEAL).where(
        held(DEAL), DEAL.c.company_id == COMPANY.c.id
    ),
    "insert from a select": insert(DEAL).from_select(["title"], select(COMPANY.c.title)),
}  # fmt: skip


@pytest.mark.parametrize("name", PASSING)
def test_a_statement_that_holds_its_tables_passes(name: str) -> None:
    check(PASSING[name])


@pytest.mark.parametrize("name", REFUSED)
def test_a_statement_that_holds_one_table_less_is_refused(name: str) -> None:
    with pytest.raises(UnguardedStatementError):
        check(REFUSED[name])


@pytest.mark.parametrize(
    "table",
    [table for table in metadata.sorted_tables if "workspace_id" in table.c],
    ids=lambda table: table.name,
)
@pytest.mark.parametrize(
    "make",
    [select, lambda table: update(table).values(workspace_id=None), delete],
    ids=["select", "update", "delete"],
)
def test_every_table_of_a_workspace_is_guarded(make: Callable[[Any], Any], table: Any) -> None:
    with pytest.raises(UnguardedStatementError, match=table.name):
        check(make(table))
    check(make(table).where(table.c.workspace_id == WORKSPACE))


async def test_the_session_refuses_before_anything_is_sent(
    server: Server, people: Cast, watch: Any
) -> None:
    workspace = await _workspace(people)
    with watch() as seen:
        async with server.database.session(write=False) as session:
            await server.database.enter(session, workspace, write=False)
            with pytest.raises((UnguardedStatementError, StatementError)):
                await session.rows(select(DEAL.c.id))
    assert not any("FROM deals" in statement for statement in seen.texts)


async def test_a_session_without_a_workspace_reads_nothing(server: Server) -> None:
    async with server.database.session(write=False) as session:
        with pytest.raises(RuntimeError):
            await session.rows(own())


async def _workspace(people: Cast) -> Any:
    found = await people.root.data("{ viewer { workspace { id } } }")
    return decode_id(found["viewer"]["workspace"]["id"])[1]


@pytest.mark.parametrize("name", ["deals", "contacts", "companies", "leads"])
async def test_the_applications_own_queries_fail_without_their_condition(
    people: Cast, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    document = f"{{ {name} {{ totalCount nodes {{ id responsible {{ id }} }} }} }}"
    assert (await people.anna.run(document)).errors == []

    def nothing(_actor: Actor, _entity: str, _source: Any) -> Any:
        return true()

    for module in list(sys.modules.values()):
        if module.__name__.startswith("loaders.") and hasattr(module, "visible"):
            monkeypatch.setattr(module, "visible", nothing)
    # Other rights: none of the statements that are kept is theirs.
    monkeypatch.setattr("loaders.scope.fingerprint", lambda _actor: name)
    broken = await people.anna.run(document)
    assert broken.codes == ["INTERNAL_SERVER_ERROR"]
    assert broken.body["data"] is None

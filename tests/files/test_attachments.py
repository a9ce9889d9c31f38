"""Which files a caller may put into a field, and how records hold and let go of them."""

from typing import Any

from sqlalchemy import text

from db.base import new_id
from domain.files import Place
from domain.ids import decode_id
from resolvers.attachments import attach, claimable, release, release_of_field
from tests.client import Client
from tests.conftest import Server
from tests.files.shelf import FIELD, acting, attach_to, keep, make_deal, place_in
from tests.people import Cast


async def claims(
    server: Server, person: Client, *wanted: tuple[dict[str, Any], Place]
) -> list[bool]:
    """Tell for each pair of a file and a place whether a person may put it there."""
    async with acting(server, person) as op:
        pairs = [(decode_id(file["id"])[1], place) for file, place in wanted]
        return [row is not None for row in await claimable(op, pairs)]


async def held(server: Server, file: dict[str, Any]) -> tuple[Any, ...]:
    """Give where a file sits, and whether it was let go."""
    statement = text(
        "SELECT record_type, record_id, field_id, released_at IS NOT NULL FROM files WHERE id = :id"
    )
    async with server.database.engine.connect() as connection:
        found = await connection.execute(statement, {"id": decode_id(file["id"])[1]})
        return tuple(found.one())


async def test_ones_own_upload_may_go_anywhere_and_nobody_elses(
    people: Cast, server: Server
) -> None:
    mine, theirs = await keep(people.anna, b"A"), await keep(people.boris, b"B")
    foreign = await keep(people.olga, b"C")
    place = place_in(await make_deal(people.anna))

    wanted = [(mine, place), (theirs, place), (foreign, place)]

    assert await claims(server, people.anna, *wanted) == [True, False, False]
    assert await claims(server, people.boris, *wanted) == [False, True, False]


async def test_a_file_that_a_record_holds_stays_in_its_place(people: Cast, server: Server) -> None:
    file, deal, other = (
        await keep(people.anna, b"A"), await make_deal(people.anna), await make_deal(people.anna),
    )  # fmt: skip
    await attach_to(server, people.anna, file, deal)
    beside = Place("deal", decode_id(deal)[1], new_id())

    wanted = [(file, place_in(deal)), (file, place_in(other)), (file, beside)]

    # Its uploader no more than others who may write the record.
    assert [await claims(server, people.anna, pair) for pair in wanted] == [
        [True],
        [False],
        [False],
    ]
    assert [await claims(server, people.boris, pair) for pair in wanted] == [
        [True], [False], [False],
    ]  # fmt: skip


async def test_in_one_call_a_file_goes_to_one_place(people: Cast, server: Server) -> None:
    file = await keep(people.anna, b"A")
    first, second = place_in(await make_deal(people.anna)), place_in(await make_deal(people.anna))

    assert await claims(server, people.anna, (file, first), (file, second), (file, first)) == [
        True, False, True,
    ]  # fmt: skip


async def test_a_file_is_held_let_go_and_held_again(people: Cast, server: Server) -> None:
    file, deal = await keep(people.anna, b"A"), await make_deal(people.anna)
    key, place = decode_id(file["id"])[1], place_in(deal)
    assert await held(server, file) == (None, None, None, False)

    await attach_to(server, people.anna, file, deal)
    assert await held(server, file) == ("deal", place.record_id, FIELD, False)

    async with acting(server, people.boris) as op:
        await release(op, [key])
    assert await held(server, file) == ("deal", place.record_id, FIELD, True)
    assert await claims(server, people.boris, (file, place)) == [False]
    assert await claims(server, people.anna, (file, place)) == [True]

    async with acting(server, people.anna) as op:
        await attach(op, [(key, place)])
    assert await held(server, file) == ("deal", place.record_id, FIELD, False)


async def test_many_files_take_one_statement(people: Cast, server: Server, watch: Any) -> None:
    files = [await keep(people.anna, b"A") for _ in range(5)]
    place = place_in(await make_deal(people.anna))
    pairs = [(decode_id(file["id"])[1], place) for file in files]

    async with acting(server, people.anna) as op:
        with watch() as seen:
            assert None not in await claimable(op, pairs)
            await attach(op, pairs)
            await release(op, [key for key, _ in pairs])
            await attach(op, [])
            await release(op, [])

    assert len(seen.records) == 3


async def test_a_purged_record_and_a_deleted_field_let_go_of_their_files(
    people: Cast, server: Server
) -> None:
    of_deal, of_field, kept = [await keep(people.anna, b"A") for _ in range(3)]
    deal, other = await make_deal(people.anna), await make_deal(people.anna)
    await attach_to(server, people.anna, of_deal, deal)
    await attach_to(server, people.anna, of_field, other)
    elsewhere = Place("deal", decode_id(other)[1], new_id())
    async with acting(server, people.anna) as op:
        await attach(op, [(decode_id(kept["id"])[1], elsewhere)])

    (await people.anna.mutate("purgeDeal", deal, "deal { id }", "id")).payload()
    assert [(await held(server, file))[3] for file in (of_deal, of_field, kept)] == [
        True, False, False,
    ]  # fmt: skip

    async with acting(server, people.root) as op:
        await release_of_field(op, "deal", FIELD)
    assert [(await held(server, file))[3] for file in (of_deal, of_field, kept)] == [
        True, True, False,
    ]  # fmt: skip

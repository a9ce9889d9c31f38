"""Whatever is done to records: kept numbers stay what counting gives, for everyone."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.calling import mutate
from tests.kept_numbers.firm import ROLES, Firm, compare

WHICH, STAGE = st.integers(0, 999), st.integers(0, 5)
PEOPLE = st.sampled_from([*ROLES, "root"])
OBSERVERS = st.lists(st.sampled_from(ROLES), unique=True, max_size=3)
AMOUNTS = st.sampled_from(
    [None, {"amount": "10", "currency": "USD"}, {"amount": "0.25", "currency": "USD"},
     {"amount": "-3", "currency": "USD"}, {"amount": "8", "currency": "GBP"}]
)  # fmt: skip
PLACE = {"stage": STAGE, "responsible": PEOPLE, "isShared": st.booleans(), "amount": AMOUNTS,
         "observers": OBSERVERS}  # fmt: skip
PLACES = st.fixed_dictionaries(PLACE)
CHANGES = st.fixed_dictionaries({}, optional={**PLACE, "title": st.just("Renamed")})


def step(what: str, *how: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, tuple[Any, ...]]]:
    """Draw what to do with what."""
    return st.tuples(st.just(what), st.tuples(*how))


STEPS = st.one_of(
    step("create", st.lists(PLACES, min_size=1, max_size=4)),
    step("make_clients", PEOPLE, st.booleans(), AMOUNTS),
    step("convert", PLACES),
    step("merge"),
    step("change", WHICH, CHANGES),
    step("change_many", st.lists(WHICH, min_size=1, max_size=3), CHANGES),
    step("move", WHICH, STAGE),
    step("delete", st.lists(WHICH, min_size=1, max_size=2)),
    step("restore", WHICH),
    step("purge", WHICH),
    step("try_out", WHICH, STAGE),
    step("roll_back", WHICH),
    step("fold"),
)


class Sequence:
    """Does things to the records of a firm by its administrator, in the ways of the API.

    Without a record to do it to, nothing is done.
    """

    def __init__(self, firm: Firm) -> None:
        """Start without records."""
        self.firm = firm
        self.deals: list[str] = []
        self.binned: list[str] = []
        self.companies: list[str] = []

    async def create(self, places: list[dict[str, Any]]) -> None:
        many = [{"title": "Deal", **self.given(place)} for place in places]
        made = await self.run("createDeals", "results { deal { id } }", input=many)
        self.deals += [each["deal"]["id"] for each in made["results"]]

    async def make_clients(self, owner: str, shared: bool, revenue: Any) -> None:
        common = {"responsibleId": self.firm.id_of(owner), "isShared": shared}
        company = {"title": "Acme", "revenue": revenue, **common}
        made = await self.run("createCompany", "company { id }", input=company)
        self.companies.append(made["company"]["id"])
        contact = {"lastName": "Smith", **common}
        await self.run("createContact", "contact { id }", input=contact)

    async def convert(self, place: dict[str, Any]) -> None:
        lead = {"lastName": "Smith", **self.given({**place, "stage": None})}
        made = await self.run("createLead", "lead { id }", input=lead)
        asked = {"id": made["lead"]["id"], "contact": {"create": True}, "deal": {"create": True}}
        done = await self.run("convertLead", "deal { id }", input=asked)
        self.deals.append(done["deal"]["id"])

    async def merge(self) -> None:
        if len(self.companies) > 1:
            target, source = self.companies[0], self.companies.pop()
            fields = ("revenue", "responsible", "isShared")
            chosen = [{"field": name, "recordId": source} for name in fields]
            asked = {"targetId": target, "sourceIds": [source], "choices": chosen}
            await self.run("mergeRecords", "merge { id }", input=asked)

    async def change(self, which: int, changes: dict[str, Any]) -> None:
        if self.deals:
            asked = {"id": self.pick(which), **self.given(changes)}
            await self.run("updateDeal", "deal { id }", input=asked)

    async def change_many(self, which: list[int], changes: dict[str, Any]) -> None:
        if self.deals:
            many = [{"id": key, **self.given(changes)} for key in {self.pick(n) for n in which}]
            await self.run("updateDeals", "results { index }", input=many)

    async def move(self, which: int, stage: int) -> None:
        if self.deals:
            asked = {"id": self.pick(which), "stageId": self.firm.stages[stage]}
            await self.run("moveDeal", "deal { id }", input=asked)

    async def delete(self, which: list[int]) -> None:
        if self.deals:
            gone = list({self.pick(each) for each in which})
            await self.run("deleteDeals", "results { index }", ids=gone)
            self.deals = [key for key in self.deals if key not in gone]
            self.binned += gone

    async def restore(self, which: int) -> None:
        if self.binned:
            key = self.binned.pop(which % len(self.binned))
            await self.run("restoreDeal", "deal { id }", id=key)
            self.deals.append(key)

    async def purge(self, which: int) -> None:
        if self.binned:
            await self.run("purgeDeal", "", id=self.binned.pop(which % len(self.binned)))

    async def try_out(self, which: int, stage: int) -> None:
        if self.deals:
            asked = {"id": self.pick(which), "stageId": self.firm.stages[stage], "isShared": True}
            dry = {"X-Dry-Run": "1"}
            (await mutate(self.firm.root, "updateDeal", "", dry, input=asked)).payload()

    async def roll_back(self, which: int) -> None:
        if self.deals:
            key = self.pick(which)
            document = """mutation ($move: MoveDealInput!, $gone: DeleteDealInput!) {
              moveDeal(input: $move) { userErrors { code } }
              deleteDeal(input: $gone) { userErrors { code } }
              again: moveDeal(input: $move) { userErrors { code } } }"""
            asked = {"move": {"id": key, "stageId": self.firm.stages[4]}, "gone": {"id": key}}
            answer = await self.firm.root.run(document, asked)
            assert answer.data["again"]["userErrors"] == [{"code": "NOT_FOUND"}]

    async def fold(self) -> None:
        await self.firm.fold()

    async def run(self, name: str, read: str, **arguments: Any) -> Any:
        """Run a mutation that must succeed and give its payload."""
        return (await mutate(self.firm.root, name, read, **arguments)).payload()

    def pick(self, which: int) -> str:
        """Give one of the deals."""
        return self.deals[which % len(self.deals)]

    def given(self, drawn: dict[str, Any]) -> dict[str, Any]:
        """Write what was drawn as an input has it."""
        found: dict[str, Any] = {
            key: value for key, value in drawn.items() if key in {"isShared", "amount", "title"}
        }
        if drawn.get("stage") is not None:
            found["stageId"] = self.firm.stages[drawn["stage"]]
        if "responsible" in drawn:
            found["responsibleId"] = self.firm.id_of(drawn["responsible"])
        if "observers" in drawn:
            found["observerIds"] = [self.firm.id_of(name) for name in drawn["observers"]]
        return found


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    first=st.lists(PLACES, min_size=6, max_size=6), steps=st.lists(STEPS, min_size=4, max_size=12)
)
async def test_kept_numbers_are_what_counting_gives(
    firm: Firm, first: list[dict[str, Any]], steps: list[tuple[str, tuple[Any, ...]]]
) -> None:
    sequence = Sequence(firm)
    await sequence.create(first)
    await sequence.delete([0, 1])
    await sequence.make_clients("owen", False, None)
    for what, how in steps:
        await getattr(sequence, what)(*how)
        assert await firm.differences() == []
    for person in (firm.root, *firm.staff.values()):
        await compare(firm, person)

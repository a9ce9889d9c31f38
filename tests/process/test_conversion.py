"""A lead becomes a contact, a company and a deal, in one go or not at all."""

import asyncio
from typing import Any

import pytest

from tests.client import Client
from tests.conftest import Stored
from tests.people import Cast
from tests.process.conftest import Told
from tests.process.leads import ALL, FULL, LEAD, MADE, convert, look, make_lead


async def source_of(people: Cast) -> str:
    """Give the id of a source."""
    found = await people.anna.data('{ dictionary(code: "SOURCE") { items { id code } } }')
    return next(str(item["id"]) for item in found["dictionary"]["items"] if item["code"] == "WEB")


async def test_anna_makes_all_three_of_a_lead(people: Cast, told: Told) -> None:
    source, boris = await source_of(people), people.ids["boris"]
    lead = await make_lead(
        people.anna, **FULL, sourceId=source, responsibleId=boris, observerIds=[people.ids["root"]]
    )

    made = (await convert(people.anna, lead, **ALL)).payload()

    ids = {name: {"id": made[name]["id"]} for name in ("contact", "company", "deal")}
    assert made["lead"] == {
        "id": lead,
        "version": 2,
        "stage": {"code": "CONVERTED", "semantics": "WON"},
        "contact": ids["contact"],
        "company": ids["company"],
        "conversion": {
            "at": made["lead"]["conversion"]["at"],
            "by": {"id": people.ids["anna"]},
            "contact": ids["contact"],
            "company": ids["company"],
            "deals": {"nodes": [ids["deal"]]},
        },
    }
    points = """phones { value kind } emails { value } websites { value } messengers { value kind }
      comments utm { source campaign } responsible { id } observers { id }"""
    shared = {
        "phones": [{"value": "+12025550123", "kind": "MOBILE"}],
        "emails": [{"value": "irina@example.com"}],
        "websites": [{"value": "https://volga.example.com"}],
        "messengers": [{"value": "irina_s", "kind": "TELEGRAM"}],
        "comments": "Wants an offer this week",
        "utm": {"source": "fair", "campaign": "spring"},
        "responsible": {"id": boris},
        "observers": [{"id": people.ids["root"]}],
    }
    person = f"""firstName middleName lastName birthDate jobTitle source {{ id }} sourceDescription
      company {{ id }} companies {{ nodes {{ id }} }} {points}"""
    assert await look(people.anna, "contact", ids["contact"]["id"], person) == {
        **{name: FULL[name] for name in ("firstName", "middleName", "lastName", "birthDate",
                                         "jobTitle", "sourceDescription")},
        "source": {"id": source},
        "company": ids["company"],
        "companies": {"nodes": [ids["company"]]},
        **shared,
    }  # fmt: skip
    organisation = await look(people.anna, "company", ids["company"]["id"], f"title {points}")
    assert organisation == {"title": "Volga Foods", **shared}
    sale = """title amount { amount currency } source { id } sourceDescription comments
      utm { source campaign } responsible { id } observers { id } contact { id } company { id }
      contacts { nodes { id } } lead { id } stage { semantics } pipeline { isDefault }"""
    names = ("comments", "utm", "responsible", "observers")
    assert await look(people.anna, "deal", ids["deal"]["id"], sale) == {
        "title": FULL["title"],
        "amount": FULL["amount"],
        "source": {"id": source},
        "sourceDescription": FULL["sourceDescription"],
        **{name: shared[name] for name in names},
        "contact": ids["contact"],
        "contacts": {"nodes": [ids["contact"]]},
        "company": ids["company"],
        "lead": {"id": lead},
        "stage": {"semantics": "OPEN"},
        "pipeline": {"isDefault": True},
    }
    assert [kind for kind, _ in await told(lead)] == ["CREATED", "UPDATED", "CONVERTED"]
    assert (await told(lead))[-1][1] == {
        name: {"from": None, "to": key["id"]} for name, key in ids.items()
    }


async def test_a_lead_without_a_name_of_a_company_names_it_by_its_title(people: Cast) -> None:
    lead = await make_lead(people.anna, title="Pumps")

    made = await convert(people.anna, lead, "company { title }", company={"create": True})

    assert made.payload()["company"] == {"title": "Pumps"}


async def test_known_clients_are_linked_and_get_nothing(people: Cast) -> None:
    anna = people.anna
    contact = await anna.mutate("createContact", {"lastName": "Orlova"}, "contact { id }")
    company = await anna.mutate("createCompany", {"title": "Orlova & Co"}, "company { id }")
    person = contact.payload()["contact"]["id"]
    firm = company.payload()["company"]["id"]
    lead = await make_lead(anna, **FULL)

    done = await convert(
        anna, lead, contact={"linkId": person}, company={"linkId": firm}, deal={"create": True}
    )

    made = done.payload()
    assert (made["contact"], made["company"]) == ({"id": person}, {"id": firm})
    assert made["lead"]["conversion"]["contact"] == {"id": person}
    read = "version phones { value } company { id }"
    assert await look(anna, "contact", person, read) == {
        "version": 1, "phones": [], "company": None,
    }  # fmt: skip
    deal = await look(anna, "deal", made["deal"]["id"], "contact { id } company { id }")
    assert deal == {"contact": {"id": person}, "company": {"id": firm}}


async def test_a_deal_goes_to_the_pipeline_that_is_named(people: Cast) -> None:
    second = await people.root.mutate("createPipeline", {"name": "Service"}, "pipeline { id }")
    pipeline = second.payload()["pipeline"]["id"]
    lead = await make_lead(people.anna)

    done = await convert(
        people.anna, lead, "deal { pipeline { id } }",
        deal={"create": True, "pipelineId": pipeline},
    )  # fmt: skip

    assert done.payload()["deal"] == {"pipeline": {"id": pipeline}}


async def test_a_deal_that_is_known_gets_the_lead(people: Cast) -> None:
    made = await people.anna.mutate("createDeal", {"title": "Known"}, "deal { id }")
    deal = made.payload()["deal"]["id"]
    lead, other = await make_lead(people.anna), await make_lead(people.anna)

    done = await convert(people.anna, lead, "deal { id lead { id } }", deal={"linkId": deal})
    again = await convert(people.anna, other, deal={"linkId": deal})

    assert done.payload()["deal"] == {"id": deal, "lead": {"id": lead}}
    assert again.refusals() == [("CONFLICT", "input.deal.linkId")]
    assert (await look(people.anna, "lead", other, LEAD[5:].strip()[1:-1]))["conversion"] is None


async def test_a_converted_lead_gets_further_deals_only(people: Cast, stored: Stored) -> None:
    lead = await make_lead(people.anna, **FULL)
    first = (await convert(people.anna, lead, **ALL)).payload()
    before = await stored()

    for name in ("contact", "company"):
        for place, value in (("create", True), ("linkId", first[name]["id"])):
            parts: dict[str, Any] = {name: {place: value}}
            refused = await convert(people.anna, lead, **parts)
            assert refused.refusals() == [("CONFLICT", f"input.{name}.{place}")]
    assert await stored() == before

    second = (await convert(people.boris, lead, deal={"create": True})).payload()
    assert second["lead"]["conversion"] == {
        **first["lead"]["conversion"],
        "deals": {"nodes": [second["deal"], first["deal"]]},
    }
    sale = await look(people.anna, "deal", second["deal"]["id"], "contact { id } company { id }")
    assert sale == {name: first[name] for name in ("contact", "company")}


async def test_a_lead_of_a_known_client_gets_no_second_one(people: Cast, stored: Stored) -> None:
    made = await people.anna.mutate("createContact", {"lastName": "Orlova"}, "contact { id }")
    known = made.payload()["contact"]
    lead = await make_lead(people.anna, contactId=known["id"], lastName="Orlova")
    before = await stored()

    refused = await convert(people.anna, lead, contact={"create": True}, deal={"create": True})

    assert refused.refusals() == [("CONFLICT", "input.contact.create")]
    assert await stored() == before
    done = (await convert(people.anna, lead, deal={"create": True})).payload()
    sale = await look(people.anna, "deal", done["deal"]["id"], "contact { id }")
    assert sale == {"contact": known}


async def clients_converting(lead: str, *people: Client) -> list[Any]:
    """Let several convert one lead at the same moment."""
    return list(await asyncio.gather(*(convert(person, lead, **ALL) for person in people)))


@pytest.mark.parametrize("round_number", range(3))
async def test_of_two_who_convert_at_one_moment_one_wins(people: Cast, round_number: int) -> None:
    lead = await make_lead(people.anna, **FULL, stageDescription=f"Round {round_number}")

    answers = await clients_converting(lead, people.anna, people.boris, people.anna, people.root)

    refused = [answer.refusals() for answer in answers if answer.refusals()]
    both = [("CONFLICT", "input.contact.create"), ("CONFLICT", "input.company.create")]
    assert refused == [both, both, both]
    counts = await people.anna.data(
        "{ contacts { totalCount } companies { totalCount } deals { totalCount } }"
    )
    assert [found["totalCount"] for found in counts.values()] == [1, 1, 1]


async def test_a_version_that_has_moved_on_is_a_conflict(people: Cast, stored: Stored) -> None:
    lead = await make_lead(people.anna)
    changed = await people.boris.mutate("updateLead", {"id": lead, "comments": "No"}, "lead { id }")
    changed.payload()
    before = await stored()

    refused = await convert(people.anna, lead, deal={"create": True}, ifVersion=1)

    assert refused.refusals() == [("CONFLICT", "input.ifVersion")]
    assert await stored() == before


@pytest.mark.parametrize(
    ("parts", "errors"),
    [
        ({}, [("REQUIRED", "input")]),
        ({"contact": {"create": False}}, [("REQUIRED", "input")]),
        ({"contact": {"linkId": None}}, [("REQUIRED", "input.contact.create")]),
        ({"contact": {"create": True}}, [("REQUIRED", "input.contact.create")]),
        ({"contact": {"linkId": "nonsense"}}, [("INVALID", "input.contact.linkId")]),
        ({"company": {"linkId": "$lead"}}, [("INVALID", "input.company.linkId")]),
        ({"company": {"create": True, "linkId": "$company"}},
         [("INVALID", "input.company.linkId")]),
        ({"deal": {"linkId": "$gone"}}, [("NOT_FOUND", "input.deal.linkId")]),
        ({"deal": {"create": True, "pipelineId": "$leads"}},
         [("INVALID", "input.deal.pipelineId")]),
        ({"deal": {"linkId": "$deal", "pipelineId": "$deals"}},
         [("INVALID", "input.deal.pipelineId")]),
        ({"deal": {"create": True}, "fieldMap": [{"from": "no", "entity": "DEAL"}]},
         [("NOT_FOUND", "input.fieldMap.0.from")]),
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused_where_it_stands(
    people: Cast, stored: Stored, parts: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    lead = await make_lead(people.anna, title=None)
    known = {"$lead": lead}
    for name, given in (("company", {"title": "Acme"}), ("deal", {"title": "Known"})):
        verb = f"create{name.capitalize()}"
        made = await people.anna.mutate(verb, given, f"{name} {{ id }}")
        known[f"${name}"] = made.payload()[name]["id"]
    gone = await people.anna.mutate("createDeal", {"title": "Gone"}, "deal { id }")
    known["$gone"] = gone.payload()["deal"]["id"]
    (await people.anna.mutate("deleteDeal", {"id": known["$gone"]}, "deal { id }")).payload()
    for name in ("lead", "deal"):
        found = await people.anna.data(f"{{ pipelines(entity: {name.upper()}) {{ id }} }}")
        known[f"${name}s"] = found["pipelines"][0]["id"]
    put: dict[str, Any] = {
        key: {inner: known.get(str(value), value) for inner, value in part.items()}
        if isinstance(part, dict) else part
        for key, part in parts.items()
    }  # fmt: skip
    before = await stored()

    refused = await convert(people.anna, lead, **put)

    assert refused.refusals() == errors
    assert await stored() == before


async def test_leads_in_the_bin_and_of_others_are_not_there(people: Cast, stored: Stored) -> None:
    lead = await make_lead(people.anna)
    (await people.anna.mutate("deleteLead", {"id": lead}, "lead { id }")).payload()
    before = await stored()

    for person in (people.anna, people.olga):
        refused = await convert(person, lead, deal={"create": True})
        assert refused.refusals() == [("NOT_FOUND", "input.id")]
    assert await stored() == before


async def test_a_dry_run_leaves_nothing(people: Cast, stored: Stored) -> None:
    lead = await make_lead(people.anna, **FULL)
    before = await stored()

    done = await people.anna.run(
        f"mutation ($g: ConvertLeadInput!) {{ convertLead(input: $g) {{ {MADE} }} }}",
        {"g": {"id": lead, **ALL}},
        {"X-Dry-Run": "1"},
    )

    assert done.data["convertLead"]["lead"]["stage"]["semantics"] == "WON"
    kinds = [event["kind"] for event in done.extensions["dryRun"]["events"]]
    assert kinds == ["CREATED", "CREATED", "CREATED", "UPDATED", "CONVERTED"]
    assert await stored() == before

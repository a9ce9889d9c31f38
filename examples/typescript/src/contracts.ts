/** Contracts: deals with the custom fields of this one workspace, all of them typed. */
import type { Api } from "./client.js";
import { accepted } from "./client.js";
import { graphql } from "./gql/index.js";
import type { ContractFragment, CreateDealInput, DealFilter } from "./gql/graphql.js";

export type ContractFields = NonNullable<CreateDealInput["custom"]>;

export const Contract = graphql(`
  fragment Contract on Deal {
    id
    version
    title
    custom {
      contractNumber
      warrantyUntil
      score
      budget { amount currency }
      regions { id code value }
    }
  }
`);

const Contracts = graphql(`
  query Contracts($where: DealFilter!) {
    deals(
      where: $where
      orderBy: [{ custom: { warrantyUntil: ASC } }, { custom: { budget: DESC_NULLS_LAST } }]
      first: 200
    ) {
      totalCount
      nodes { ...Contract }
    }
  }
`);

const FindContract = graphql(`
  query FindContract($number: String!) {
    deals(where: { custom: { contractNumber: { eq: $number } } }, first: 1) {
      nodes { ...Contract }
    }
  }
`);

const CreateContract = graphql(`
  mutation CreateContract($input: CreateDealInput!) {
    createDeal(input: $input) {
      deal { ...Contract }
      userErrors { code message path }
    }
  }
`);

const UpdateContract = graphql(`
  mutation UpdateContract($input: UpdateDealInput!) {
    updateDeal(input: $input) {
      deal { ...Contract }
      userErrors { code message path }
    }
  }
`);

/** Gives the contracts whose warranty ends by a day, the first to end first. */
export async function readEnding(
  api: Api,
  by: string,
  regionId?: string,
): Promise<ContractFragment[]> {
  const where: DealFilter = {
    custom: {
      warrantyUntil: { lte: by },
      ...(regionId !== undefined && { regions: { some: { eq: regionId } } }),
    },
  };
  return (await api.run(Contracts, { where })).deals.nodes;
}

/** Gives the contract with a number, or nothing. */
export async function findContract(
  api: Api,
  number: string,
): Promise<ContractFragment | undefined> {
  return (await api.run(FindContract, { number })).deals.nodes[0];
}

/** Makes a deal with a contract's fields. */
export async function createContract(
  api: Api,
  title: string,
  custom: ContractFields,
): Promise<ContractFragment> {
  const { createDeal } = await api.run(CreateContract, { input: { title, custom } });
  return accepted(createDeal, createDeal.deal);
}

/** Sets a contract's score, unless somebody changed the contract since; other fields stay. */
export async function rate(
  api: Api,
  { id, version }: ContractFragment,
  score: number,
): Promise<ContractFragment> {
  const input = { id, ifVersion: version, custom: { score } };
  const { updateDeal } = await api.run(UpdateContract, { input });
  return accepted(updateDeal, updateDeal.deal);
}

/** Says a contract in one line. */
export function line({ title, custom }: ContractFragment): string {
  const { contractNumber, budget, score, regions } = custom;
  return [
    `${contractNumber ?? "no number"} ${title ?? ""}`,
    budget == null ? "no budget" : `${budget.amount} ${budget.currency}`,
    // A list is null where one's roles hide the field.
    regions?.map((region) => region.value).join(" and ") || "no region",
    `score ${score ?? 0}`,
  ].join(", ");
}

/** Deals as any workspace has them: a board, a list of any length, custom values by their codes. */
import type { Api } from "./client.js";
import { accepted } from "./client.js";
import { graphql } from "./gql/index.js";
import type {
  BoardQuery,
  CustomFilter,
  CustomValueInput,
  DealCardFragment,
  DealFilter,
  DealOrder,
  DealPageQuery,
  DealValuesQuery,
} from "./gql/graphql.js";

export type Column = BoardQuery["pipelines"][number]["board"][number];
export type Value = NonNullable<DealValuesQuery["deal"]>["customFieldValues"][number];

export const DealCard = graphql(`
  fragment DealCard on Deal {
    id
    version
    title
    amount { amount currency }
    company { title }
    responsible { fullName }
    closeDate
  }
`);

const Board = graphql(`
  query Board($where: DealFilter, $first: Int!) {
    pipelines(entity: DEAL) {
      id
      name
      board(where: $where, first: $first, orderBy: [{ amount: DESC }]) {
        stage { name color semantics }
        count
        sum { amount currency }
        deals { nodes { ...DealCard } pageInfo { hasNextPage endCursor } }
      }
    }
  }
`);

const DealPage = graphql(`
  query DealPage(
    $where: DealFilter
    $customWhere: [CustomFilter!]
    $orderBy: [DealOrder!]
    $after: String
  ) {
    deals(where: $where, customWhere: $customWhere, orderBy: $orderBy, first: 50, after: $after) {
      nodes { ...DealCard }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

const DealValues = graphql(`
  query DealValues($id: ID!, $codes: [String!]) {
    deal(id: $id) {
      customFieldValues(codes: $codes) {
        __typename
        field { code name type }
        displayValue
        ... on StringFieldValue { strings }
        ... on IntFieldValue { integers }
        ... on DateFieldValue { dates }
        ... on MoneyFieldValue { amounts { amount currency } }
        ... on OptionFieldValue { options { id code value } }
      }
    }
  }
`);

const WriteValues = graphql(`
  mutation WriteValues($input: UpdateDealInput!) {
    updateDeal(input: $input) {
      deal { ...DealCard }
      userErrors { code message path }
    }
  }
`);

const Fields = graphql(`
  query Fields {
    customFields(entity: DEAL) { code name type options { id code value } }
  }
`);

/** Gives the columns of the first pipeline, the deals with the largest amounts first. */
export async function readBoard(api: Api, where: DealFilter = {}, first = 10): Promise<Column[]> {
  const { pipelines } = await api.run(Board, { where, first });
  return pipelines[0]?.board ?? [];
}

/** Gives all deals that match, page after page. */
export async function* readDeals(
  api: Api,
  asked: { where?: DealFilter; customWhere?: CustomFilter[]; orderBy?: DealOrder[] } = {},
): AsyncGenerator<DealCardFragment> {
  let after: string | null | undefined;
  do {
    const { deals }: DealPageQuery = await api.run(DealPage, { ...asked, after });
    yield* deals.nodes;
    after = deals.pageInfo.hasNextPage ? deals.pageInfo.endCursor : null;
  } while (after != null);
}

/** Gives a deal's custom values with the names of their fields; without codes, all of them. */
export async function readValues(api: Api, id: string, codes?: string[]): Promise<Value[]> {
  const { deal } = await api.run(DealValues, { id, codes });
  return deal?.customFieldValues ?? [];
}

/** Writes custom values by their codes, unless somebody changed the deal since it was read. */
export async function writeValues(
  api: Api,
  { id, version }: { id: string; version: number },
  customValues: CustomValueInput[],
): Promise<DealCardFragment> {
  const { updateDeal } = await api.run(WriteValues, {
    input: { id, ifVersion: version, customValues },
  });
  return accepted(updateDeal, updateDeal.deal);
}

/** Gives the ids of a list field's options, in their order. */
export async function readOptions(api: Api, code: string): Promise<string[]> {
  const { customFields } = await api.run(Fields);
  const field = customFields.find((candidate) => candidate.code === code);
  return field?.options.map((option) => option.id) ?? [];
}

/** Says a value for programs: the texts, days or numbers themselves, not what people read. */
export function plain(value: Value): readonly (string | number)[] {
  switch (value.__typename) {
    case "StringFieldValue":
      return value.strings;
    case "IntFieldValue":
      return value.integers;
    case "DateFieldValue":
      return value.dates;
    case "MoneyFieldValue":
      return value.amounts.map(({ amount, currency }) => `${amount} ${currency}`);
    case "OptionFieldValue":
      return value.options.map((option) => option.code);
    default:
      // A type of field that this program does not know.
      return value.displayValue == null ? [] : [value.displayValue];
  }
}

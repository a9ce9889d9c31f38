// Mercurius on Fastify with graphql-jit, dataloaders and prepared statements, over the same tables.
// No token, no rights, no limits, no history. It writes its address when it can answer.

import Fastify from 'fastify'
import mercurius from 'mercurius'

import { COMPANY, DEAL, Loaders, STAGE, WORKSPACE, columnsOf, select, sent } from './rows.mjs'
import { decodeId, encodeId, scaled } from './values.mjs'

const schema = `
  scalar Date
  scalar DateTime
  scalar Decimal
  enum StageSemantics { OPEN WON LOST }
  enum Direction { ASC DESC }

  type Money { amount: Decimal! currency: String! }
  type User { id: ID! firstName: String lastName: String fullName: String! email: String! }
  type Stage { id: ID! name: String! color: String semantics: StageSemantics! }
  type Deal {
    id: ID! title: String amount: Money probability: Int beginDate: Date closeDate: Date
    isClosed: Boolean! createdAt: DateTime! version: Int!
    company: Company contact: Contact stage: Stage! responsible: User
  }
  type DealPage { nodes: [Deal!]! totalCount: Int! }
  type Contact { id: ID! firstName: String lastName: String deals(first: Int! = 25): DealPage! }
  type ContactPage { nodes: [Contact!]! }
  type Company { id: ID! title: String contacts(first: Int! = 25): ContactPage! }
  type CompanyPage { nodes: [Company!]! }
  type BoardColumn { stage: Stage! count: Int! sum: Money! deals: DealPage! }
  type Pipeline { id: ID! name: String! board(first: Int! = 25): [BoardColumn!]! }

  input SemanticsFilter { eq: StageSemantics }
  input StageFilter { semantics: SemanticsFilter }
  input DecimalFilter { gte: Decimal lte: Decimal }
  input DealFilter { stage: StageFilter amount: DecimalFilter }
  input DealOrder { amount: Direction }
  input UpdateDealInput { id: ID! title: String! }
  type UpdateDealPayload { deal: Deal! }

  type Query {
    deals(first: Int! = 25, where: DealFilter, orderBy: [DealOrder!]): DealPage!
    companies(first: Int! = 25): CompanyPage!
    deal(id: ID!): Deal
    pipeline(id: ID!): Pipeline
  }
  type Mutation { updateDeal(input: UpdateDealInput!): UpdateDealPayload! }
`

const ONE_DEAL = `SELECT ${columnsOf(DEAL, 'd')} FROM deals d
  WHERE d.workspace_id = $1 AND d.id = $2 AND d.deleted_at IS NULL`
const COMPANIES = `SELECT ${columnsOf(COMPANY, 'c')} FROM companies c
  WHERE c.workspace_id = $1 AND c.deleted_at IS NULL ORDER BY c.id DESC LIMIT $2`
const PIPELINE = `SELECT p.id, p.name, w.currency FROM pipelines p
  JOIN workspaces w ON w.id = p.workspace_id WHERE p.workspace_id = $1 AND p.id = $2`
const STAGES = `SELECT ${columnsOf(STAGE, 's')} FROM stages s
  WHERE s.workspace_id = $1 AND s.pipeline_id = $2 ORDER BY s.sort, s.id`
const UPDATE = `UPDATE deals d SET title = $3
  WHERE d.workspace_id = $1 AND d.id = $2 AND d.deleted_at IS NULL
  RETURNING ${columnsOf(DEAL, 'd')}`
const ALIVE = 'd.workspace_id = $1 AND d.deleted_at IS NULL'

/** A page of deals: what is on it is read by its fields. */
class Deals {
  constructor(where, orderBy, first) {
    this.values = [WORKSPACE]
    this.first = first
    this.conditions = ALIVE
    const semantics = where?.stage?.semantics?.eq
    if (semantics) {
      this.#add(semantics, (at) => `d.stage_id IN (SELECT s.id FROM stages s
        WHERE s.workspace_id = $1 AND s.semantics = ${at})`)
    }
    const { gte, lte } = where?.amount ?? {}
    if (gte != null) this.#add(scaled(gte), (at) => `d.amount_base >= ${at}`)
    if (lte != null) this.#add(scaled(lte), (at) => `d.amount_base <= ${at}`)
    const directions = (orderBy ?? []).map(({ amount }) => amount).filter(Boolean)
    this.order = [...directions.map((each) => `d.amount_base ${each}`), 'd.id DESC'].join(', ')
  }

  async nodes() {
    const text = `SELECT ${columnsOf(DEAL, 'd')} FROM deals d WHERE ${this.conditions}
      ORDER BY ${this.order} LIMIT $${this.values.length + 1}`
    return (await select(text, [...this.values, this.first])).map(DEAL.shape)
  }

  async totalCount() {
    const text = `SELECT count(*)::int FROM deals d WHERE ${this.conditions}`
    return (await select(text, this.values))[0][0]
  }

  #add(value, condition) {
    this.values.push(value)
    this.conditions += ` AND ${condition(`$${this.values.length}`)}`
  }
}

/** A page of deals below a parent; they come in a batch. */
const dealsBelow = (loader, key, first, conditions, loaders) => ({
  nodes: () => loaders.page(loader, first, key),
  totalCount: async () =>
    (await select(`SELECT count(*)::int FROM deals d WHERE ${ALIVE} AND ${conditions}`,
      [WORKSPACE, key]))[0][0],
})

const resolvers = {
  Query: {
    deals: (_root, { first, where, orderBy }) => new Deals(where, orderBy, first),
    companies: async (_root, { first }) => ({
      nodes: (await select(COMPANIES, [WORKSPACE, first])).map(COMPANY.shape),
    }),
    deal: async (_root, { id }) => {
      const [row] = await select(ONE_DEAL, [WORKSPACE, decodeId('deal', id)])
      return row === undefined ? null : DEAL.shape(row)
    },
    pipeline: async (_root, { id }) => {
      const [row] = await select(PIPELINE, [WORKSPACE, decodeId('pipeline', id)])
      if (row === undefined) return null
      const [key, name, currency] = row
      return { key, id: encodeId('pipeline', key), name, currency }
    },
  },
  Mutation: {
    updateDeal: async (_root, { input: { id, title } }) => {
      const [row] = await select(UPDATE, [WORKSPACE, decodeId('deal', id), title])
      if (row === undefined) throw new Error(`There is no deal ${id}`)
      return { deal: DEAL.shape(row) }
    },
  },
  DealPage: {
    nodes: (page) => page.nodes(),
    totalCount: (page) => page.totalCount(),
  },
  Deal: {
    company: (deal, _arguments, { loaders }) => loaders.one('company', deal.companyKey),
    contact: (deal, _arguments, { loaders }) => loaders.one('contact', deal.contactKey),
    stage: (deal, _arguments, { loaders }) => loaders.one('stage', deal.stageKey),
    responsible: (deal, _arguments, { loaders }) => loaders.one('user', deal.responsibleKey),
  },
  Contact: {
    deals: (contact, { first }, { loaders }) =>
      dealsBelow('dealsOfContact', contact.key, first, 'd.contact_id = $2', loaders),
  },
  Company: {
    contacts: async (company, { first }, { loaders }) => ({
      nodes: await loaders.page('contactsOfCompany', first, company.key),
    }),
  },
  Pipeline: {
    board: async ({ key, currency }, { first }) =>
      (await select(STAGES, [WORKSPACE, key])).map((row) => ({
        stage: STAGE.shape(row), first, currency,
      })),
  },
  BoardColumn: {
    count: async ({ stage }, _arguments, { loaders }) =>
      (await loaders.one('numbersOfStage', stage.key)).count,
    sum: async ({ stage, currency }, _arguments, { loaders }) => ({
      amount: (await loaders.one('numbersOfStage', stage.key)).sum, currency,
    }),
    deals: ({ stage, first }, _arguments, { loaders }) =>
      dealsBelow('cardsOfStage', stage.key, first, 'd.stage_id = $2', loaders),
  },
}

const app = Fastify()
app.register(mercurius, {
  schema,
  resolvers,
  context: () => ({ loaders: new Loaders() }),
  jit: 1,
  // The rows have the right types already; stacks are for who looks for errors.
  compilerOptions: { disableLeafSerialization: true, disablingCapturingStackErrors: true },
})
app.get('/statements', async () => String(sent))
process.once('SIGTERM', () => process.exit())
console.log(await app.listen({ host: '127.0.0.1', port: 0 }))

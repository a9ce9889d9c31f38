// The statements: each batch of one relation is one prepared statement, as loaders want it.

import DataLoader from 'dataloader'
import pg from 'pg'

import { TYPES, decimal, encodeId } from './values.mjs'

export const WORKSPACE = process.env.BENCH_WORKSPACE

const pool = new pg.Pool({
  connectionString: process.env.VORONKA_DATABASE_URL,
  options: '-c TimeZone=UTC',
  max: 10,
  idleTimeoutMillis: 0,
  types: { getTypeParser: (oid, format) => TYPES.get(oid) ?? pg.types.getTypeParser(oid, format) },
})
const names = new Map()

/** How many statements were sent so far. */
export let sent = 0

/** Run a statement, prepared once on each connection; give the rows as arrays. */
export async function select(text, values) {
  let name = names.get(text)
  if (name === undefined) names.set(text, (name = `s${names.size}`))
  sent++
  const found = await pool.query({ name, text, values, rowMode: 'array' })
  return found.rows
}

// What is read of each type: its columns, and the object that the executor takes the fields from.
// All fields are plain properties: the compiled query reads them without calling anything.

export const DEAL = {
  table: 'deals',
  columns: [
    'id', 'title', 'amount', 'amount_currency', 'probability', 'begin_date', 'close_date',
    'is_closed', 'created_at', 'version', 'company_id', 'contact_id', 'stage_id', 'responsible_id',
  ],
  shape: (row) => ({
    key: row[0],
    id: encodeId('deal', row[0]),
    title: row[1],
    amount: row[2] === null ? null : { amount: decimal(row[2]), currency: row[3] },
    probability: row[4],
    beginDate: row[5],
    closeDate: row[6],
    isClosed: row[7],
    createdAt: row[8],
    version: row[9],
    companyKey: row[10],
    contactKey: row[11],
    stageKey: row[12],
    responsibleKey: row[13],
  }),
}
export const COMPANY = {
  table: 'companies',
  columns: ['id', 'title'],
  shape: (row) => ({ key: row[0], id: encodeId('company', row[0]), title: row[1] }),
}
export const CONTACT = {
  table: 'contacts',
  columns: ['id', 'first_name', 'last_name'],
  shape: (row) => ({
    key: row[0],
    id: encodeId('contact', row[0]),
    firstName: row[1],
    lastName: row[2],
  }),
}
export const STAGE = {
  table: 'stages',
  columns: ['id', 'name', 'semantics', 'color'],
  shape: (row) => ({
    key: row[0],
    id: encodeId('stage', row[0]),
    name: row[1],
    semantics: row[2],
    color: row[3],
  }),
}
export const USER = {
  table: 'users',
  columns: ['id', 'first_name', 'last_name', 'email'],
  shape: (row) => ({
    key: row[0],
    id: encodeId('user', row[0]),
    firstName: row[1],
    lastName: row[2],
    fullName: [row[1], row[2]].filter(Boolean).join(' ') || row[3],
    email: row[3],
  }),
}

/** List the columns of a type. */
export const columnsOf = ({ columns }, row) => columns.map((each) => `${row}.${each}`).join(', ')

const byId = (type) => {
  const text = `SELECT ${columnsOf(type, 'r')} FROM ${type.table} r
    WHERE r.workspace_id = $1 AND r.id = ANY($2)`
  return async (keys) => {
    const found = new Map()
    for (const row of await select(text, [WORKSPACE, keys])) found.set(row[0], type.shape(row))
    return keys.map((key) => found.get(key) ?? null)
  }
}

const firstOf = (type, column, order) => {
  const text = `SELECT parent.id, ${columnsOf(type, 'r')} FROM unnest($2::uuid[]) AS parent (id)
    CROSS JOIN LATERAL (SELECT * FROM ${type.table} r
      WHERE r.workspace_id = $1 AND ${column} = parent.id AND r.deleted_at IS NULL
      ORDER BY ${order} LIMIT $3) r ORDER BY ${order}`
  return (first) => async (keys) => {
    const found = new Map(keys.map((key) => [key, []]))
    for (const row of await select(text, [WORKSPACE, keys, first])) {
      found.get(row.shift()).push(type.shape(row))
    }
    return keys.map((key) => found.get(key))
  }
}

const NUMBERS = `SELECT stage_id, count(*)::int, coalesce(sum(amount_base), 0)::bigint FROM deals
  WHERE workspace_id = $1 AND stage_id = ANY($2) AND deleted_at IS NULL GROUP BY stage_id`

const numbersOfStages = async (keys) => {
  const found = new Map()
  for (const [key, count, sum] of await select(NUMBERS, [WORKSPACE, keys])) {
    found.set(key, { count, sum: decimal(sum) })
  }
  return keys.map((key) => found.get(key) ?? { count: 0, sum: '0' })
}

const ONE_BY_ONE = {
  company: byId(COMPANY),
  contact: byId(CONTACT),
  stage: byId(STAGE),
  user: byId(USER),
  numbersOfStage: numbersOfStages,
}
const PAGES = {
  contactsOfCompany: firstOf(CONTACT, 'r.company_id', 'r.id DESC'),
  dealsOfContact: firstOf(DEAL, 'r.contact_id', 'r.id DESC'),
  cardsOfStage: firstOf(DEAL, 'r.stage_id', 'r.board_position, r.id'),
}

/** The loaders of one request, each made when it is first used. */
export class Loaders {
  #made = new Map()

  /** Load what a reference points to. */
  one(name, key) {
    return key === null ? null : this.#loader(name, () => ONE_BY_ONE[name]).load(key)
  }

  /** Load the first rows below a parent. */
  page(name, first, key) {
    return this.#loader(`${name} ${first}`, () => PAGES[name](first)).load(key)
  }

  #loader(name, batch) {
    let found = this.#made.get(name)
    if (found === undefined) this.#made.set(name, (found = new DataLoader(batch())))
    return found
  }
}

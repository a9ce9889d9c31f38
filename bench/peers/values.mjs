// The values of the API: how ids, amounts and times look in PostgreSQL, and how on the wire.

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const HEX = '0123456789abcdef'
const UUID_LENGTH = 36
const DIGITS = []
for (let at = 0; at < UUID_LENGTH; at++) if (![8, 13, 18, 23].includes(at)) DIGITS.push(at)
const VALUES = new Uint8Array(128)
for (let value = 0; value < HEX.length; value++) VALUES[HEX.charCodeAt(value)] = value
const CHARACTERS = Buffer.from(ALPHABET)
const suffix = Buffer.alloc(26)
const PLACES = 4 // amounts are kept in ten-thousandths

/** Write a UUID as a TypeID. Answers are full of ids, so no BigInt and no array of bytes. */
export function encodeId(prefix, uuid) {
  let bits = 0
  let have = 2 // 128 bits are 26 characters with two zero bits in front
  let length = 0
  for (const at of DIGITS) {
    bits = ((bits << 4) | VALUES[uuid.charCodeAt(at)]) & 0xfff
    have += 4
    while (have >= 5) {
      have -= 5
      suffix[length++] = CHARACTERS[(bits >> have) & 31]
    }
  }
  return `${prefix}_${suffix.latin1Slice()}`
}

/** Read a TypeID of one kind into its UUID. */
export function decodeId(prefix, text) {
  const [, found, encoded] = /^([a-z]+)_([0-7][0-9a-hjkmnp-tv-z]{25})$/.exec(text) ?? []
  if (found !== prefix) throw new Error(`Not the id of a ${prefix}: ${text}`)
  let bits = 0n
  for (const character of encoded) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(character))
  const hex = bits.toString(16).padStart(32, '0')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** Write ten-thousandths, which come as text, as a decimal without trailing zeros. */
export function decimal(scaled) {
  if (scaled === '0') return scaled
  if (scaled.endsWith('0000')) return scaled.slice(0, -PLACES)
  const sign = scaled.startsWith('-') ? '-' : ''
  const digits = scaled.slice(sign.length).padStart(PLACES + 1, '0')
  return `${sign}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES).replace(/0+$/, '')}`
}

/** Read a decimal, a string or a number, into ten-thousandths. */
export function scaled(value) {
  const found = /^(-?)(\d{1,14})(?:\.(\d{1,4}))?$/.exec(String(value))
  if (found === null) throw new Error(`Not a decimal of at most four places: ${value}`)
  const [, sign, whole, fraction = ''] = found
  return `${sign}${whole}${fraction.padEnd(PLACES, '0')}`
}

/** Read the driver's values of the columns' types, all without loss. */
export const TYPES = new Map([
  [1082, String], // date
  [1184, time], // timestamptz
  [20, String], // bigint
])

/** Write a time as RFC 3339; the sessions are in UTC. A Date would cut the microseconds off. */
function time(text) {
  const [seconds, fraction] = text.slice(0, -'+00'.length).replace(' ', 'T').split('.')
  return fraction === undefined ? `${seconds}Z` : `${seconds}.${fraction.padEnd(6, '0')}Z`
}

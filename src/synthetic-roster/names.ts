import { NAME_POOLS, type NamePool } from './name-pools.ts'
import type { SeededRandom } from './seeded-random.ts'

export interface PersonName {
  /** Empty for people with one name. */
  given: string
  family: string
  /** The name in lower-case ASCII letters, such as `jose-luis.garcia`, for an e-mail address. Not unique. */
  mailbox: string
}

const TOTAL = NAME_POOLS.reduce((sum, pool) => sum + pool.weight, 0)

/** Draws a name in one of many scripts. */
export function drawName (random: SeededRandom): PersonName {
  const pool = drawPool(random)
  const first = draw(random, pool.family)
  const family = [first]
  let joint = ' '
  if (pool.hasTwoFamilyNames === true) family.push(draw(random, pool.family))
  else if (pool.hasHyphens === true && random.next() < 0.08) {
    family.push(draw(random, pool.family))
    joint = '-'
  }
  const given = pool.given.length === 0 ? { text: '', latin: '' } : draw(random, pool.given)
  return {
    given: given.text,
    family: family.map((name) => name.text).join(joint),
    mailbox: [given.latin, first.latin].filter((part) => part !== '').join('.'),
  }
}

function drawPool (random: SeededRandom): NamePool {
  let rest = random.next() * TOTAL
  return NAME_POOLS.find((pool) => (rest -= pool.weight) < 0) ?? NAME_POOLS[0]
}

function draw (random: SeededRandom, names: readonly string[]): { text: string, latin: string } {
  const [text = '', latin] = random.pick(names).split('=')
  return { text, latin: latin ?? toAscii(text) }
}

/** Latin letters that do not come apart into a letter and an accent. */
const LETTERS: Record<string, string> = { ø: 'o', æ: 'ae', ß: 'ss', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' }

function toAscii (name: string): string {
  return name.toLowerCase().normalize('NFD').replace(/[øæßłđðþı]/g, (letter) => LETTERS[letter] ?? '')
    .replace(/ /g, '-').replace(/[^a-z-]/g, '')
}

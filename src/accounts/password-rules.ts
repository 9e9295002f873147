// Which passwords are accepted: long enough, not a common one, and not made of words that belong to the user
// or the service (NIST SP 800-63B, 5.1.1.2). No rules about digits and symbols: they make passwords
// predictable.
import { DomainError } from '../errors.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './passwords.ts'

/** Shorter words occur in too many other words. */
const SHORTEST_WORD = 3
/** The least number of letters beside known words. */
const OTHER_LETTERS = 4
/** Up to this many digits and symbols around a common password count as decoration. */
const MOST_DECORATION = 7
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** The user of a password. */
export interface PasswordOwner {
  email: string
  firstName: string | null
  lastName: string | null
  /** Other texts about them, such as the name of a school. */
  words?: readonly string[]
}

/**
 * Throws VALIDATION_FAILED if the password is not accepted. `serviceWords` are texts about the service: its
 * host and the names of schools.
 */
export async function checkPassword (
  password: string,
  { email, firstName, lastName, words: own = [] }: PasswordOwner,
  serviceWords: readonly string[]
): Promise<void> {
  if (password.length < MIN_PASSWORD_LENGTH) {
    refuse(`is too short: use at least ${MIN_PASSWORD_LENGTH} characters.`)
  }
  if (password.length > MAX_PASSWORD_LENGTH) {
    refuse(`is too long: use at most ${MAX_PASSWORD_LENGTH} characters.`)
  }
  const text = password.normalize('NFKC').toLowerCase()
  if (isPattern(text)) refuse('is a simple pattern. Choose several unrelated words.')
  const words = [
    ...wordsOf(email),
    ...wordsOf(email.split('@', 1)[0] ?? ''),
    ...[firstName, lastName, ...own, ...serviceWords].flatMap((one) => wordsOf(one ?? '')),
  ]
  if (isMadeOf(text, ['perfbook', ...words])) {
    refuse(
      'is made of your name, your email address, or the name of the school or service. Choose other words.'
    )
  }
  const common = await commonPasswords()
  if (candidates(text).some((candidate) => common.has(candidate))) {
    refuse('is one of the most common passwords, or close to one. Choose several unrelated words.')
  }
}

function refuse (reason: string): never {
  throw new DomainError('VALIDATION_FAILED', { detail: `password: ${reason}` })
}

/** Whether it is one to four characters repeated, or a run of the alphabet or of digits. */
function isPattern (text: string): boolean {
  if (/^(.{1,4})\1+$/su.test(text)) return true
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  const step = (codes[1] ?? 0) - (codes[0] ?? 0)
  return Math.abs(step) === 1 && codes.every((code, i) => i === 0 || code - (codes[i - 1] ?? 0) === step)
}

/**
 * What is looked up in the list of common passwords: the text itself, without the decoration around it
 * (digits and symbols that are few or a simple pattern), and without any spaces and symbols. Each also
 * without accents, and with look-alikes read as letters.
 */
function candidates (text: string): string[] {
  const letters = /\p{L}/u
  const characters = [...text]
  const first = characters.findIndex((character) => letters.test(character))
  const end = characters.findLastIndex((character) => letters.test(character)) + 1
  const found = [text, plainText(text)]
  if (first !== -1) {
    const around = [characters.slice(0, first).join(''), characters.slice(end).join('')]
    const isDecoration = first + characters.length - end <= MOST_DECORATION ||
      around.every((part) => part.length < 2 || isPattern(part))
    if (isDecoration) found.push(characters.slice(first, end).join(''))
  }
  return found.flatMap((one) => [
    one,
    withoutAccents(one),
    Array.from(one, (character) => LOOK_ALIKES[character] ?? character).join(''),
  ])
}

function withoutAccents (text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '')
}

/** Whether little is left of a password without the words. */
function isMadeOf (text: string, words: readonly string[]): boolean {
  const plain = plainText(text)
  let rest = plain
  const longestFirst = [...new Set(words)].sort((a, b) => b.length - a.length)
  for (const word of longestFirst) rest = rest.replaceAll(word, ' ')
  return rest !== plain && rest.replace(/[\s\p{N}]/gu, '').length < OTHER_LETTERS
}

/** The whole text and its parts, reduced to letters and digits. */
function wordsOf (text: string): string[] {
  const lower = text.slice(0, 1000).normalize('NFKC').toLowerCase()
  return [plainText(lower), ...lower.split(/[^\p{L}\p{N}]+/u)].filter((word) => word.length >= SHORTEST_WORD)
}

function plainText (text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '')
}

let loading: Promise<ReadonlySet<string>> | undefined

/**
 * About 49,000 passwords in lower case. They take half a megabyte, so they are loaded when a password is
 * first chosen.
 */
function commonPasswords (): Promise<ReadonlySet<string>> {
  // The package is CommonJS. In the bundle of the binary, such a module has a default export only.
  loading ??= import('@zxcvbn-ts/language-common')
    .then(({ default: { dictionary } }) => new Set(dictionary['passwords-common']))
  return loading
}

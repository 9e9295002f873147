import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkPassword } from '../../src/accounts/password-rules.ts'
import { hasCode } from '../../src/errors.ts'

const OWNER = { email: 'Elena.Marquez@riverside.example', firstName: 'Elena', lastName: 'Márquez' }
const SERVICE = ['grades.riverside.example', 'Riverside High School']

async function reasonFor (password: string): Promise<string> {
  try {
    await checkPassword(password, OWNER, SERVICE)
    return 'accepted'
  } catch (error) {
    if (!hasCode(error, 'VALIDATION_FAILED')) throw error
    return error.message
  }
}

t.test('the most common ones, and those with decoration around them', async (t) => {
  for (const password of [
    'password', '12345678', 'PassWord', 'password123', 'Password123!', 'P@ssw0rd', 'p4$$w0rd', '!!dragon!!',
    'iloveyou2', 'qwertyuiop', 'letmein1', 'Sunshine2026!', 'ｐａｓｓｗｏｒｄ', 'Password12345678',
    'P@ssw0rd!!!!!!!!!!', 'pass word', 'p a s s w o r d', 'i-love-you', 'pássword',
  ]) {
    t.match(await reasonFor(password), /most common|simple pattern/, password)
  }
})

t.test('patterns', async (t) => {
  for (const password of [
    'aaaaaaaa', 'abababab', 'abcabcabcabc', 'abcdefghij', 'hgfedcba', '23456789', '😀😀😀😀',
    'x'.repeat(1024),
  ]) {
    t.match(await reasonFor(password), /pattern|most common/, password.slice(0, 20))
  }
})

t.test('the user\'s own words and those of the service', async (t) => {
  const own = [
    'elena.marquez@riverside.example', 'ELENA.MARQUEZ', 'elenamarquez', 'elena-marquez-99', 'Márquez2026',
    'Marquez.Elena', 'perfbook', 'Perfbook1!', 'perfbook-2026',
    'riverside', 'Riverside1', 'riversidehighschool', 'Riverside High School', 'grades.riverside.example',
    'elena@perfbook',
  ]
  for (const password of own) {
    t.match(
      await reasonFor(password),
      /made of your name, your email address, or the name of the school/,
      password
    )
  }
})

t.test('a password that is too short or too long: the message gives the limits', async (t) => {
  t.match(await reasonFor('q8!xRt'), /at least 8 characters/)
  t.match(await reasonFor('correct horse battery staple '.repeat(40)), /at most 1024 characters/)
})

t.test('anything else is accepted: no rules about digits and signs', async (t) => {
  const good = [
    'correct horse', 'correct horse battery staple', 'another password', 'vexing quiet otter', 'xk7q9zrw',
    'elena likes vexing otters', 'riverside bicycle lamp', '83920174', 'пароль бабушки и кот',
    'the right password', 'Zebedee chose this', `${'vexing quiet otter '.repeat(50)}`,
  ]
  for (const password of good) t.equal(await reasonFor(password), 'accepted', password.slice(0, 40))
})

t.test('names of one letter, of none, and of a thousand refuse nothing else', async (t) => {
  for (const name of ['', ' ', 'A', '.', '(', '\\', 'ab'.repeat(500), '\ud800']) {
    const owner = { email: 'x@y.example', firstName: name, lastName: name }
    await t.resolves(checkPassword('vexing quiet otter', owner, [name]), JSON.stringify(name).slice(0, 20))
  }
})

t.test('passwords are hashed in one place of the program, whose queue is limited', async (t) => {
  const root = join(import.meta.dirname, '../..')
  const files = [
    'src',
    'workers',
    'db',
  ].flatMap((folder) => readdirSync(join(root, folder), {
    recursive: true,
    encoding: 'utf8',
  }).map((file) => join(folder, file)))
  const users = files.filter((file) => /\.tsx?$/.test(file) &&
    /\b(?:hashPassword|verifyPassword|scrypt)\b/.test(readFileSync(join(root, file), 'utf8').replace(
      /\/\/.*|'scrypt'/g, ''
    )))
  t.strictSame(users.sort(), [
    'src/accounts/password-queue.ts',
    'src/accounts/passwords.ts',
  ])
})

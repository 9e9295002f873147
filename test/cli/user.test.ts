// Accounts on the command line: what is said where there is no password, and a password that is typed on a
// terminal.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { perfbook } from '../support/cli.ts'
import { MAIN } from '../support/program.ts'
import { testFolder } from '../support/test-folder.ts'
import { findScript, needs, pathOf } from '../support/tools.ts'

const EMAIL = 'ada@example.edu'
const PASSWORD = 'correct horse battery staple'
const ADD = ['user', 'add', EMAIL, '--role', 'teacher']

t.test('an account without a password: what is missing, and which command sets it', async (t) => {
  const folder = testFolder(t)
  const state = async () => {
    const [user] = JSON.parse((await perfbook(folder, ['user', 'list', '--json'])).stdout) as Array<
      { has_password: boolean }
    >
    return { hasPassword: user?.has_password, text: (await perfbook(folder, ['user', 'list'])).stdout }
  }
  t.match(await perfbook(folder, ADD), {
    status: 0,
    stdout: '',
    stderr:
      /ada@example\.edu now has the role teacher\.\nThe account has no password yet.*\n {2}perfbook user password ada@example\.edu --password-stdin\n/,
  })
  t.match(await state(), { hasPassword: false, text: /ada@example\.edu +teacher +no password yet\n/ })
  t.match(await perfbook(folder, ADD), {
    status: 1,
    stderr: /^error: ada@example\.edu already has an account\. Set a password with "perfbook user password"/,
  })
  await perfbook(folder, ['user', 'disable', EMAIL])
  t.match(await state(), { text: /disabled.*, no password yet\n/ })
  await perfbook(folder, ['user', 'enable', EMAIL])
  t.match(
    await perfbook(folder, ['user', 'password', EMAIL, '--password-stdin'], { stdin: `${PASSWORD}\r\n` }),
    {
      status: 0,
      stderr: /^The password of/,
    },
    'a pipe is asked nothing'
  )
  t.match(await state(), { hasPassword: true, text: /ada@example\.edu +teacher\n/ })
  const other = testFolder(t)
  t.match(await perfbook(other, [...ADD, '--password-stdin'], { stdin: PASSWORD }), {
    status: 0,
    stdout: '',
    stderr: /^There was no database in .*\nada@example\.edu now has the role teacher\.\n$/,
  })
})

t.test('on a terminal the password is asked for; Ctrl-C and Ctrl-D change nothing', async (t) => {
  const folder = testFolder(t)
  const add = (stdin: string) => perfbook(folder, [...ADD, '--password-stdin'], { stdin, stdinIsTTY: true })
  t.strictSame(await add('secr\u0003'), {
    status: 1,
    stdout: '',
    stderr: 'Password: \nerror: Stopped. Nothing was changed.\n',
  })
  t.match(await add('\u0004'), { status: 2, stderr: /^Password: \nerror: There is no password/ })
  t.match(await add('\r'), { status: 2, stderr: /^Password: \nerror: There is no password/ })
  t.strictSame(JSON.parse((await perfbook(folder, ['user', 'list', '--json'])).stdout), [])
  // A person corrects what they typed.
  t.strictSame(await add(`${PASSWORD}x\u007f\r`), {
    status: 0,
    stdout: '',
    stderr: 'Password: \nada@example.edu now has the role teacher.\n',
  })
  t.equal((await perfbook(folder, ['user', 'list', '--json'])).stdout.includes('"has_password":true'), true)
})

t.test('on a real terminal nothing of the password is shown', needs(findScript()), async (t) => {
  const folder = testFolder(t)
  const command = [process.execPath, MAIN, ...ADD, '--password-stdin'].map((part) => `'${part}'`).join(' ')
  const child = spawn(pathOf(findScript()), ['-qec', command, '/dev/null'], {
    env: { PATH: process.env.PATH, DATA_DIR: folder, MIN_FREE_BYTES: '0' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.teardown(() => {
    child.kill('SIGKILL')
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    // The terminal ends lines with CR LF, and the program sets its modes before it asks.
    if (!shown.includes('Password: ') && (shown + text).includes('Password: ')) {
      child.stdin.write(`${PASSWORD}\n`)
    }
    shown += text
  })
  const [status] = await once(child, 'close') as [number]
  t.equal(status, 0, shown)
  const said = /^Password: \r?\nThere was no database[^\n]*\nada@example\.edu now has the role teacher\.\r?\n$/
  t.match(shown, said)
  t.notMatch(shown, /horse/)
})

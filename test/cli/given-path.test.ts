// Relative paths mean what the person typed, also where npm runs the command in the project's folder.
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { perfbook } from '../support/cli.ts'
import { testFolder } from '../support/test-folder.ts'

const SAMPLE = join(import.meta.dirname, '../../data/sample/physics-1.json')

t.test('called through npm in a subfolder: paths are relative to that one', async (t) => {
  const folder = testFolder(t)
  const here = join(folder, 'here')
  mkdirSync(here)
  cpSync(SAMPLE, join(here, 'physics.json'))
  // As npm sets them for `npm run perfbook` in `here`, where the project's folder is the current one.
  const env = { MIN_FREE_BYTES: '0', INIT_CWD: here, npm_package_json: resolve('package.json') }
  const run = (...args: string[]) => perfbook(join(folder, 'data'), args, { env })
  t.match(await run('import', 'physics.json'), { status: 0 })
  t.strictSame(await run('export', '1', '-o', 'book.xlsx'), {
    status: 0,
    stdout: `${join(here, 'book.xlsx')}\n`,
    stderr: '',
  })
  t.match(await run('generate', '--students', '2', '--tasks', '1', '-o', 'made.zip'), { status: 0 })
  t.ok(existsSync(join(here, 'made.zip')))
  t.match(await run('backup', 'backups'), { status: 0, stdout: new RegExp(`^${here}/backups/`) })
  t.match(await run('restore', './backups', '--data-dir', join(folder, 'restored')), { status: 0 })
  t.match(await run('import', SAMPLE), { status: 0 }, 'an absolute path is left alone')

  const other = { ...env, npm_package_json: '/elsewhere/package.json' }
  t.match(
    await perfbook(join(folder, 'data'), ['import', 'physics.json'], { env: other }),
    { status: 1 },
    'npm of another project says nothing about the folder'
  )
})

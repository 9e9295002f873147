// A process dies while it receives an upload: the next one removes what it had written, and nothing else.
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { perfbook } from '../support/cli.ts'
import { ensureSqlite } from '../support/empty-database.ts'
import { startServer } from '../support/server-process.ts'
import { testFolder } from '../support/test-folder.ts'
import { until } from '../support/until.ts'

t.test('killed during an upload', async (t) => {
  const folder = testFolder(t)
  await ensureSqlite(join(folder, 'perfbook.sqlite'))
  await perfbook(folder, ['user', 'add', 'admin@example.edu', '--role', 'admin'])
  const token = (await perfbook(folder, ['token', 'create', 'admin@example.edu'])).stdout.trim()
  const staged = () => readdirSync(join(folder, 'staging'))

  const first = await startServer(t, folder)
  const upload = request(`${first.address}/api/imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=edge' },
  })
  const cut = once(upload, 'error')
  upload.write(
    '--edge\r\ncontent-disposition: form-data; name="file"; filename="grades.csv"\r\n' +
    'content-type: text/csv\r\n\r\nStudent,HW 1\r\n'
  )
  await until('the upload is being written', () => staged().length === 1)
  first.kill('SIGKILL')
  await first.ended
  await cut
  t.match(staged(), [/^incoming-/], 'it is still there')
  // Of a command that runs beside the service.
  writeFileSync(join(folder, 'staging/upload-1'), '')

  const second = await startServer(t, folder)
  t.strictSame(staged(), ['upload-1'])
  second.kill('SIGTERM')
  t.match(await second.ended, { status: 0 })
})

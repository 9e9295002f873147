import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Test } from 'tap'
import {
  enrollment,
  school,
  user,
  writeZip,
  bundleTexts,
  FILES,
  type Tables,
} from '../../imports/bundles.ts'
import { startTestService, type TestService } from '../../support/test-service.ts'

export const TED = 'ted@example.edu'

/** Ted teaches Physics, Una Music; Dan is a student of Una alone. */
export function district (): Tables {
  const tables = school()
  tables.users!.push(user('una', 'Una', 'Fox', 'T-2'), user('dan', 'Dan', 'Secret', '0099'))
  tables.courses!.push({ ...tables.courses![0]!, sourcedId: 'c9', title: 'Music' })
  tables.classes!.push({ ...tables.classes![0]!, sourcedId: 'p9', title: 'Music', courseSourcedId: 'c9' })
  tables.enrollments!.push(enrollment('e-u', 'p9', 'una', 'teacher'), enrollment('e-d9', 'p9', 'dan'))
  tables.lineItems!.push({
    ...tables.lineItems![0]!,
    sourcedId: 'li-p9',
    title: 'Song',
    classSourcedId: 'p9',
  })
  return tables
}

export const deltaModes = (tables: Tables) =>
  Object.fromEntries(FILES.map((name) => [
    name,
    name in tables ? 'delta' : 'absent',
  ]))

export interface District extends TestService {
  /** An import of a bundle; its job as `GET /api/imports/:id` shows it to the one who asked. */
  take: (
    path: string,
    tables: Tables,
    options: { token: string, isDelta?: boolean },
  ) => Promise<Record<string, any>>
  admin: string
  ted: string
}

export async function startDistrict (t: Test): Promise<District> {
  const service = await startTestService(t)
  const folder = join(service.services.config.DATA_DIR, 'uploads')
  mkdirSync(folder)
  let uploads = 0
  const take: District['take'] = async (path, tables, { token, isDelta = true }) => {
    const file = await writeZip(
      join(folder, `${++uploads}.zip`),
      bundleTexts(tables, isDelta ? { modes: deltaModes(tables) } : {})
    )
    const form = new FormData()
    form.set('file', new File([readFileSync(file)], 'bundle.zip'))
    const body = new Response(form)
    const headers = { 'content-type': body.headers.get('content-type')!, authorization: `Bearer ${token}` }
    const response = await service.server.inject({
      method: 'POST',
      url: path,
      headers,
      payload: Buffer.from(await body.arrayBuffer()),
    })
    if (response.statusCode !== 202) return response.json()
    await service.services.runner.drain()
    return (await service.call('GET', `/api/imports/${(response.json() as { id: number }).id}`, {
      token,
    })).json()
  }
  const admin = await service.token('admin')
  await take('/api/imports', district(), { token: admin, isDelta: false })
  return { ...service, take, admin, ted: await service.token('teacher', { email: TED }) }
}

export const entries = async (service: TestService, action: string) => {
  await service.services.audit.settled()
  return (await service.call(
    'GET',
    `/api/audit?action=${action}`
  )).json().entries as Array<Record<string, unknown>>
}

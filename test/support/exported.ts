// An export of the first course of a test service, from the request to the file.
import type { TestService } from './test-service.ts'

/** A path below the book of the first course. */
export const bookPath = ({ courseIds }: TestService, rest = ''): string =>
  `/api/courses/${courseIds[0]}/performance${rest}`

/** Exports with these options. Returns the job, its entry in the list, and the response with the file. */
export async function exported (service: TestService, options: object) {
  const asked = await service.call('POST', bookPath(service, '/export'), { body: options })
  if (asked.status !== 202) throw new Error(asked.text)
  await service.services.runner.drain()
  const job = (await service.call('GET', asked.json().job)).json()
  if (job.status !== 'succeeded') throw new Error(JSON.stringify(job))
  const item = (await service.call('GET', bookPath(service, '/exports'))).json()
    .find((one: { id: number }) => one.id === job.export_id)
  return { job, item, ...await service.call('GET', new URL(job.url).pathname) }
}

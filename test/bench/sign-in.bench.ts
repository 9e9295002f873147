// Whether a sign-in tells by its time if there is an account: `npx node test/bench/sign-in.bench.ts
// [ROUNDS]`. A known email with a wrong password, an unknown one and a disabled one take turns in the same
// run; nothing is asserted.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { systemClock } from '../../src/jobs/clock.ts'
import { createServices } from '../../src/services.ts'
import { disableUser } from '../support/test-service.ts'

const rounds = Number(process.argv[2] ?? 30)
const folder = mkdtempSync(join(tmpdir(), 'perfbook-bench-'))
// A minute passes at each look at the clock, so that no user is slowed down.
let time = Date.now()
const services = await createServices({
  config: readConfig({ DATA_DIR: folder }),
  log: { info () {}, warn () {}, error () {} },
  clock: systemClock(() => {
    time += 60_000
    return time
  }),
})
const { server } = await createApp(services, false)
try {
  for (const email of ['known@example.edu', 'disabled@example.edu']) {
    await services.accounts.add({ email, role: 'teacher', password: 'the right password' })
  }
  await disableUser(services.accounts, 'disabled@example.edu')
  const times: Record<string, number[]> = {
    'known@example.edu': [],
    'unknown@example.edu': [],
    'disabled@example.edu': [],
  }
  for (let i = 0; i < rounds; i++) {
    // Each round begins with another one.
    const all = Object.entries(times)
    for (const [email, taken] of [...all.slice(i % all.length), ...all.slice(0, i % all.length)]) {
      const start = performance.now()
      const { statusCode } = await server.inject({
        method: 'POST',
        url: '/api/session',
        headers: { origin: 'http://localhost' },
        payload: { email, password: 'a wrong password' },
      })
      taken.push(performance.now() - start)
      if (statusCode !== 401) throw new Error(`${email}: ${statusCode}`)
    }
  }
  const quantile = (all: number[], part: number) =>
    all.toSorted((a, b) => a - b)[Math.floor(all.length * part)]!
  const median = (all: number[]) => quantile(all, 0.5)
  const base = median(times['known@example.edu']!)
  for (const [email, taken] of Object.entries(times)) {
    process.stdout.write(
      `${email.padEnd(22)} median ${median(taken).toFixed(1)} ms, half of them between ${
        quantile(taken, 0.25).toFixed(1)
      } and ${quantile(taken, 0.75).toFixed(1)}, least ${
        Math.min(...taken).toFixed(1)
      } ms, to the known one ${(median(taken) / base).toFixed(3)}\n`
    )
  }
} finally {
  await server.close()
  await services.close(0)
  rmSync(folder, { recursive: true, force: true })
}

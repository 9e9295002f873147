// Nodes are killed again and again while people use the service: every other time at a random moment, else at
// a random step of a run, a request or a start. In the end everything that was promised is there, once and
// whole. Here are a few deaths; PERFBOOK_KILL_ROUNDS=100 is for an hour without company.
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { REQUEST_STEPS } from '../../src/jobs/job-queue.ts'
import { RUN_STEPS } from '../../src/jobs/job-run.ts'
import { seededRandom } from '../crash/seeded-random.ts'
import { lookAtAftermath } from './aftermath.ts'
import { course, inWords, needsFleet, startFleet, takeovers, type FleetNode } from './fleet.ts'
import { startLoad, summary } from './load.ts'
import type { NodeProcess } from './node-process.ts'

const ROUNDS = Number(process.env['PERFBOOK_KILL_ROUNDS'] ?? 6)
const SEED = Number(process.env['PERFBOOK_KILL_SEED'] ?? Date.now() % 1e6)
const STEPS = [
  ...REQUEST_STEPS,
  ...RUN_STEPS,
  'file: before it is stored',
  'file: after it is stored',
  'boot: opened',
]
const NODES = 3
/** A node that dies at a random moment lives up to this long after the others are up, ms. */
const LONGEST_LIFE_MS = 2000

t.setTimeout(120_000 + ROUNDS * 40_000)

const name = `nodes are killed ${ROUNDS} times (PERFBOOK_KILL_SEED=${SEED})`
t.test(name, needsFleet, async (t) => {
  const random = seededRandom(SEED)
  const fleet = await startFleet(t, {
    nodes: 0, courses: ['Physics', 'Chemistry', 'Biology', 'Latin'].map((title) => course(title)),
  })
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const load = startLoad(fleet, { people: 5, random, mayCut: true, allowed: [] })
  t.teardown(() => load.stop())
  const nodes = new Map<string, FleetNode>()
  const errors: string[] = []
  const deaths: NodeProcess[] = []
  const told = () => { fleet.nodesAre([...nodes.values()]) }

  /** Starts a node that dies at that step, or lives; undefined: it died before it answered. */
  async function up (nodeName: string, step?: string): Promise<void> {
    const life = fleet.launch({
      name: nodeName, ...step === undefined ? {} : { place: { step, time: 1 + Math.floor(random() * 2) } },
    })
    const url = await life.address
    if (url === undefined) return await died(nodeName, life)
    nodes.set(nodeName, { ...life, url })
    told()
    void life.ended.then(() => died(nodeName, life))
  }

  async function died (nodeName: string, life: NodeProcess): Promise<void> {
    const { signal } = await life.ended
    nodes.delete(nodeName)
    told()
    if (signal === 'SIGKILL') deaths.push(life)
    else if (!isOver) errors.push(`${nodeName} ended by itself: ${life.stderr()}`)
  }

  let isOver = false
  const names = Array.from({ length: NODES }, (_, i) => `n${i + 1}`)
  await Promise.all(names.map((one) => up(one)))
  for (let round = 0; round < ROUNDS; round++) {
    const victim = pick(names)
    const step = round % 2 === 0 ? pick(STEPS) : undefined
    // The moment is what is random here; nothing waits for the time to pass.
    await delay(random() * LONGEST_LIFE_MS)
    const node = nodes.get(victim)
    node?.kill('SIGKILL')
    await node?.ended
    // It comes back, and some die again at a step.
    if (nodes.has(victim)) nodes.delete(victim)
    await up(victim, step)
    if (!nodes.has(victim)) await up(victim)
    if (round % 10 === 9) t.comment(`${deaths.length} deaths, ${summary(load)}`)
  }
  // The others may still die at a step.
  await up('last')
  await load.stop()
  await fleet.allSettled()
  isOver = true

  t.strictSame([...errors, ...load.complaints, ...await lookAtAftermath(fleet, load.promised)], [])
  t.ok(load.promised.size > 0, 'there was something to lose')
  t.ok(deaths.length >= ROUNDS / 2)
  t.comment(`${deaths.length} deaths; ${summary(load)}; ${inWords(await takeovers(fleet, deaths))}`)
})

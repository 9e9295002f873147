// How many states of a power loss a test looks at, and which.
import type { DiskRecord } from './disk-record.ts'
import { seededRandom } from '../crash/seeded-random.ts'

const STATES = Number(process.env['POWER_STATES'] ?? 0)
const SEED = Number(process.env['POWER_SEED'] ?? Date.now() % 1e6)

export interface PowerState { at: number, random: () => number, name: string }

/**
 * Moments of a record, with a source of chance each: `usual` of them, or POWER_STATES. Half of them are right
 * after the process has told a client something or has flushed.
 */
export function powerStates (record: DiskRecord, usual: number): PowerState[] {
  const moments = [...record.told.map(({ at }) => at), ...record.flushes, record.length - 1]
  return Array.from({ length: STATES || usual }, (_, i) => {
    const seed = SEED + i
    const random = seededRandom(seed)
    const at = random() < 0.5
      ? moments[Math.floor(random() * moments.length)]!
      : Math.floor(random() * record.length)
    return { at, random, name: `POWER_SEED=${seed}, after ${at} of ${record.length} changes` }
  })
}

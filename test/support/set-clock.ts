// Another clock for a process, as on a machine whose clock is wrong.
import { globSync } from 'node:fs'
import type { Tool } from './tools.ts'

/** libfaketime, which gives a process another clock. */
export function findFaketime (): Tool {
  return {
    name: 'libfaketime',
    path: globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0],
    hint: 'apt-get install --no-install-recommends faketime',
  }
}

/** The environment of a process whose clock is ahead by `hours`; a negative number: behind. */
export function clockAhead (hours: number): Record<string, string> {
  const { path, hint } = findFaketime()
  if (path === undefined) throw new Error(`libfaketime is not on this machine: ${hint}`)
  return {
    LD_PRELOAD: path,
    FAKETIME: `${hours < 0 ? '' : '+'}${hours}h`,
    // Timers still wait as long as they should.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
}

// Guessing passwords is slowed down, never locked out: each failure fills a bucket, which drains all the
// time, and an attempt that finds it full waits for room. With a lock-out, anyone could lock out everyone.
// Own code, since a limiter of requests counts requests, and here only failures count, which are known only
// after the password was checked.
import type { Bucket, SharedState } from '../nodes/shared-state.ts'

/** A user at an address where they have signed in before: ten failures in 15 minutes, then one each 90 s. */
const KNOWN = { kind: 'sign-in at a known address', room: 10, drainMs: 90_000 }
/** An account, from all other addresses. */
const ACCOUNT = { kind: 'sign-in to an account', room: 10, drainMs: 30_000 }
/** An address, over all accounts that are not known there. A whole school may be behind one. */
const ADDRESS = { kind: 'sign-in from an address', room: 50, drainMs: 6_000 }

interface Attempt {
  /** The account's key, whether there is such an account or not. */
  account: string
  /** See `networkOf`. */
  network: string
  /**
   * The account has signed in from this network before: guesses by others, at this account or from here, do
   * not slow it down.
   */
  isKnownThere: boolean
}

export interface SignInLimit {
  /**
   * Counts an attempt as a failure until `succeeded` is called. Returns how long to wait first, ms; 0 means
   * go on. An attempt that has to wait is not counted.
   */
  begin: (attempt: Attempt) => Promise<number>
  /** The attempt was not a failure. */
  succeeded: (attempt: Attempt) => Promise<void>
}

export function createSignInLimit (
  { shared }: { shared: Pick<SharedState, 'fill' | 'empty'> }
): SignInLimit {
  const bucketsOf = ({ account, network, isKnownThere }: Attempt): Bucket[] =>
    isKnownThere
      ? [{ ...KNOWN, key: `${network} ${account}` }]
      : [{ ...ADDRESS, key: network }, { ...ACCOUNT, key: account }]
  return {
    begin: (attempt) => shared.fill(bucketsOf(attempt)),
    succeeded: (attempt) => shared.empty(bucketsOf(attempt)),
  }
}

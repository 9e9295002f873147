import type { Reads, Trx } from '../index.ts'

/** Records from where a user has signed in. Keeps the newest `most` networks of the user. */
export async function noteSignInNetwork (
  trx: Trx,
  { userId, network, at, most }: { userId: number, network: string, at: number, most: number }
): Promise<void> {
  await trx.insertInto('sign_in_networks').values({ user_id: userId, network, last_at: at })
    .onConflict((conflict) => conflict.columns(['user_id', 'network']).doUpdateSet({ last_at: at })).execute()
  const kept = await trx.selectFrom('sign_in_networks').select('network').where('user_id', '=', userId)
    .orderBy('last_at', 'desc').limit(most + 1).execute()
  const oldest = kept[most]?.network
  if (oldest !== undefined) {
    await trx.deleteFrom('sign_in_networks').where('user_id', '=', userId).where('network', '=', oldest)
      .execute()
  }
}

/** Whether a user has signed in from a network since that time (ms). */
export async function hasSignedInFrom (
  db: Reads,
  { userId, network, since }: { userId: number, network: string, since: number }
): Promise<boolean> {
  const row = await db.selectFrom('sign_in_networks').select('user_id')
    .where('user_id', '=', userId).where('network', '=', network).where('last_at', '>=', since)
    .executeTakeFirst()
  return row !== undefined
}

// Notes what queries answer, in a form that is the same for all engines.

/** In the order of the calls. */
export type Answers = Array<{ name: string, answer: unknown }>

export type Recorded = <Queries extends object>(queries: Queries) => Queries

/** Queries whose rows come in any order. */
const WITHOUT_ORDER = [
  'cancelJobsOfOwner', 'deleteFiles', 'hurryDeleted', 'identifiersOfAll', 'listIntents', 'markExpired',
  'matchingSourceIds', 'ownerFileIds', 'recoverStarted', 'rosterUsers', 'startedJobs', 'storedHexes',
  'studentNames',
]

export function createRecorder (): { answers: Answers, recorded: Recorded } {
  const answers: Answers = []
  const note = (name: string, answer: unknown) => {
    answers.push({ name, answer: plain(answer, WITHOUT_ORDER.includes(name)) })
  }
  return {
    answers,
    recorded<Queries extends object> (queries: Queries): Queries {
      return Object.fromEntries(Object.entries(queries).map(([name, value]: [string, unknown]) =>
        [name, typeof value === 'function' ? noting(name, value as Query, note) : value]
      )) as Queries
    },
  }
}

type Query = (...given: unknown[]) => Promise<unknown> | AsyncGenerator

function noting (name: string, query: Query, note: (name: string, answer: unknown) => void): Query {
  return (...given) => {
    const result = query(...given)
    return Symbol.asyncIterator in result ? each(result) : once(result)
  }
  async function once (result: Promise<unknown>): Promise<unknown> {
    try {
      const answer = await result
      note(name, answer)
      return answer
    } catch (error) {
      note(name, `fails: ${(error as Error).name}`)
      throw error
    }
  }
  async function * each (result: AsyncGenerator): AsyncGenerator {
    const all: unknown[] = []
    for await (const one of result) {
      all.push(one)
      yield one
    }
    note(name, all)
  }
}

/** As JSON says it, with bytes as hex, maps as entries, and fields in one order. */
function plain (value: unknown, withoutOrder: boolean): unknown {
  if (value === undefined) return 'undefined'
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (value instanceof Map) return plain([...value].sort(([a], [b]) => a < b ? -1 : 1), false)
  if (Array.isArray(value)) {
    const all = value.map((one) => plain(one, withoutOrder))
    return withoutOrder ? all.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1) : all
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
  return Object.fromEntries(entries.map(([name, part]) => [name, plain(part, withoutOrder)]))
}

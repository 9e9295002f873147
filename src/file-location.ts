// Where files are stored: what the settings say, as a value that passes between threads.
import { join } from 'node:path'
import type { SettingName, SettingValues } from './settings.ts'

export type FileLocation =
  | { kind: 'disk', folder: string, quarantineFolder: string }
  | { kind: 's3', store: S3Location }

/** An object store. Without credentials: each thread gets them from the SDK's usual chain. */
export interface S3Location {
  bucket: string
  /** Empty, or a path that ends with a slash. */
  prefix: string
  /** Empty: AWS's own. */
  endpoint: string
  region: string
  pathStyle: boolean
  /** The address that browsers reach, for links; empty: `endpoint`. */
  publicEndpoint: string
}

/** The place of files, by settings without problems. */
export function fileLocation (values: SettingValues, dataFolder: string): FileLocation {
  const store = parseFilesUrl(values.FILES_URL)
  if (store === undefined) {
    return {
      kind: 'disk',
      folder: join(dataFolder, 'files'),
      quarantineFolder: join(dataFolder, 'quarantine'),
    }
  }
  return {
    kind: 's3',
    store: {
      ...store,
      endpoint: values.S3_ENDPOINT,
      region: values.S3_REGION,
      pathStyle: values.S3_PATH_STYLE,
      publicEndpoint: values.S3_PUBLIC_ENDPOINT,
    },
  }
}

/** What is wrong with the settings of the file store. */
export function fileProblems (values: SettingValues): Array<{ names: SettingName[], text: string }> {
  const problems: Array<{ names: SettingName[], text: string }> = []
  const wrong = (names: [SettingName, ...SettingName[]], text: string) => {
    problems.push({ names, text: `${names[0]}${text}` })
  }
  const { FILES_URL, FILE_ACCESS, FILE_DELIVERY } = values
  if (FILES_URL !== '' && parseFilesUrl(FILES_URL) === undefined) {
    // Not shown: it may hold a password by mistake.
    wrong(['FILES_URL'], ': must be like s3://bucket/prefix, without a password, a port or a query')
  }
  for (const name of ['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT'] as const) {
    if (values[name] !== '' && !isEndpoint(values[name])) {
      wrong([name], ': must be like https://host:port, without a password or a query')
    }
  }
  if (FILE_DELIVERY === 'redirect' && FILES_URL === '') {
    wrong(['FILE_DELIVERY', 'FILES_URL'], '=redirect: needs FILES_URL; files in the data folder are streamed')
  }
  if (FILE_DELIVERY === 'redirect' && FILE_ACCESS === 'session') {
    wrong(
      ['FILE_DELIVERY', 'FILE_ACCESS'],
      '=redirect: cannot be combined with FILE_ACCESS=session, because anyone with the link that it sends ' +
        'can download the file; use FILE_DELIVERY=stream'
    )
  }
  return problems
}

/** Bucket and prefix; undefined: it is empty, or not valid. */
function parseFilesUrl (text: string): { bucket: string, prefix: string } | undefined {
  // Names of buckets as AWS allows them, and a path of plain characters: keys need no escaping anywhere.
  const parts = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/.exec(text)
  if (parts === null) return undefined
  const [, bucket = '', path = ''] = parts
  const names = path.split('/').filter((name) => name !== '')
  if (bucket.includes('..') || names.some((name) => name === '.' || name === '..')) return undefined
  return { bucket, prefix: names.map((name) => `${name}/`).join('') }
}

function isEndpoint (value: string): boolean {
  const url = URL.parse(value)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false
  return url.search === '' && url.hash === '' && url.username === '' && url.password === ''
}

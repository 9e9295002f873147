// docs/configuration.md, made from the settings themselves: `npm run docs:configuration`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SETTINGS } from '../../src/config.ts'
import { allowedValues, type SettingSchema } from '../../src/setting-values.ts'

export const CONFIGURATION_FILE = join(import.meta.dirname, '../../docs/configuration.md')

/** Defaults that depend on the machine. */
const BY_MACHINE: Readonly<Record<string, string>> = {
  WORKER_THREADS: 'as many as cores, at most 4',
  OVERLOAD_MEMORY_BYTES: 'four fifths of the memory of the machine or container',
}

/** The text of the page. */
export function configurationPage (): string {
  const rows = Object.entries(SETTINGS).map(([name, schema]) =>
    `| \`${name}\` | ${shownDefault(name, schema)} | ${allowedValues(schema)} | ${
      (schema.description ?? '').replaceAll('|', '\\|')
    } |`
  )
  return `# Settings

Made from \`src/config.ts\` by \`npm run docs:configuration\`; a test compares.

Each setting is a flag of \`perfbook serve\` (\`DATA_DIR\` is \`--data-dir\`), an environment variable, or a line of the file that \`perfbook serve --config FILE\`
names. A flag counts before the environment, the environment before the file; an empty value counts as not given. All other commands
read the environment. The file holds lines as a \`.env\` file does, or one JSON object, in which lists may be lists:

    DATA_DIR=/var/lib/perfbook
    PUBLIC_URL=https://school.example/perfbook
    TRUST_PROXY=127.0.0.1

    { "DATA_DIR": "/var/lib/perfbook", "CORS_ORIGINS": ["https://front.example"] }

Everything that is wrong is named at the start, all at once - a name in the file that is no setting as well - and the service does not
start then. Secrets (\`METRICS_TOKEN\`, \`OIDC_CLIENT_SECRET\`, \`JWT_SECRET\`, \`SMTP_URL\`) are better kept in the file or the environment than in flags, which every
user of the machine can see.

| setting | default | allowed | |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}

function shownDefault (name: string, { default: value }: SettingSchema): string {
  if (BY_MACHINE[name] !== undefined) return BY_MACHINE[name]
  if (value === '') return 'none'
  // A list breaks between its items.
  return `\`${String(value).replaceAll(',', ', ')}\``
}

if (import.meta.main) writeFileSync(CONFIGURATION_FILE, configurationPage())

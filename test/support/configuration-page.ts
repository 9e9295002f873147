// docs/configuration.md, made from the settings themselves: `npm run docs:configuration`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SETTINGS } from '../../src/settings.ts'
import { allowedValues, type SettingSchema } from '../../src/setting-values.ts'

export const CONFIGURATION_FILE = join(import.meta.dirname, '../../docs/configuration.md')

/** Defaults that depend on the machine or on other settings. */
const BY_MACHINE: Readonly<Record<string, string>> = {
  DATABASE_URL: 'SQLite',
  DATABASE_DIRECT_URL: '`DATABASE_URL`',
  NODE_NAME: 'host name and a random suffix',
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

Made from \`src/settings.ts\` by \`npm run docs:configuration\`; a test compares.

There are three ways to change a setting. The first one that is given counts; an empty value does not.

1. A flag of \`perfbook serve\`: \`DATA_DIR\` is \`--data-dir\`.
2. An environment variable. Other commands read these too, and some take \`--data-dir\` or \`--config\`.
3. A line in the file of \`perfbook serve --config FILE\`: a \`.env\` file, or one JSON object.

For example, as a \`.env\` file and as JSON:

    DATA_DIR=/var/lib/perfbook
    PUBLIC_URL=https://school.example/perfbook
    TRUST_PROXY=127.0.0.1

    { "DATA_DIR": "/var/lib/perfbook", "CORS_ORIGINS": ["https://front.example"] }

With an invalid setting, or an unknown name in the file, the service does not start. It names all of them.

Keep secrets (\`DATABASE_URL\`, \`METRICS_TOKEN\`, \`OIDC_CLIENT_SECRET\`, \`JWT_SECRET\`, \`SMTP_URL\`)
in the file or the environment. Every user of the machine can see flags.

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

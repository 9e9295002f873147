import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readSettingsFile } from '../../src/cli/program/settings-file.ts'
import { readConfig } from '../../src/config.ts'
import { perfbook } from '../support/cli.ts'
import { CONFIGURATION_FILE, configurationPage } from '../support/configuration-page.ts'

t.test('docs/configuration.md is in step with the settings', async (t) => {
  t.equal(readFileSync(CONFIGURATION_FILE, 'utf8'), configurationPage(), 'npm run docs:configuration')
})

t.test('a flag before the environment, the environment before the file', async (t) => {
  const folder = t.testdir({
    'perfbook.env':
      '# ours\nPORT=1111\nHOST=0.0.0.0\nexport LOG_LEVEL="warn"\nCORS_ORIGINS=https://a.example,https://b.example\n\nQUEUE_MAX=7 # few\n',
    'perfbook.json': JSON.stringify({
      PORT: 1111,
      HOST: '0.0.0.0',
      LOG_LEVEL: 'warn',
      CORS_ORIGINS: ['https://a.example', 'https://b.example'],
      QUEUE_MAX: 7,
    }),
  })
  for (const name of ['perfbook.env', 'perfbook.json']) {
    const file = readSettingsFile(join(folder, name))
    t.strictSame(file.problems, [])
    const env = { HOST: '127.0.0.2', BODY_MAX_BYTES: '2000', LOG_LEVEL: '' }
    t.match(readConfig(env, { flags: { BODY_MAX_BYTES: '3000', QUEUE_MAX: '' }, file }), {
      PORT: 1111,
      HOST: '127.0.0.2',
      BODY_MAX_BYTES: 3000,
      LOG_LEVEL: 'warn',
      QUEUE_MAX: 7,
      corsOrigins: ['https://a.example', 'https://b.example'],
    }, name)
  }
  writeFileSync(join(folder, 'wrong.env'), 'PORT=1111\n')
  const { status, stderr } = await perfbook(folder, [
    'serve',
    '--config',
    join(folder, 'wrong.env'),
    '--port',
    'flagged',
  ], { env: { PORT: '2222' } })
  t.equal(status, 2, 'wrong usage')
  t.match(stderr, 'PORT=flagged')
})

t.test('every wrong setting is named, all at once', async (t) => {
  const folder = t.testdir({
    'perfbook.env': 'DATADIR=/srv\nQUEUE_MAX=none\nsome words\nTRUST_PROXY=127.0.0.1\n',
    'broken.json': '{ "PORT": ',
    'odd.json': '{ "PORT": {}, "Port": 1 }',
  })
  const file = join(folder, 'perfbook.env')
  const env = {
    PORT: '70000',
    LOG_LEVEL: 'loud',
    DEFAULT_TIME_ZONE: 'Mars',
    PUBLIC_URL: 'nowhere',
    OIDC_CLIENT_ID: 'x',
    CORS_ORIGINS: 'front.example',
  }
  const { status, stdout, stderr } = await perfbook(folder, [
    'serve',
    '--config',
    file,
    '--file-access',
    'all',
  ], { env })
  t.equal(status, 2, 'one of them is a flag')
  t.equal(stdout, '')
  for (
    const text of [
      `${file}: DATADIR: there is no such setting`,
      `${file}: line 3 is not NAME=value`,
      'QUEUE_MAX=none',
      'PORT=70000',
      'LOG_LEVEL=loud',
      'FILE_ACCESS=all: must be one of link, session',
      'DEFAULT_TIME_ZONE=Mars',
      'PUBLIC_URL=nowhere',
      'OIDC_ISSUER: is missing',
      'CORS_ORIGINS: front.example is not an origin',
    ]
  ) t.ok(stderr.includes(text), text)
  t.match(await perfbook(folder, ['serve', '--config', join(folder, 'broken.json')]), {
    status: 1,
    stderr: /broken\.json: is not valid JSON/,
  })
  t.match(await perfbook(folder, ['serve', '--config', join(folder, 'odd.json')]), {
    status: 1,
    stderr: /PORT: must be text.*Port: there is no such setting/s,
  })
  t.match(await perfbook(folder, ['serve', '--config', join(folder, 'none.env')]), {
    status: 2,
    stderr: /cannot be read/,
  })
  t.match(await perfbook(folder, ['doctor', '--config', file], { env: {} }), {
    status: 1,
    stdout: /PROBLEM {2}settings .*DATADIR/,
  })
})

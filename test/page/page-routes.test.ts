// How the page is served. What it does is tested in a browser.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import Fastify from 'fastify'
import t from 'tap'
import { programFile } from '../../src/program-files.ts'
import { buildPage } from '../../tools/build-page.ts'
import { pageRoutes } from '../../src/http/routes/page.ts'

/** All that the first view loads, compressed, in bytes. */
const FIRST_LOAD_MAX = 80_000

t.test('a page that was not built says so, in the log and in the browser', async (t) => {
  let log = ''
  const app = Fastify({
    logger: {
      level: 'warn',
      stream: new Writable({
        write (chunk, _, done) {
          log += String(chunk)
          done()
        },
      }),
    },
  })
  await app.register(pageRoutes, { publicPath: '', folder: join(t.testdir(), 'nothing') })
  t.match(log, /The page is not built.*npm run build:page/)
  const answer = await app.inject('/')
  t.equal(answer.statusCode, 200)
  t.match(answer.payload, /its page was not built/)
  t.match(answer.payload, /npm run build:page/)
})

t.test('the built page: strict policy, relative addresses, small', async (t) => {
  const folder = join(t.testdir(), 'page')
  const sources = (await buildPage(folder)).map((file) => relative(programFile('.'), file))
  const others = sources.filter((file) => !/^(?:src\/page|node_modules)\//.test(file))
  const small = [
    'src/courses/grading-scale-problems.ts', 'src/fill-in/fill-in-messages.ts', 'src/fill-in/heading-key.ts',
    'src/fill-in/table-guess.ts',
    'src/imports/column-letters.ts', 'src/imports/error-messages.ts', 'src/imports/option-names.ts',
    'src/message-templates.ts', 'src/person-name.ts', 'src/refusals.ts',
  ]
  t.strictSame(others.sort(), small, "the API's schemas are imported as types only")
  const app = Fastify()
  await app.register(pageRoutes, { publicPath: '/perfbook', folder })
  const { payload, headers } = await app.inject('/')
  t.match(headers['content-security-policy'], /default-src 'self';script-src 'self';style-src 'self'/)
  t.notMatch(headers['content-security-policy'], /unsafe|data:|https?:/)
  t.equal(headers['cache-control'], 'no-cache')
  t.notMatch(payload, /<style|style=|<script>|onclick/)
  const assets = Array.from(payload.matchAll(/(?:src|href)="([^"]+)"/g), ([, address]) => address!)
  t.strictSame(
    ['js', 'css', 'svg'].filter((ending) => !assets.some((address) => address.endsWith(ending))),
    []
  )
  t.ok(assets.every((address) => address.startsWith('assets/')), 'relative, so that any path prefix does')

  let size = Buffer.byteLength(payload)
  for (const address of assets) {
    const plain = await app.inject(`/${address}`)
    const packed = await app.inject({ url: `/${address}`, headers: { 'accept-encoding': 'gzip' } })
    t.equal(packed.headers['content-encoding'], 'gzip')
    t.match(packed.headers['cache-control'], /immutable/)
    t.equal(gunzipSync(packed.rawPayload).compare(plain.rawPayload), 0)
    size += packed.rawPayload.length
  }
  // The first views' texts of one language are loaded at once too.
  const texts = readdirSync(join(folder, 'assets'))
    .filter((name) => /^(?:en|es)-[A-Z\d]+\.js\.gz$/.test(name))
  t.equal(texts.length, 2)
  size += Math.max(...texts.map((name) => statSync(join(folder, 'assets', name)).size))
  t.ok(size < FIRST_LOAD_MAX, `${size} bytes`)

  const scripts = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'))
  const later = scripts.filter((name) => !assets.includes(`assets/${name}`))
  t.ok(later.some((name) => name.startsWith('admin-')), 'what only administrators look at comes when they do')
  for (const name of scripts) {
    const source = readFileSync(join(folder, 'assets', name), 'utf8')
    const wanted = Array.from(source.matchAll(/(?:from|import)\s*\(?"\.\/([^"]+)"/g), ([, other]) => other!)
    t.strictSame(wanted.filter((other) => !scripts.includes(other)), [], `${name} asks for what is there`)
    // What a script of the first load imports is loaded at the start too: the browser preloads it.
    if (assets.includes(`assets/${name}`)) {
      t.strictSame(
        Array.from(source.matchAll(/from"\.\/([^"]+)"/g), ([, other]) => other!).filter((other) =>
          !assets.includes(`assets/${other}`)
        ),
        []
      )
    }
  }

  const bare = await app.inject('/perfbook')
  t.equal(bare.statusCode, 308)
  t.equal(bare.headers.location, '/perfbook/')
  t.equal((await app.inject('/assets/../index.html')).statusCode, 404)
})

import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { build as Build, Metafile, Plugin } from 'esbuild'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { programFile } from '../src/program-files.ts'

/** The folder of the built page. */
export const PAGE_FOLDER = programFile('dist/page')

const SOURCE = programFile('src/page')
const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)

/**
 * Bundles the page's source into `folder`: `index.html`, and `assets/` with compressed copies of each file.
 * The names in `assets/` change with their content. Needs no network. Returns the paths of all source files.
 * Throws if a development package is missing (`ERR_MODULE_NOT_FOUND`) or if the source has an error; the page
 * that was built before is kept then.
 */
export async function buildPage (folder = PAGE_FOLDER): Promise<string[]> {
  const { build } = await import('esbuild')
  await mkdir(dirname(folder), { recursive: true })
  // Each build has its own folder, so that two can run at the same time.
  const unfinished = await mkdtemp(`${folder}.new-`)
  // The service may run as another user than the build.
  await chmod(unfinished, 0o755)
  try {
    const inputs = await buildInto(unfinished, build)
    await rm(folder, { recursive: true, force: true })
    await rename(unfinished, folder).catch((error: NodeJS.ErrnoException) => {
      // Another build has just finished.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
    return inputs
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

/** Without this, a JSON file that is loaded later has each of its values three times: as exports, too. */
const jsonAsOneValue: Plugin = {
  name: 'JSON as one value',
  setup ({ onLoad }) {
    onLoad({ filter: /\.json$/ }, async ({ path }) => ({
      contents: `export default ${await readFile(path, 'utf8')}`,
    }))
  },
}

async function buildInto (unfinished: string, build: typeof Build): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: {
      page: join(SOURCE, 'page.tsx'),
      style: join(SOURCE, 'style.css'),
      icon: join(SOURCE, 'icon.svg'),
    },
    outdir: join(unfinished, 'assets'),
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    // A view that only some users open (`import()` in the source) is loaded when it is opened.
    splitting: true,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox121', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'copy' },
    plugins: [jsonAsOneValue],
    metafile: true,
    absWorkingDir: unfinished,
    logLevel: 'silent',
  })
  const outputs = Object.keys(metafile.outputs)
  const outputOf = (pattern: RegExp) => {
    const found = outputs.find((name) => pattern.test(name))
    if (found === undefined) throw new Error(`The build has no file that matches ${pattern}`)
    return found
  }
  const script = outputOf(/page-[^/]*\.js$/)
  const links = preloads(metafile, script).map((name) => `<link rel="modulepreload" href="${name}">\n`)
  const html = (await readFile(join(SOURCE, 'index.html'), 'utf8'))
    .replace('</head>', `${links.join('')}</head>`)
    .replace('page.js', script)
    .replace('style.css', outputOf(/style-[^/]*\.css$/))
    .replace('icon.svg', outputOf(/icon-[^/]*\.svg$/))
  await writeFile(join(unfinished, 'index.html'), html)
  for (const name of await readdir(join(unfinished, 'assets'))) {
    const file = join(unfinished, 'assets', name)
    const bytes = await readFile(file)
    await writeFile(`${file}.br`, await toBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
    await writeFile(`${file}.gz`, await toGzip(bytes, { level: 9 }))
  }
  return Object.keys(metafile.inputs).map((file) => resolve(unfinished, file))
}

/**
 * Names of the files that a script imports, directly or not. The browser loads them at once, without
 * reading the script first.
 */
function preloads ({ outputs }: Metafile, name: string, known = new Set<string>()): string[] {
  for (const { path, kind } of outputs[name]?.imports ?? []) {
    if (kind !== 'import-statement' || known.has(path)) continue
    known.add(path)
    preloads({ outputs } as Metafile, path, known)
  }
  return [...known]
}

import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { build as Build, Metafile } from 'esbuild'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { programFile } from '../src/program-files.ts'

/** Where the built page lies. */
export const PAGE_FOLDER = programFile('dist/page')

const SOURCE = programFile('src/page')
const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)

/**
 * Bundles the page's source into `folder`: `index.html`, and `assets/` with names that change with their
 * content, each beside its compressed forms. Needs no network. Throws where a development package is missing
 * (`ERR_MODULE_NOT_FOUND`) and on errors in the source; the page that was there stays then. Returns the paths
 * of all files that went into it.
 */
export async function buildPage (folder = PAGE_FOLDER): Promise<string[]> {
  const { build } = await import('esbuild')
  await mkdir(dirname(folder), { recursive: true })
  // Its own for each build: two at once do not meet.
  const making = await mkdtemp(`${folder}.new-`)
  // The service may be another user than whoever built it.
  await chmod(making, 0o755)
  try {
    const inputs = await buildInto(making, build)
    await rm(folder, { recursive: true, force: true })
    await rename(making, folder).catch((error: NodeJS.ErrnoException) => {
      // Another build was done in this very moment.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
    return inputs
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

async function buildInto (making: string, build: typeof Build): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: {
      page: join(SOURCE, 'page.tsx'),
      style: join(SOURCE, 'style.css'),
      icon: join(SOURCE, 'icon.svg'),
    },
    outdir: join(making, 'assets'),
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    // What only some people look at (`import()` in the source) comes when they do.
    splitting: true,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox121', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'copy' },
    metafile: true,
    absWorkingDir: making,
    logLevel: 'silent',
  })
  const [script, style, icon] = [/page-[^/]*\.js$/, /style-[^/]*\.css$/, /icon-[^/]*\.svg$/].map((pattern) => {
    const name = Object.keys(metafile.outputs).find((output) => pattern.test(output))
    if (name === undefined) throw new Error(`esbuild wrote no file like ${pattern}`)
    return name
  }) as [string, string, string]
  const links = preloads(metafile, script).map((name) => `<link rel="modulepreload" href="${name}">\n`)
  const html = (await readFile(join(SOURCE, 'index.html'), 'utf8'))
    .replace('</head>', `${links.join('')}</head>`)
    .replace('page.js', script)
    .replace('style.css', style)
    .replace('icon.svg', icon)
  await writeFile(join(making, 'index.html'), html)
  for (const name of await readdir(join(making, 'assets'))) {
    const file = join(making, 'assets', name)
    const bytes = await readFile(file)
    await writeFile(`${file}.br`, await toBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
    await writeFile(`${file}.gz`, await toGzip(bytes, { level: 9 }))
  }
  return Object.keys(metafile.inputs).map((file) => resolve(making, file))
}

/**
 * Names of the files that a script imports, directly or not. The browser loads them at once, not only after it
 * has read the script.
 */
function preloads ({ outputs }: Metafile, name: string, known = new Set<string>()): string[] {
  for (const { path, kind } of outputs[name]?.imports ?? []) {
    if (kind !== 'import-statement' || known.has(path)) continue
    known.add(path)
    preloads({ outputs } as Metafile, path, known)
  }
  return [...known]
}

// The program as a few files of plain JavaScript, laid out like the checkout.
import { readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Plugin } from 'esbuild'
import { PROGRAM_FOLDER, programFile } from '../../src/program-files.ts'

/**
 * Each output file finds the program's folder from its own place, and loads what is built into Node as
 * CommonJS does.
 */
const BANNER = `import { createRequire as __createRequire } from 'node:module'
const require = __createRequire(import.meta.url)
const __programFolder = import.meta.dirname
  .replace(/[\\\\/](src|workers|node_modules[\\\\/]piscina[\\\\/]dist)$/, '')`

/** Another program: the path of its source, and that of its output in the folder, without an extension. */
export interface BundleEntry {
  in: string
  out: string
}

/**
 * Bundles command line, service and threads into `folder`: `src/main.js`, `workers/tasks.js`, Piscina's
 * worker, what they share and the native addon of this platform. Returns the paths of all files that went
 * into it. Throws on errors in the source and where esbuild, a development package, is missing.
 */
export async function bundleProgram (
  folder: string, more: readonly BundleEntry[] = []
): Promise<string[]> {
  const { build } = await import('esbuild')
  const { metafile } = await build({
    entryPoints: [
      { in: programFile('src/main.ts'), out: 'src/main' },
      { in: programFile('workers/tasks.ts'), out: 'workers/tasks' },
      { in: programFile('node_modules/piscina/dist/worker.js'), out: 'node_modules/piscina/dist/worker' },
      ...more,
    ],
    outdir: folder,
    absWorkingDir: PROGRAM_FOLDER,
    chunkNames: 'src/[name]-[hash]',
    assetNames: 'src/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    banner: { js: BANNER },
    // Smaller to read and to check, and a stack still has its names.
    minifyWhitespace: true,
    minifySyntax: true,
    // "perfbook licenses" prints them.
    legalComments: 'none',
    loader: { '.node': 'copy' },
    // The addon of this platform by its name; the package's own search would find it in node_modules only.
    alias: { 'better-sqlite3': `better-sqlite3/${process.platform}-${process.arch}` },
    // Piscina does without it: it only makes threads less greedy.
    external: ['@napi-rs/nice'],
    plugins: [builtins, folders, neverCalled],
    metafile: true,
    logLevel: 'error',
  })
  return Object.keys(metafile.inputs).filter((name) => !name.includes(':')).map((name) => programFile(name))
}

/** Bundles what the executable runs first, which unpacks the rest. */
export async function bundleStart (file: string): Promise<void> {
  const { build } = await import('esbuild')
  await build({
    entryPoints: [programFile('src/binary/start.ts')],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    logLevel: 'error',
  })
}

/**
 * What is built into Node is required, not imported: an import looks at every export, and some load half of
 * Node.
 */
const builtins: Plugin = {
  name: 'builtins',
  setup (build) {
    build.onResolve(
      { filter: /^node:/ },
      ({ path, kind }) =>
        kind === 'require-call' || kind === 'require-resolve'
          ? { path, external: true }
          : { path, namespace: 'builtin' }
    )
    build.onLoad(
      { filter: /./, namespace: 'builtin' },
      ({ path }) => ({ contents: `module.exports = require(${JSON.stringify(path)})` })
    )
  },
}

/**
 * Packages that look for files beside their own (a worker, static files) look where they lie in node_modules.
 */
const folders: Plugin = {
  name: 'folders',
  setup (build) {
    build.onLoad({ filter: /[\\/]node_modules[\\/].*\.c?js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      if (!/\b__dirname\b/.test(source)) return undefined
      const folder = relative(PROGRAM_FOLDER, join(path, '..')).split(sep).join('/')
      return {
        contents: source.replace(/\b__dirname\b/g, `(__programFolder + ${JSON.stringify(`/${folder}`)})`),
      }
    })
  },
}

/**
 * Loaded by packages for what Perfbook does not ask of them: a list of the static files in a folder, metrics
 * sent away. Some 15 ms of the start.
 */
const neverCalled: Plugin = {
  name: 'never-called',
  setup (build) {
    build.onResolve(
      { filter: /^glob$|^\.\/lib\/pushgateway$/ },
      ({ path }) => ({ path, namespace: 'never-called' })
    )
    build.onLoad({ filter: /./, namespace: 'never-called' }, () => ({ contents: 'module.exports = {}' }))
  },
}

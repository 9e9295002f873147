// Programs of the machine that some tests need, and what a test does where they are missing.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's own Python, which has Debian's openpyxl and pandas; the one in PATH may be another. */
const PYTHON = '/usr/bin/python3'
const INSTALL = 'apt-get install -y --no-install-recommends'

export interface Tool {
  name: string
  /** Undefined: not on this machine. */
  path: string | undefined
  /** What to install. */
  hint: string
}

export function findOpenpyxl (): Tool {
  const works = isExecutable(PYTHON) && spawnSync(PYTHON, ['-c', 'import openpyxl']).status === 0
  return { name: 'openpyxl', path: works ? PYTHON : undefined, hint: 'apt-get install -y python3-openpyxl' }
}

export function findLibreOffice (): Tool {
  const path = inPath('soffice') ?? inPath('libreoffice')
  return { name: 'LibreOffice', path, hint: `${INSTALL} libreoffice-calc` }
}

export function findGnumeric (): Tool {
  return { name: 'Gnumeric', path: inPath('ssconvert'), hint: `${INSTALL} gnumeric` }
}

/** Reads the text of a PDF. */
export function findPdftotext (): Tool {
  return { name: 'pdftotext', path: inPath('pdftotext'), hint: `${INSTALL} poppler-utils` }
}

export function findQpdf (): Tool {
  return { name: 'qpdf', path: inPath('qpdf'), hint: `${INSTALL} qpdf` }
}

/** With its compiler: a program in one file of source is compiled as it is started. */
export function findJava (): Tool {
  const path = inPath('javac') === undefined ? undefined : inPath('java')
  return { name: 'a Java development kit', path, hint: `${INSTALL} default-jdk-headless` }
}

/** Tests prefer the headless build: with it, they take a quarter less processor time. */
export function findChromium (): Tool {
  const whole = findWholeChromium()
  return { ...whole, path: inPath('chromium-headless-shell') ?? whole.path }
}

/** What users have, for measurements. */
export function findWholeChromium (): Tool {
  return {
    name: 'Chromium',
    path: inPath('chromium') ?? inPath('chromium-browser') ?? inPath('google-chrome'),
    hint: 'apt-get install -y chromium',
  }
}

export function findNginx (): Tool {
  return { name: 'nginx', path: inPath('nginx') ?? ofRoot('nginx'), hint: 'apt-get install -y nginx-light' }
}

export function findPgBouncer (): Tool {
  return {
    name: 'PgBouncer', path: inPath('pgbouncer') ?? ofRoot('pgbouncer'), hint: `${INSTALL} pgbouncer`,
  }
}

export function findCaddy (): Tool {
  return { name: 'Caddy', path: inPath('caddy'), hint: 'apt-get install -y caddy' }
}

/** Runs a command on a terminal of its own. */
export function findScript (): Tool {
  return { name: 'script', path: inPath('script'), hint: `${INSTALL} bsdutils` }
}

/** With the headers of the C library. */
export function findCompiler (): Tool {
  const path = existsSync('/usr/include/stdio.h') ? inPath('gcc') : undefined
  return { name: 'GCC', path, hint: `${INSTALL} gcc libc6-dev` }
}

export function findOpenssl (): Tool {
  return { name: 'OpenSSL', path: inPath('openssl'), hint: `${INSTALL} openssl` }
}

export function findSystemdAnalyze (): Tool {
  return { name: 'systemd-analyze', path: inPath('systemd-analyze'), hint: 'apt-get install -y systemd' }
}

/**
 * Options for a test that needs tools: skipped with a reason where one is missing, `false` where all are
 * here. With CI=true it is not skipped, and fails for want of the tool: a check that silently does not run is
 * none.
 */
export function needs (...tools: Tool[]): { skip: string | false } {
  const missing = tools.filter((tool) => tool.path === undefined)
  if (missing.length === 0 || process.env['CI'] === 'true') return { skip: false }
  return { skip: `needs ${missing.map(({ name, hint }) => `${name} (${hint})`).join(', ')}` }
}

/** The tool's path. Throws, saying what to install, where it is missing. */
export function pathOf (tool: Tool): string {
  if (tool.path === undefined) throw new Error(`${tool.name} is not on this machine: ${tool.hint}`)
  return tool.path
}

function inPath (command: string): string | undefined {
  return (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, command)).find(
    isExecutable
  )
}

/** Debian installs servers in folders that only root's PATH has. */
function ofRoot (command: string): string | undefined {
  const path = join('/usr/sbin', command)
  return isExecutable(path) ? path : undefined
}

function isExecutable (file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

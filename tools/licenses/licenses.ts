// License texts of everything in the program: Perfbook, Node, every npm package, the sample data.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { programFile } from '../../src/program-files.ts'

/** Bundled into the page, and so no package that the program needs at run time. */
const PAGE_PACKAGES = ['preact', '@tanstack/virtual-core']

interface PackageJson {
  name: string
  version: string
  license?: string
  author?: string | { name?: string }
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/**
 * License texts of the program and of these packages, each given by its folder. Throws where a package has no
 * license text.
 */
export function licensesOf (folders: readonly string[]): string {
  const packages = folders.map((folder) => ({ folder, ...readPackage(folder) }))
    .sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1)
  const parts = [
    section('Perfbook (MIT)', readFileSync(programFile('LICENSE'), 'utf8')),
    section('Sample data', readFileSync(programFile('data/sample/NOTICE.md'), 'utf8')),
    section(`Node.js ${process.versions.node}`, nodeLicense()),
    section(
      'SQLite',
      'In better-sqlite3. Its authors have dedicated it to the public domain: https://www.sqlite.org/copyright.html'
    ),
  ]
  const texts = packages.map((one) => ({ ...one, text: licenseText(one.folder, one) }))
  for (const { name, version, license, text } of texts) {
    parts.push(section(`${name} ${version} (${license ?? 'see below'})`, text))
  }
  return `${parts.join('\n')}`
}

/** Folder of the package that a file in node_modules belongs to; undefined for any other file. */
export function packageFolder (file: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0]
}

/** Node's license file, which covers everything compiled into Node. The npm package `node` may lack it. */
function nodeLicense (): string {
  const file = programFile(`tools/licenses/node-${process.versions.node}.txt`)
  if (!existsSync(file)) {
    throw new Error(
      `The license of Node ${process.versions.node} is missing: save its release's LICENSE file as ${file}.`
    )
  }
  return readFileSync(file, 'utf8')
}

/** Folders of the packages that the program and the page need at run time. Throws if one is missing. */
export function installedPackages (): string[] {
  const found = new Set<string>()
  const visit = (from: string, names: readonly string[], areOptional: boolean): void => {
    for (const name of names) {
      const folder = findPackage(from, name)
      if (folder === undefined && !areOptional) {
        throw new Error(`The package ${name} is not installed: run npm ci.`)
      }
      if (folder === undefined || found.has(folder)) continue
      found.add(folder)
      const { dependencies = {}, optionalDependencies = {} } = readPackage(folder)
      visit(folder, Object.keys(dependencies).filter((one) => !(one in optionalDependencies)), false)
      visit(folder, Object.keys(optionalDependencies), true)
    }
  }
  const root = programFile('.')
  const { dependencies = {} } = readPackage(root)
  // Node has its own section; the package only fetches it.
  visit(root, Object.keys(dependencies).filter((name) => name !== 'node'), false)
  // Not installed where development packages were left out: then there is no page either.
  visit(root, PAGE_PACKAGES, true)
  return [...found]
}

function findPackage (from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === dirname(folder)) return undefined
  }
}

function readPackage (folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson
}

function licenseText (folder: string, { name, version, license, author }: PackageJson): string {
  const own = licenseFiles(folder)
  if (own !== undefined) return own
  // A few have no file of their own, but say it at the end of their README.
  const readme = readdirSync(folder).find((file) => /^readme/i.test(file))
  const told = readme === undefined
    ? null
    : /^#+\s*licen[cs]e\b[^]*?permission is hereby granted[^]*/im.exec(
      readFileSync(join(folder, readme), 'utf8')
    )
  if (told !== null) return told[0].trim()
  const holder = typeof author === 'string' ? author : author?.name
  if (license === 'MIT') return `Copyright (c) ${holder ?? `the authors of ${name}`}\n\n${MIT}`
  const fromSibling = name.startsWith('@') ? siblingLicense(folder, { name, license, author }) : undefined
  if (fromSibling !== undefined) return fromSibling
  throw new Error(
    `The package ${name} ${version} has no license text: neither a file of that name nor one in its README.`
  )
}

/** The license files of a package; undefined if it has none. */
function licenseFiles (folder: string): string | undefined {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort()
  if (files.length === 0) return undefined
  return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
}

/**
 * A project with many packages in one scope forgets the file in some of them: the text of another one with
 * the same author and license applies to both.
 */
function siblingLicense (
  folder: string, { name, license, author }: Pick<PackageJson, 'name' | 'license' | 'author'>
): string | undefined {
  const scope = dirname(folder)
  for (const sibling of readdirSync(scope).map((entry) => join(scope, entry))) {
    const other = readPackage(sibling)
    if (other.name === name || other.license !== license) continue
    if (JSON.stringify(other.author) !== JSON.stringify(author)) continue
    const text = licenseFiles(sibling)
    if (text !== undefined) return text
  }
  return undefined
}

function section (title: string, text: string): string {
  return `${'='.repeat(80)}\n${title}\n${'='.repeat(80)}\n\n${text.trim()}\n`
}

// The wording of the MIT license (https://opensource.org/license/mit).
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software
and associated documentation files (the "Software"), to deal in the Software without
restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING
BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`

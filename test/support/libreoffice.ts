// LibreOffice as a second pair of eyes: it calculates workbooks again, and does in them what a teacher does.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, parse } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findLibreOffice, pathOf } from './tools.ts'

/**
 * What a person would do by hand. Rows are sorted with all their columns; `column` counts from the range's
 * first.
 */
export type Step =
  | { do: 'set', sheet: string, cell: string, value: number }
  | { do: 'text', sheet: string, cell: string, text: string }
  | { do: 'sort', sheet: string, range: string, column: number, order: 'up' | 'down' }
  | { do: 'filter', sheet: string, range: string, column: number, value: string }

/**
 * Starting it takes seconds, so one call takes many files. Each folder has a profile of its own: two may run
 * at once.
 */
export class LibreOffice {
  readonly #folder: string
  #hasMacro = false
  constructor (folder: string) {
    this.#folder = join(folder, 'libreoffice')
    mkdirSync(join(this.#folder, 'profile', 'user'), { recursive: true })
    writeFileSync(join(this.#folder, 'profile', 'user', 'registrymodifications.xcu'), SETTINGS)
  }

  /** Opens workbooks, calculates all of each again and saves it; gives the new files in the same order. */
  recalculate (files: string[]): string[] {
    const out = join(this.#folder, 'recalculated')
    this.#run('--convert-to', 'xlsx:Calc MS Excel 2007 XML', '--outdir', out, ...files)
    return files.map((file) => whereWritten(join(out, basename(file))))
  }

  /** Opens a workbook and writes one of its sheets as CSV, as its cells show; gives that file. */
  toCsv (file: string, sheet: string): string {
    const out = join(this.#folder, 'csv')
    this.#run('--convert-to', `csv:Text - txt - csv (StarCalc):${CSV_OPTIONS}`, '--outdir', out, file)
    return whereWritten(join(out, `${basename(file, '.xlsx')}-${sheet}.csv`))
  }

  /**
   * Opens tables as text with a separator, in a locale (a Windows number: 1031 is German), and writes the
   * values of their cells with decimal points. Recognizes dates and numbers. Returns the new files, in order.
   */
  reread (files: string[], separator: ',' | ';', locale: number): string[] {
    const out = join(this.#folder, `reread-${locale}`)
    const filter = 'Text - txt - csv (StarCalc)'
    this.#run(
      `--infilter=${filter}:${separator.charCodeAt(0)},34,76,1,,${locale},false,true`,
      '--convert-to', `csv:${filter}:44,34,76,1,,1033,false,false`, '--outdir', out, ...files
    )
    return files.map((file) => whereWritten(join(out, `${parse(file).name}.csv`)))
  }

  /** Prints workbooks; gives the PDF files in the same order. */
  toPdf (files: string[]): string[] {
    const out = join(this.#folder, 'pdf')
    this.#run('--convert-to', 'pdf', '--outdir', out, ...files)
    return files.map((file) => whereWritten(join(out, `${basename(file, '.xlsx')}.pdf`)))
  }

  /** Opens each workbook, does the steps, calculates and saves it; gives the new files in the same order. */
  edit (jobs: Array<{ file: string, steps: Step[] }>): string[] {
    this.#installMacro()
    const saved = jobs.map((_, i) => join(this.#folder, `edited-${i}.xlsx`))
    const lines = jobs.flatMap((
      { file, steps },
      i
    ) => [['open', pathToFileURL(file).href], ...steps.map(words), ['save', pathToFileURL(saved[i]!).href]])
    const script = join(this.#folder, 'steps.txt')
    writeFileSync(script, lines.map((line) => line.join('\t') + '\n').join(''))
    this.#run(`macro:///Standard.Steps.Run("${script}")`)
    if (existsSync(`${script}.failed`)) {
      throw new Error(`LibreOffice failed at: ${readFileSync(`${script}.failed`, 'utf8')}`)
    }
    return saved.map(whereWritten)
  }

  /** The first start fills the profile, over whatever macros are there; so they are put in after it. */
  #installMacro (): void {
    if (this.#hasMacro) return
    this.#run('--terminate_after_init')
    const library = join(this.#folder, 'profile', 'user', 'basic', 'Standard')
    mkdirSync(library, { recursive: true })
    writeFileSync(join(library, 'Steps.xba'), MACRO)
    writeFileSync(join(library, 'script.xlb'), LIBRARY)
    this.#hasMacro = true
  }

  #run (...args: string[]): void {
    const run = spawnSync(pathOf(findLibreOffice()), [
      `-env:UserInstallation=${pathToFileURL(join(this.#folder, 'profile')).href}`,
      '--headless',
      '--norestore',
      ...args,
    ], { encoding: 'utf8' })
    if (run.status !== 0) throw new Error(`LibreOffice ended with ${run.status}: ${run.stderr.slice(-1000)}`)
  }
}

function words (step: Step): Array<string | number> {
  switch (step.do) {
    case 'set':
      return ['set', step.sheet, step.cell, step.value]
    case 'text':
      return ['text', step.sheet, step.cell, step.text]
    case 'sort':
      return ['sort', step.sheet, step.range, step.column, step.order]
    case 'filter':
      return ['filter', step.sheet, step.range, step.column, step.value]
  }
}

function whereWritten (file: string): string {
  if (!existsSync(file)) {
    throw new Error(
      `LibreOffice did not write ${basename(file)}: it could not open the workbook, or a step failed.`
    )
  }
  return file
}

/** Comma, quotation mark, UTF-8, from line 1, as cells show, all sheets: each into a file with its name. */
const CSV_OPTIONS = '44,34,76,1,,0,false,true,false,false,false,-1'

/** Formulas of a file are calculated whenever it is opened, whatever values are stored with them. */
const SETTINGS = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
  <prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
  <prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>0</value></prop></item>
</oor:items>`

const LIBRARY = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" library:passwordprotected="false">
 <library:element library:name="Steps"/>
</library:library>`

const MACRO = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Steps" script:language="StarBasic">
Sub Run(stepsFile As String)
  Dim aStep As String, words, doc, target, n
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = &quot;Hidden&quot; : hidden(0).Value = True
  Dim outFilter(0) As New com.sun.star.beans.PropertyValue
  outFilter(0).Name = &quot;FilterName&quot; : outFilter(0).Value = &quot;Calc MS Excel 2007 XML&quot;
  On Error Goto Failed
  n = FreeFile
  Open stepsFile For Input As #n
  Do While Not Eof(n)
    Line Input #n, aStep
    words = Split(aStep, Chr(9))
    If words(0) = &quot;open&quot; Then
      doc = StarDesktop.loadComponentFromURL(words(1), &quot;_blank&quot;, 0, hidden())
    ElseIf words(0) = &quot;save&quot; Then
      doc.calculateAll()
      doc.storeToURL(words(1), outFilter())
      doc.close(True)
    Else
      target = doc.Sheets.getByName(words(1)).getCellRangeByName(words(2))
      If words(0) = &quot;set&quot; Then target.Value = Val(words(3))
      If words(0) = &quot;text&quot; Then target.String = words(3)
      If words(0) = &quot;sort&quot; Then SortRows(target, CInt(words(3)), words(4) = &quot;up&quot;)
      If words(0) = &quot;filter&quot; Then FilterRows(target, CInt(words(3)), words(4))
    End If
  Loop
  Close #n
  Exit Sub
Failed:
  Dim what
  what = aStep &amp; &quot;: &quot; &amp; Error
  Close #n
  n = FreeFile
  Open stepsFile &amp; &quot;.failed&quot; For Output As #n
  Print #n, what
  Close #n
  StarDesktop.terminate()
End Sub

Sub SortRows(target, column, isUp)
  Dim fields(0) As New com.sun.star.table.TableSortField
  fields(0).Field = column
  fields(0).IsAscending = isUp
  Dim how(1) As New com.sun.star.beans.PropertyValue
  how(0).Name = &quot;SortFields&quot; : how(0).Value = fields()
  how(1).Name = &quot;ContainsHeader&quot; : how(1).Value = False
  target.sort(how())
End Sub

Sub FilterRows(target, column, wanted)
  Dim fields(0) As New com.sun.star.sheet.TableFilterField
  fields(0).Field = column
  fields(0).IsNumeric = False
  fields(0).StringValue = wanted
  fields(0).Operator = com.sun.star.sheet.FilterOperator.EQUAL
  Dim descriptor
  descriptor = target.createFilterDescriptor(True)
  descriptor.ContainsHeader = True
  descriptor.setFilterFields(fields())
  target.filter(descriptor)
End Sub
</script:module>`

// A workbook as an office sends it, part by part, and the parts of a workbook again.
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import yazl from 'yazl'

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'

/** Formats, formulas, a merged title, a comment in the XML, shared texts, a second sheet and a calcChain. */
export const OFFICE_PARTS: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `${HEAD}<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    '<Default Extension="xml" ContentType="application/xml"/>' +
    `<Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/>` +
    `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/>` +
    `<Override PartName="/xl/worksheets/sheet2.xml" ContentType="${TYPE}.worksheet+xml"/>` +
    `<Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>` +
    `<Override PartName="/xl/sharedStrings.xml" ContentType="${TYPE}.sharedStrings+xml"/>` +
    `<Override PartName="/xl/calcChain.xml" ContentType="${TYPE}.calcChain+xml"/></Types>`,
  '_rels/.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">` +
    `<Relationship Id="rId1" Type="${REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${REL}"><workbookPr/>` +
    '<sheets><sheet name="Summary" sheetId="1" r:id="rId2"/><sheet name="Grades" sheetId="2" r:id="rId1"/>' +
    '</sheets><definedNames><definedName name="All">Grades!$A$3:$E$6</definedName></definedNames>' +
    '<calcPr calcId="191029"/><extLst><ext uri="x"/></extLst></workbook>',
  'xl/_rels/workbook.xml.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">` +
    `<Relationship Id="rId1" Type="${REL}/worksheet" Target="worksheets/sheet1.xml"/>` +
    `<Relationship Id="rId2" Type="${REL}/worksheet" Target="worksheets/sheet2.xml"/>` +
    `<Relationship Id="rId3" Type="${REL}/styles" Target="styles.xml"/>` +
    `<Relationship Id="rId4" Type="${REL}/sharedStrings" Target="sharedStrings.xml"/>` +
    `<Relationship Id="rId5" Type="${REL}/calcChain" Target="calcChain.xml"/></Relationships>`,
  'xl/worksheets/sheet1.xml': `${HEAD}<worksheet xmlns="${MAIN}">\n<!-- <row r="4"> is not a row -->` +
    '<dimension ref="A1:E7"/><cols><col min="4" max="4" width="9" style="2" customWidth="1"/></cols>' +
    '<sheetData><row r="1" spans="1:3"><c r="A1" t="s" s="1"><v>0</v></c></row>' +
    '<row r="3" spans="1:5"><c r="A3" t="s"><v>1</v></c><c r="B3" t="s"><v>2</v></c>' +
    '<c r="C3" t="s"><v>3</v></c><c r="D3" t="s"><v>4</v></c>' +
    '<c r="E3" t="inlineStr"><is><t>Note</t></is></c></row>' +
    // A number with zeros before it, an empty styled cell, and one that is missing.
    '<row r="4" spans="1:5"><c r="A4" s="3"><v>42</v></c><c r="B4" t="s"><v>5</v></c>' +
    '<c r="C4" s="1"/><c r="E4" t="inlineStr"><is><t>a &amp; b</t></is></c></row>' +
    // A value that is already there, with a type of its own.
    '<row r="5" spans="1:3" ht="20" customHeight="1"><c r="A5" t="inlineStr"><is><t> 0007</t></is></c>' +
    '<c r="B5" t="s"><v>5</v></c><c r="C5" s="1" t="str"><v>old</v></c></row>' +
    // A formula in a column that is filled in.
    '<row r="6" spans="1:5"><c r="A6" t="inlineStr"><is><t>0008</t></is></c><c r="C6"><f>1+1</f></c>' +
    '<c r="D6"/></row>' +
    '<row r="7"><c r="B7" t="s"><v>6</v></c><c r="C7" s="1"><f>AVERAGE(C4:C6)</f><v>5</v></c></row>' +
    '</sheetData><mergeCells count="1"><mergeCell ref="A1:C1"/></mergeCells><pageMargins left="0.7"/>' +
    '</worksheet>',
  'xl/worksheets/sheet2.xml': `${HEAD}<worksheet xmlns="${MAIN}"><sheetData><row r="1"><c r="A1">` +
    '<f>Grades!C7</f><v>5</v></c></row></sheetData></worksheet>',
  'xl/styles.xml': `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="1">` +
    '<numFmt numFmtId="164" formatCode="0000"/></numFmts><fonts count="1"><font/></fonts>' +
    '<fills count="1"><fill/></fills><borders count="1"><border/></borders>' +
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>' +
    '<cellXfs count="4"><xf/><xf applyFont="1"/><xf applyFill="1"/><xf numFmtId="164"/></cellXfs>' +
    '</styleSheet>',
  'xl/sharedStrings.xml': `${HEAD}<sst xmlns="${MAIN}" count="7" uniqueCount="7">` +
    '<si><t>Spring term</t></si><si><t>ID</t></si><si><t>Name</t></si>' +
    '<si><r><t>Gra</t></r><r><t>de</t></r></si>' +
    '<si><t>Letter</t></si><si><t>somebody</t></si><si><t>Average</t></si></sst>',
  'xl/calcChain.xml': `${HEAD}<calcChain xmlns="${MAIN}"><c r="C7" i="2"/><c r="A1" i="1"/></calcChain>`,
}

/** Writes an archive with these parts. */
export async function writeParts (
  path: string, parts: Readonly<Record<string, string | Buffer>>
): Promise<string> {
  const zip = new yazl.ZipFile()
  for (const [name, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), name)
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(path))
  return path
}

/** All parts of an archive as text, in their order. */
export async function partsOf (archive: Buffer): Promise<Record<string, string>> {
  const zip = await yauzl.fromBufferPromise(archive, { lazyEntries: true })
  const parts: Record<string, string> = {}
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = []
    const stream = await zip.openReadStreamPromise(entry) as AsyncIterable<Buffer>
    for await (const chunk of stream) chunks.push(chunk)
    parts[entry.fileName] = Buffer.concat(chunks).toString()
  }
  return parts
}

// The column chart on Summary (ECMA-376 part 1, 21.2 and 20.5): its parts and their paths. Readers that do
// not calculate draw it from the values stored in it.
import { posix } from 'node:path'
import { escapeXml } from './excel-text.ts'

/** A row of the table that the chart shows. */
export interface ChartPoint {
  label: string
  value: number
}

export interface Chart {
  /** The row of the table's headings on the sheet. Labels are in column A, values in column B. */
  row: number
  /** The headings of both columns: the chart's title and what it counts. */
  title: string
  series: string
  /** For screen readers. */
  description: string
  points: ChartPoint[]
}

const DRAWING_TYPE = 'application/vnd.openxmlformats-officedocument.drawing+xml'
const CHART_TYPE = 'application/vnd.openxmlformats-officedocument.drawingml.chart+xml'
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/package/2006/relationships'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const DRAWING_ML = 'http://schemas.openxmlformats.org/drawingml/2006'
const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
/** Visible on white and on black. */
const BLUE = '4F81BD'
/** The columns beside the table that the chart covers, from 0: C to H. */
const COLUMNS = { first: 2, last: 8 }
/** Between the table and the chart, in EMU: a fifth of an inch. */
const MARGIN = 190_500

/** In the sheet's XML, after its other elements. */
export const DRAWING_ELEMENT = '<drawing r:id="rId1"/>'

/** Overrides for `[Content_Types].xml`. */
export const CHART_CONTENT_TYPES = override('/xl/drawings/drawing1.xml', DRAWING_TYPE) +
  override('/xl/charts/chart1.xml', CHART_TYPE)

/** The parts of the chart of a sheet, by path. */
export function chartParts (sheetPath: string, sheetName: string, chart: Chart): Map<string, string> {
  return new Map([
    [
      `${posix.dirname(sheetPath)}/_rels/${posix.basename(sheetPath)}.rels`,
      relationship(`${OFFICE}/drawing`, '../drawings/drawing1.xml'),
    ],
    ['xl/drawings/drawing1.xml', drawing(chart)],
    ['xl/drawings/_rels/drawing1.xml.rels', relationship(`${OFFICE}/chart`, '../charts/chart1.xml')],
    ['xl/charts/chart1.xml', chartPart(sheetName, chart)],
  ])
}

function drawing ({ row, title, description, points }: Chart): string {
  const corner = (name: string, column: number, atRow: number): string =>
    `<xdr:${name}><xdr:col>${column}</xdr:col><xdr:colOff>${name === 'from' ? MARGIN : 0}</xdr:colOff>` +
    `<xdr:row>${atRow}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:${name}>`
  return `${DECLARATION}<xdr:wsDr xmlns:xdr="${DRAWING_ML}/spreadsheetDrawing" ` +
    `xmlns:a="${DRAWING_ML}/main">` +
    '<xdr:twoCellAnchor editAs="oneCell">' +
    corner('from', COLUMNS.first, row - 1) + corner('to', COLUMNS.last, row + points.length) +
    '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr>' +
    `<xdr:cNvPr id="2" name="${escapeXml(title)}" descr="${escapeXml(description)}"/>` +
    '<xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>' +
    '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>' +
    `<a:graphic><a:graphicData uri="${DRAWING_ML}/chart"><c:chart xmlns:c="${DRAWING_ML}/chart" ` +
    `xmlns:r="${OFFICE}" r:id="rId1"/></a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/>` +
    '</xdr:twoCellAnchor></xdr:wsDr>'
}

function chartPart (sheet: string, { row, title, series, points }: Chart): string {
  const [first, last] = [row + 1, row + points.length]
  const texts = (cells: string, values: string[]): string =>
    `<c:strRef><c:f>${sheet}!${cells}</c:f><c:strCache>${cache(values)}</c:strCache></c:strRef>`
  const labels = texts(`$A$${first}:$A$${last}`, points.map(({ label }) => label))
  const values = `<c:numRef><c:f>${sheet}!$B$${first}:$B$${last}</c:f><c:numCache>` +
    `<c:formatCode>General</c:formatCode>${cache(points.map(({ value }) => String(value)))}` +
    '</c:numCache></c:numRef>'
  // Each column shows its number, so there is no value axis. With few students, it would have fractions.
  return `${DECLARATION}<c:chartSpace xmlns:c="${DRAWING_ML}/chart" xmlns:a="${DRAWING_ML}/main" ` +
    `xmlns:r="${OFFICE}"><c:roundedCorners val="0"/><c:chart>` +
    `<c:title><c:tx>${texts(`$A$${row}`, [title])}</c:tx><c:overlay val="0"/>${font(1100, true)}</c:title>` +
    '<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>' +
    '<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>' +
    `<c:ser><c:idx val="0"/><c:order val="0"/><c:tx>${texts(`$B$${row}`, [series])}</c:tx>` +
    `<c:spPr><a:solidFill><a:srgbClr val="${BLUE}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>` +
    `<c:dLbls><c:numFmt formatCode="#,##0;;" sourceLinked="0"/>${font(900)}<c:dLblPos val="outEnd"/>` +
    '<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/>' +
    '<c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>' +
    `<c:cat>${labels}</c:cat><c:val>${values}</c:val></c:ser>` +
    '<c:gapWidth val="40"/><c:axId val="1001"/><c:axId val="1002"/></c:barChart>' +
    '<c:catAx><c:axId val="1001"/><c:scaling><c:orientation val="minMax"/></c:scaling>' +
    '<c:delete val="0"/><c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/>' +
    `<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>${font(900)}` +
    '<c:crossAx val="1002"/><c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/>' +
    '<c:lblOffset val="100"/><c:noMultiLvlLbl val="1"/></c:catAx>' +
    '<c:valAx><c:axId val="1002"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>' +
    '<c:delete val="1"/><c:axPos val="l"/><c:numFmt formatCode="#,##0" sourceLinked="0"/>' +
    '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>' +
    '<c:crossAx val="1001"/><c:crosses val="autoZero"/><c:crossBetween val="between"/></c:valAx>' +
    '</c:plotArea><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart></c:chartSpace>'
}

function cache (values: string[]): string {
  const points = values.map((value, i) => `<c:pt idx="${i}"><c:v>${escapeXml(value)}</c:v></c:pt>`)
  return `<c:ptCount val="${values.length}"/>${points.join('')}`
}

/** `size`: hundredths of a point. */
function font (size: number, isBold = false): string {
  return '<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr>' +
    `<a:defRPr sz="${size}" b="${isBold ? 1 : 0}"/></a:pPr>` +
    '<a:endParaRPr lang="en-US"/></a:p></c:txPr>'
}

function relationship (type: string, target: string): string {
  return `${DECLARATION}<Relationships xmlns="${RELATIONSHIPS}">` +
    `<Relationship Id="rId1" Type="${type}" Target="${target}"/></Relationships>`
}

function override (part: string, type: string): string {
  return `<Override PartName="${part}" ContentType="${type}"/>`
}

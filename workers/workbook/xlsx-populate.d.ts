// The part of xlsx-populate 1.21 that we use; the package has no types.
declare module 'xlsx-populate' {
  export interface Style {
    id (): number
    style (name: string, value: unknown): Style
  }
  export interface Cell {
    value (value: string | number): Cell
    formula (formula: string): Cell
    style (style: Style): Cell
  }
  export interface Column {
    width (characters: number): Column
    style (style: Style): Column
  }
  export interface Sheet {
    name (name: string): Sheet
    cell (row: number, column: number): Cell
    column (column: number): Column
    row (row: number): { height: (points: number) => unknown }
    freezePanes (columns: number, rows: number): Sheet
  }
  export interface Workbook {
    sheet (index: number): Sheet
    addSheet (name: string): Sheet
    property (settings: Record<string, string>): Workbook
    styleSheet (): { createStyle: () => Style }
    outputAsync (): Promise<Buffer>
  }
  const library: { fromBlankAsync: () => Promise<Workbook> }
  export default library
}

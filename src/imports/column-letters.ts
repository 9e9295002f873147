// Columns of a spreadsheet, counted from 1, and their letters: A, B, …, Z, AA.

export function columnLetters (column: number): string {
  let letters = ''
  for (let left = column; left > 0; left = Math.floor((left - 1) / 26)) {
    letters = String.fromCharCode(65 + (left - 1) % 26) + letters
  }
  return letters
}

/** The column of letters from A to Z, in any case. */
export function columnOfLetters (letters: string): number {
  let column = 0
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64
  return column
}

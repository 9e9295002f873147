// Ten bands of course averages: below 10%, from 10% to below 20%, …, from 90% on.

export const BANDS = 10
/** Averages count as rounded to ten decimals, as for grades: 0.6999999999999999 counts as 0.7. */
const HALF_A_DIGIT = 5e-11
/** Significant digits in which spreadsheets compare numbers. */
const DIGITS = 15

/** The lowest average, a fraction, in the band with this index; the first band has no lower limit. */
export function bandStart (band: number): number {
  return Number((band / BANDS - HALF_A_DIGIT).toFixed(11))
}

const STARTS = Array.from({ length: BANDS }, (_, band) => bandStart(band))

/** The index of the band of an average, a fraction. */
export function bandOf (average: number): number {
  const compared = Number(average.toPrecision(DIGITS))
  let band = BANDS - 1
  while (band > 0 && compared < (STARTS[band] ?? 0)) band--
  return band
}

// The parts of xlsx-populate's blank template have extensions of newer programs, the path of the folder where
// its author saved it, and prefixes for all of these. No workbook of ours uses them.

/** Elements that have nothing else. */
const EXTENSIONS =
  /<(mc:AlternateContent|(?:a:)?extLst)(?:\s[^>]*)?>[\s\S]*?<\/\1>/g
/** Declarations of the prefixes, and attributes that have one. */
const ATTRIBUTES = / (?:xmlns:(?:mc|x14ac|x15|x15ac|thm15)|mc:Ignorable|x14ac:\w+)="[^"]*"/g

/** A part without what the template adds to the standard (ECMA-376 part 1). */
export function standardPart (xml: string): string {
  return xml.replace(EXTENSIONS, '').replace(ATTRIBUTES, '')
}

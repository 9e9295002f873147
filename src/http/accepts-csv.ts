/** Whether a client names CSV and does not prefer JSON (RFC 9110, 12.5.1). */
export function wantsCsv (accept: string | undefined): boolean {
  const preference = (type: string): number => {
    const range = accept?.toLowerCase().split(',')
      .map((part) => part.split(';').map((parameter) => parameter.trim())).find(([name]) => name === type)
    const quality = range?.find((parameter) => parameter.startsWith('q='))
    return range === undefined ? 0 : Number(quality?.slice(2) ?? 1)
  }
  const csv = preference('text/csv')
  return csv > 0 && csv >= preference('application/json')
}

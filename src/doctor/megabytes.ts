/** A number of bytes for people: `1.5 MB`. */
export function megabytes (count: number): string {
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(count / 1e6)} MB`
}

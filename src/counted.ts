/** A number with its noun: `1 student`, `0 students`, `2 people`. */
export function counted (count: number, noun: string, plural: string = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}

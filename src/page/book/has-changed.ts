/** Whether a component has to be drawn again: some property differs. */
export function hasChanged<P extends object> (before: P, next: P): boolean {
  return (Object.keys(next) as Array<keyof P>).some((key) => next[key] !== before[key])
}

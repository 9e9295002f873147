/**
 * The network that an IP address belongs to, as one text: the address itself, or its /64, since one customer
 * holds all of that (RFC 6177).
 */
export function networkOf (address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address
  const [head = '', tail = ''] = address.split('::')
  const groups = head.split(':')
  if (address.includes('::')) {
    groups.push(
      ...Array<string>(Math.max(0, 8 - groups.length - tail.split(':').length)).fill('0'),
      ...tail.split(':')
    )
  }
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '').toLowerCase()).join(':')
}

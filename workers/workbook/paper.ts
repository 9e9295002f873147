// Which paper a school prints on.

export type Paper = 'letter' | 'a4'

/** Places in `America/…` outside North America, which includes Central America and the Caribbean. */
const SOUTH_AMERICA = new Set([
  'araguaina',
  'argentina',
  'asuncion',
  'bahia',
  'belem',
  'boa_vista',
  'bogota',
  'buenos_aires',
  'campo_grande',
  'caracas',
  'catamarca',
  'cayenne',
  'cordoba',
  'coyhaique',
  'cuiaba',
  'eirunepe',
  'fortaleza',
  'guayaquil',
  'guyana',
  'jujuy',
  'la_paz',
  'lima',
  'maceio',
  'manaus',
  'mendoza',
  'montevideo',
  'noronha',
  'paramaribo',
  'porto_acre',
  'porto_velho',
  'punta_arenas',
  'recife',
  'rio_branco',
  'rosario',
  'santarem',
  'santiago',
  'sao_paulo',
])
const REGIONS = new Set(['us', 'canada', 'mexico'])
/** Zones whose names have no region or another one. */
const OTHERS = new Set([
  'atlantic/bermuda',
  'pacific/honolulu',
  'pacific/johnston',
  'asia/manila',
  'cuba',
  'jamaica',
  'navajo',
  'est',
  'mst',
  'hst',
  'est5edt',
  'cst6cdt',
  'mst7mdt',
  'pst8pdt',
])

/** Letter if the zone (IANA) is in North America, including Hawaii, or the Philippines; else A4. */
export function paperOf (timeZone: string): Paper {
  const name = timeZone.toLowerCase()
  const [region = '', place = ''] = name.split('/')
  const isNorthAmerican = REGIONS.has(region) || (region === 'america' && !SOUTH_AMERICA.has(place))
  return isNorthAmerican || OTHERS.has(name) ? 'letter' : 'a4'
}

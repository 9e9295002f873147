// All texts of the page in each language, by key.
import laterEnglish from '../../src/page/texts/en-later.json' with { type: 'json' }
import firstEnglish from '../../src/page/texts/en.json' with { type: 'json' }
import laterSpanish from '../../src/page/texts/es-later.json' with { type: 'json' }
import firstSpanish from '../../src/page/texts/es.json' with { type: 'json' }

export const en = { ...firstEnglish, ...laterEnglish }
export const es = { ...firstSpanish, ...laterSpanish }

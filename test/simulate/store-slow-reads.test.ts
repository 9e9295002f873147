// Like `store.test.ts`, but results of reads come late.
import { tellStories } from './tell-stories.ts'

tellStories({ runs: 3000, seed: 24, place: 'store, slow reads' })

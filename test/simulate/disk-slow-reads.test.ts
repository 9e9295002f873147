// Like `disk.test.ts`, but results of reads come late.
import { tellStories } from './tell-stories.ts'

tellStories({ runs: 7000, seed: 22, place: 'disk, slow reads' })

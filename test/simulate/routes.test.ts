// The same stories, told over HTTP: the app is built once, and its requests go to the process that lives.
import { tellStories } from './tell-stories.ts'

tellStories({ runs: 2000, seed: 21, overHttp: true })

// Judges one value in a thread of its own, which whoever asks may end: validate.ts.

import { type Judged, judge } from './judge.ts'

/** What the page sends: JSON texts. */
export interface Question {
  readonly schema: string
  readonly value: string
}

/** "ready" comes first: from then on the time counts. */
export type Told = 'ready' | Judged

const tell = (told: Told) => postMessage(told)

addEventListener('message', ({ data }: MessageEvent<Question>) => tell(judge(data.schema, data.value)))
tell('ready')

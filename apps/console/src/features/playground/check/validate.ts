// Whether a value fits its schema, before anything is sent. Patterns and references of a schema can take any time, so a worker looks
// (worker.ts), and is ended when it takes too long: the page goes on, and says that it could not be told.

import { type Json, unfinished } from '../json/json.ts'
import { printJson } from '../json/print-json.ts'
import type { Judged } from './judge.ts'
import type { Question, Told } from './worker.ts'

/** For coming up, where its code has to be fetched. */
const startMs = 10_000
const limitMs = 2_000

/** Rejects never: where nothing could be told, `unsure` says why. */
export async function validate(schema: Json, value: Json): Promise<Judged> {
  const open = unfinished(value).map((at) => ({ at, what: 'This is no value yet' }))
  if (open.length > 0) return { problems: open }
  return ask({ schema: printJson(schema), value: printJson(value) })
}

async function ask(question: Question): Promise<Judged> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const { promise, resolve } = Promise.withResolvers<Judged>()
  const unsure = (why: string) => resolve({ problems: [], unsure: why })
  let timer = setTimeout(() => unsure('what checks it could not be loaded'), startMs)
  worker.onerror = () => unsure('what checks it failed')
  worker.onmessage = ({ data }: MessageEvent<Told>) => {
    if (data !== 'ready') return resolve(data)
    clearTimeout(timer)
    timer = setTimeout(() => unsure(`its schema takes longer than ${limitMs / 1000} s to check`), limitMs)
    worker.postMessage(question)
  }
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    worker.terminate()
  }
}

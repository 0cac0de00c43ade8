// Questions to clients that this process waits for. take-answer.ts brings the answers.

import { randomUUID } from 'node:crypto'

/** Who was asked: only the same caller in the same session may answer. */
export interface Asked {
  readonly callerKeyId: string
  readonly token: string
}

export interface Question {
  /** Of the JSON-RPC request: names the replica, and nobody guesses it. */
  readonly id: string
  /** The client's JSON-RPC response as it was written. Rejects with the signal's reason. */
  readonly answer: Promise<string>
}

export interface Asks {
  ask(asked: Asked, replica: string, signal: AbortSignal): Question
  /** False where nothing with this id waits for this client. */
  answer(id: string, asked: Asked, text: string): boolean
}

interface Waiting {
  readonly asked: Asked
  readonly take: (text: string) => void
}

export function createAsks(): Asks {
  const waiting = new Map<string, Waiting>()
  return {
    ask(asked, replica, signal) {
      const id = `${replica}.${randomUUID()}`
      const answer = new Promise<string>((resolve, reject) => {
        const settle = (act: () => void) => {
          waiting.delete(id)
          signal.removeEventListener('abort', leave)
          act()
        }
        const leave = () => settle(() => reject(signal.reason))
        waiting.set(id, { asked, take: (text) => settle(() => resolve(text)) })
        signal.addEventListener('abort', leave)
        if (signal.aborted) leave()
      })
      return { id, answer }
    },
    answer(id, asked, text) {
      const found = waiting.get(id)
      if (found?.asked.callerKeyId !== asked.callerKeyId || found.asked.token !== asked.token) return false
      found.take(text)
      return true
    },
  }
}

/** The replica that asked the question with this id; undefined for an id that isn't ours. */
export function replicaOf(id: unknown): string | undefined {
  if (typeof id !== 'string') return undefined
  const dot = id.lastIndexOf('.')
  return dot > 0 ? id.slice(0, dot) : undefined
}

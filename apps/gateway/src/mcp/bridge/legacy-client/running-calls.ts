// Calls under way in this process that their clients can cancel: by session, and by the id that the client gave.

export interface RunningCalls {
  /** @param idRaw as the client wrote it. @returns how to leave the list */
  add(token: string, idRaw: string, cancel: AbortController): () => void
  /** False where no such call runs here. */
  cancel(token: string, idRaw: string): boolean
}

export function createRunningCalls(): RunningCalls {
  const running = new Map<string, Set<AbortController>>()
  return {
    add(token, idRaw, cancel) {
      const key = keyOf(token, idRaw)
      const calls = running.get(key) ?? new Set()
      running.set(key, calls.add(cancel))
      return () => {
        calls.delete(cancel)
        if (calls.size === 0 && running.get(key) === calls) running.delete(key)
      }
    },
    cancel(token, idRaw) {
      const calls = running.get(keyOf(token, idRaw))
      for (const call of calls ?? []) call.abort(new Error('the client cancelled the call'))
      return calls !== undefined
    },
  }
}

/** A string may be spelled with other escapes the second time; a number beyond 2^53 is only its digits. */
const keyOf = (token: string, idRaw: string) =>
  `${token} ${idRaw.startsWith('"') ? JSON.stringify(JSON.parse(idRaw)) : idRaw}`

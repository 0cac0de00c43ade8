// Times, durations and sizes as people read them.

/** "just now", "4 s ago", "3 min ago", "2 h ago", "5 d ago"; for what is to come "in 3 d". */
export function ago(thenMs: number, nowMs: number): string {
  const s = Math.round((nowMs - thenMs) / 1000)
  if (Math.abs(s) < 1) return 'just now'
  const text = span(Math.abs(s))
  return s > 0 ? `${text} ago` : `in ${text}`
}

function span(s: number): string {
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.round(s / 60)} min`
  if (s < 86_400) return `${Math.round(s / 3600)} h`
  return `${Math.round(s / 86_400)} d`
}

/** Milliseconds below a second, else seconds: "4.2 ms", "138 ms", "2.31 s". */
export function duration(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  return `${(ms / 1000).toFixed(2)} s`
}

/** "912 B", "4.1 KiB", "2.0 MiB". */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  const kib = count / 1024
  return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`
}

/** "1 tool", "3 tools". */
export const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`

/** What a tool costs an agent that reads its whole entry: about four characters a token. */
export const tokens = (entry: unknown) => Math.ceil(JSON.stringify(entry).length / 4)

// When a key ends, as a choice and on screen.

export const lifetimes = [
  { value: '', label: 'Never' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
] as const

/** For `expires_at`; null means never. */
export function expiresAt(days: string, nowMs: number): string | null {
  return days === '' ? null : new Date(nowMs + Number(days) * 86_400_000).toISOString()
}

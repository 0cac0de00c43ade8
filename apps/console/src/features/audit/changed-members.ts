// What differs between the two sides of an event, member by member, as text: a person sees at once what was changed.

export interface Changed {
  readonly name: string
  /** Null where it was not there. */
  readonly before: string | null
  readonly after: string | null
}

/** Members that are the same on both sides are left out; where one side is missing, all of the other are told. */
export function changedMembers(before: unknown, after: unknown): Changed[] {
  const [was, is] = [membersOf(before), membersOf(after)]
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  return names
    .map((name) => ({ name, before: was[name] ?? null, after: is[name] ?? null }))
    .filter((one) => one.before !== one.after)
}

function membersOf(side: unknown): Record<string, string> {
  if (side === null || side === undefined) return {}
  if (typeof side !== 'object' || Array.isArray(side)) return { value: textOf(side) }
  return Object.fromEntries(Object.entries(side).map(([name, value]) => [name, textOf(value)]))
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

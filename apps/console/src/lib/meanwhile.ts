// Three states of a form's values: as it began, as somebody else left them since, and as they are typed here.

export interface Changed<V> {
  readonly name: keyof V & string
  readonly before: unknown
  readonly after: unknown
}

/** What others changed to something else than what is typed here. */
export const changedMeanwhile = <V extends Record<string, unknown>>(
  before: V,
  after: V,
  mine: V,
): Changed<V>[] =>
  Object.keys(before)
    .filter((name) => before[name] !== after[name] && mine[name] !== after[name])
    .map((name) => ({ name, before: before[name], after: after[name] }))

/** What was typed here stays; the rest is as others left it. */
export const merged = <V extends Record<string, unknown>>(before: V, after: V, mine: V): V => ({
  ...after,
  ...Object.fromEntries(Object.entries(mine).filter(([name, value]) => value !== before[name])),
})

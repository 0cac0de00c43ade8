// Choices of a filter: all, and what there is. A value from the address that isn't among them is kept and shown.

export interface Choice {
  readonly value: string
  readonly label: string
}

export function withForeign(value: string | null | undefined, choices: readonly Choice[]): Choice[] {
  const isForeign = value && !choices.some((one) => one.value === value)
  return [{ value: '', label: 'All' }, ...(isForeign ? [{ value, label: value }] : []), ...choices]
}

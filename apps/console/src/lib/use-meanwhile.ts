// A form over what others may change while it is open: what they changed is told, and nothing that was typed is lost.

import type { UseFormReturnType } from '@mantine/form'
import { useEffect, useState } from 'react'
import type { Versioned } from './api.ts'
import { type Changed, changedMeanwhile, merged } from './meanwhile.ts'

export interface Meanwhile<V> {
  /** The version that the form began from: what a save names. */
  readonly ifMatch: string
  /** What others changed since, where that isn't what the form says anyway. */
  readonly changed: readonly Changed<V>[]
  /** True where a save that named this version is answered by `changed`, or was since. */
  tells(ifMatch: string | undefined): boolean
  /** Goes on from what holds now, with what was typed. */
  keepMine(): void
  takeTheirs(): void
}

/** @param valuesOf what the fields of the form show of the data */
export function useMeanwhile<T, V extends Record<string, unknown>>(
  now: Versioned<T>,
  form: UseFormReturnType<V>,
  valuesOf: (data: T) => V,
): Meanwhile<V> {
  const [base, setBase] = useState(now)
  const [before, after, mine] = [valuesOf(base), valuesOf(now), form.values]
  const changed = form.isDirty() ? changedMeanwhile(before, after, mine) : []
  const goOn = (values: V) => {
    form.setInitialValues(after)
    form.setValues(values)
    setBase(now)
  }
  const isNews = base.etag !== now.etag && changed.length === 0
  // What is in nobody's way is taken over unseen, also what this form has saved itself.
  useEffect(() => {
    if (isNews) goOn(merged(before, after, mine))
  })
  return {
    ifMatch: base.etag,
    changed,
    tells: (ifMatch) => changed.length > 0 || ifMatch !== base.etag,
    keepMine: () => goOn(merged(before, after, mine)),
    takeTheirs: () => goOn(after),
  }
}

// All calls of the time in five numbers.

import type { Usage } from '@gatehouse/registry-api'
import { errorShare, measures, readingOf, written } from './measures.ts'

export function Totals({ usage: { total } }: { usage: Usage }) {
  return (
    <dl className="gh-totals gh-numbers" aria-label="In all">
      {measures.map(({ value: measure, label }) => (
        <div key={measure}>
          <dt>{label}</dt>
          <dd>
            {written(readingOf(total, measure), measure)}
            {measure === 'errors' && <small> {errorShare(total)}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

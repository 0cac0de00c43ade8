// The calls of the last 24 hours, an hour a bar; what failed stands at its foot. The numbers stand beside it.

import type { ServerSummary } from '@gatehouse/registry-api'
import { count } from '#lib/format.ts'

const hours = 24
const hourMs = 3_600_000
const [width, height] = [4, 24]

interface Props {
  day: ServerSummary['last_day']
  /** Unix ms. */
  now: number
}

export function Sparkline({ day, now }: Props) {
  const most = Math.max(1, ...day.points.map(({ calls }) => calls))
  const last = Math.floor(now / hourMs)
  return (
    <svg
      width={hours * width}
      height={height}
      viewBox={`0 0 ${hours * width} ${height}`}
      role="img"
      aria-label={`${count(day.calls, 'call')} in 24 hours, ${day.errors} failed`}
    >
      <line x1={0} x2={hours * width} y1={height - 0.5} y2={height - 0.5} stroke="var(--gh-neutral)" />
      {day.points.map(({ at, calls, errors }) => {
        const x = (hours - 1 - (last - Math.floor(Date.parse(at) / hourMs))) * width
        const tall = Math.max(2, (calls / most) * (height - 1))
        const foot = (errors / calls) * tall
        return (
          <g key={at}>
            <rect x={x} y={height - tall} width={width - 1} height={tall} fill="var(--gh-good)" />
            {errors > 0 && (
              <rect x={x} y={height - foot} width={width - 1} height={foot} fill="var(--gh-bad)" />
            )}
          </g>
        )
      })}
    </svg>
  )
}

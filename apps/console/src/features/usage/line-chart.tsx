'use client'
// Lines over time, drawn here: a picture for the eye, whose numbers are all in the table below it. Lines differ by their strokes,
// not only by their colours.

import { Group, Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { type PointerEvent, useState } from 'react'
import { linePath, ticks } from './scale.ts'

export interface Line {
  readonly name: string
  /** One per step; null where there is none. */
  readonly values: readonly (number | null)[]
}

interface Props {
  /** What is seen, in a sentence, for who can't see it. */
  label: string
  lines: readonly Line[]
  /** As many as each line has values. */
  times: readonly string[]
  written: (value: number | null) => string
  /** Values are whole numbers. */
  whole: boolean
}

const height = 240
const margin = { top: 10, right: 12, bottom: 26, left: 64 }
const dashes = ['', '7 4', '2 4', '12 4 2 4', '4 2']
const stroke = (at: number) => `var(--gh-line-${(at % dashes.length) + 1})`

export function LineChart({ label, lines, times, written, whole }: Props) {
  const { ref, width } = useElementSize()
  const [seen, setSeen] = useState<number | null>(null)
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null))
  const marks = ticks(Math.max(0, ...values), whole)
  const top = marks.at(-1) ?? 1
  const inner = Math.max(1, width - margin.left - margin.right)
  const x = (at: number) => margin.left + (inner * at) / Math.max(1, times.length - 1)
  const y = (value: number) => margin.top + (height - margin.top - margin.bottom) * (1 - value / top)
  const look = (event: PointerEvent<SVGSVGElement>) => {
    const at =
      ((event.clientX - event.currentTarget.getBoundingClientRect().left - margin.left) / inner) *
      (times.length - 1)
    setSeen(Math.min(times.length - 1, Math.max(0, Math.round(at))))
  }
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg
          role="img"
          aria-label={label}
          width={width}
          height={height}
          className="gh-chart"
          onPointerMove={look}
          onPointerLeave={() => setSeen(null)}
        >
          {marks.map((mark) => (
            <g key={mark}>
              <line
                className="gh-chart-grid"
                x1={margin.left}
                x2={width - margin.right}
                y1={y(mark)}
                y2={y(mark)}
              />
              <text x={margin.left - 8} y={y(mark) + 4} textAnchor="end">
                {written(mark)}
              </text>
            </g>
          ))}
          {labelled(times, width).map((at) => (
            <text
              key={at}
              x={x(at)}
              y={height - 6}
              textAnchor={at === 0 ? 'start' : at === times.length - 1 ? 'end' : 'middle'}
            >
              {times[at]}
            </text>
          ))}
          {seen !== null && (
            <line
              className="gh-chart-seen"
              x1={x(seen)}
              x2={x(seen)}
              y1={margin.top}
              y2={height - margin.bottom}
            />
          )}
          {lines.map((line, at) => (
            <path
              key={line.name}
              d={linePath(
                line.values.map((value, step) => (value === null ? null : ([x(step), y(value)] as const))),
              )}
              stroke={stroke(at)}
              strokeDasharray={dashes[at % dashes.length]}
            />
          ))}
        </svg>
      )}
      <Group gap="md" mih={24} aria-hidden="true">
        {lines.map((line, at) => (
          <Text key={line.name} size="sm" component="span" className="gh-numbers gh-break">
            <svg width={28} height={8} className="gh-chart" focusable="false" aria-hidden="true">
              <path d="M0 4h28" stroke={stroke(at)} strokeDasharray={dashes[at % dashes.length]} />
            </svg>{' '}
            {line.name}
            {seen !== null && `: ${written(line.values[seen] ?? null)}`}
          </Text>
        ))}
        {seen !== null && (
          <Text size="sm" c="dimmed" component="span">
            {times[seen]}
          </Text>
        )}
      </Group>
    </div>
  )
}

/** The first, the last and as many between as have room. */
function labelled(times: readonly string[], width: number): number[] {
  const longest = Math.max(...times.map((time) => time.length)) * 8 + 16
  const room = Math.min(6, Math.max(2, Math.floor((width - margin.left) / longest)))
  const last = times.length - 1
  return [...new Set(Array.from({ length: room }, (_, i) => Math.round((last * i) / (room - 1))))]
}

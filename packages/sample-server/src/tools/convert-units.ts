// Lengths, masses, volumes, temperatures. One of the tools of sample.ts.

import type { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { result } from '../result.ts'

// Value of one unit in the base of its quantity; temperatures also have an offset.
const units = {
  m: ['length', 1],
  km: ['length', 1000],
  cm: ['length', 0.01],
  in: ['length', 0.0254],
  ft: ['length', 0.3048],
  mi: ['length', 1609.344],
  kg: ['mass', 1],
  g: ['mass', 0.001],
  lb: ['mass', 0.45359237],
  oz: ['mass', 0.028349523125],
  l: ['volume', 1],
  ml: ['volume', 0.001],
  gal: ['volume', 3.785411784],
  K: ['temperature', 1, 0],
  C: ['temperature', 1, 273.15],
  F: ['temperature', 5 / 9, 459.67 * (5 / 9)],
} as const satisfies Record<string, readonly [quantity: string, factor: number, offset?: number]>

type Unit = keyof typeof units
const unit = z.enum(Object.keys(units) as [Unit, ...Unit[]]) // the keys of the table just above

export function addConvertUnits(server: McpServer): void {
  server.registerTool(
    'convert-units',
    {
      title: 'Convert units',
      description: 'Converts a length, mass, volume or temperature from one unit to another.',
      inputSchema: z.object({
        value: z.number().describe('The number to convert'),
        from: unit.describe('Its unit'),
        to: unit.describe('The unit to convert to'),
      }),
      outputSchema: z.object({ value: z.number(), unit }),
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    ({ value, from, to }) => {
      const [fromQuantity, fromFactor, fromOffset = 0] = units[from]
      const [toQuantity, toFactor, toOffset = 0] = units[to]
      if (fromQuantity !== toQuantity) {
        throw new Error(
          `${from} is a ${fromQuantity}, ${to} is a ${toQuantity}: choose two units of one kind`,
        )
      }
      const converted = Number(((value * fromFactor + fromOffset - toOffset) / toFactor).toPrecision(12))
      return result(`${value} ${from} = ${converted} ${to}`, { value: converted, unit: to })
    },
  )
}

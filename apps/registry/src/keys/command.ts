// What a person may ask about keys, and the order in which it is done.

import { rotateDataKeys } from './rotate-data.ts'
import { rotateMasterKey } from './rotate-master.ts'
import type { Rotation } from './rotation.ts'
import { keyStatus } from './status.ts'

const steps = {
  status: [],
  rotate: [rotateMasterKey, rotateDataKeys],
  'rotate master': [rotateMasterKey],
  'rotate data': [rotateDataKeys],
} as const

export type KeyCommand = keyof typeof steps

/** @throws Error with one sentence where it is none */
export function parseCommand(args: readonly string[]): KeyCommand {
  const text = args.join(' ')
  const command = Object.keys(steps).find((name) => name === text)
  if (command === undefined) throw new Error('Say one of: status, rotate, rotate master, rotate data')
  return command as KeyCommand // its own keys, by construction
}

/** Tells what it does line by line. @returns false where something is left for a person to do */
export async function runCommand(on: Rotation, command: KeyCommand): Promise<boolean> {
  if (command === 'status') {
    for (const line of await keyStatus(on)) on.tell(line)
    return true
  }
  const ends = []
  for (const rotate of steps[command]) ends.push(await rotate(on))
  on.tell(ends.map(({ line }) => line).join('. '))
  return ends.every(({ ok }) => ok)
}

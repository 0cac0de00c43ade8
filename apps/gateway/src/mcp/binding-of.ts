// What makes two requests the same for whoever remembers one of them: method, name and arguments.

import { rawMember } from '@gatehouse/upstream'
import type { Message } from './call.ts'
import type { Binding } from './sealed-state.ts'

export const bindingOf = ({ body, envelope: { method = '', name, paramsRange } }: Message): Binding => ({
  method,
  name,
  argumentsText: paramsRange && rawMember(body.toString('utf8', ...paramsRange), 'arguments'),
})

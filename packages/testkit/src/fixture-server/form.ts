// A question to a person, as the elicitation request that every asking tool and prompt sends.

import { type ElicitInputParams, type InputRequest, inputRequired } from '@modelcontextprotocol/server'

type Schema = Extract<ElicitInputParams['requestedSchema'], { properties: unknown }>

/** A form with these fields, all required unless told. */
export const form = (
  message: string,
  properties: Schema['properties'],
  required = Object.keys(properties),
): InputRequest =>
  inputRequired.elicit({ message, requestedSchema: { type: 'object', properties, required } })

// The Accept header of Streamable HTTP: both media types by name.

/** Which of the two types are missing from the header; a wildcard does not count, as the contract has it. */
export function missingMediaTypes(accept: string | undefined): readonly string[] {
  const named = new Set((accept ?? '').split(',').map((part) => part.split(';')[0]?.trim().toLowerCase()))
  return ['application/json', 'text/event-stream'].filter((type) => !named.has(type))
}

// Tells "the database is away" (503, try again) from every other failure of a query.

const prismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037'])
// Classes of PostgreSQL's error codes: connection exception, resources, operator intervention.
const postgresCodes = /^(08|53|57P)/
const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
])
const kinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections'])
const texts =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Unable to start a transaction in the given time|Query read timeout/

/** True where the query failed because the database could not be reached in time. */
export function isOutage(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false
  const { code, kind, message, originalCode, severity, cause, meta } = error as Record<string, unknown>
  // It stops after this answer, whatever happened to it.
  if (severity === 'PANIC') return true
  if (typeof code === 'string' && (prismaCodes.has(code) || systemCodes.has(code))) return true
  for (const sqlState of [code, originalCode]) {
    if (typeof sqlState === 'string' && sqlState.length === 5 && postgresCodes.test(sqlState)) return true
  }
  if (typeof kind === 'string' && kinds.has(kind)) return true
  if (typeof message === 'string' && texts.test(message)) return true
  if (isOutage(cause, depth + 1)) return true
  const driver = (meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError
  return isOutage(driver, depth + 1)
}

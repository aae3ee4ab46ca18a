/** The fields of a request's log line. The route is a pattern: never the path or the query. */
export interface RequestLine {
  requestId: string
  method: string
  /** Empty for an unknown path. */
  route: string
  status: number
  /** The code of an error. */
  code: string | null
  environmentId: string | null
  keyId: string | null
  durationMs: number
}

/** Formats the line as a JSON object, as LogTape does. No value needs an escape, because none comes from input. */
export const createJsonOf = () => {
  let stampedAt = -1
  let stamp = ''
  const stampOf = (now: number) => {
    if (now !== stampedAt) stamp = new Date(now).toISOString()
    stampedAt = now
    return stamp
  }

  return (level: 'debug' | 'info', line: RequestLine, now: number) =>
    `{"@timestamp":"${stampOf(now)}","level":"${level.toUpperCase()}","message":"request"` +
    `,"logger":"callgate","event":"request","request_id":"${line.requestId}","method":"${line.method}"` +
    `,"route":"${line.route}","status":${line.status}${named('code', line.code)}` +
    `${named('environment_id', line.environmentId)}${named('key_id', line.keyId)}` +
    `,"duration_ms":${rounded(line.durationMs)}}\n`
}

/** Formats the line for people. */
export const sentenceOf = ({ method, route, status, code, ...line }: RequestLine) => {
  const asker = line.keyId === null ? '' : `, key ${line.keyId}, environment ${line.environmentId}`
  const what = [method, route || '(no such path)', status, ...(code === null ? [] : [code])].join(' ')
  return `${what} in ${rounded(line.durationMs)} ms, request ${line.requestId}${asker}`
}

const named = (name: string, value: string | null) => (value === null ? '' : `,"${name}":"${value}"`)

const rounded = (durationMs: number) => Math.round(durationMs * 100) / 100

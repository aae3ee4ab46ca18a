/** What is told of a request. The route is the pattern of its path: never what was in the path, or a query. */
export interface RequestLine {
  requestId: string
  method: string
  /** Empty for a path that is not ours. */
  route: string
  status: number
  /** Of a refusal. */
  code: string | null
  environmentId: string | null
  keyId: string | null
  durationMs: number
}

/** Writes the line as one JSON object, as LogTape does all others. Nothing in it needs an escape: all of it is ours. */
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

/** The same for people. */
export const sentenceOf = ({ method, route, status, code, ...line }: RequestLine) => {
  const asker = line.keyId === null ? '' : `, key ${line.keyId}, environment ${line.environmentId}`
  const what = [method, route || '(no such path)', status, ...(code === null ? [] : [code])].join(' ')
  return `${what} in ${rounded(line.durationMs)} ms, request ${line.requestId}${asker}`
}

const named = (name: string, value: string | null) => (value === null ? '' : `,"${name}":"${value}"`)

const rounded = (durationMs: number) => Math.round(durationMs * 100) / 100

interface Answer {
  status?: number | string
  headers: Record<string, string | number | string[]>
}

/**
 * The response of a value as JSON, and nothing left in `set`: Elysia passes a finished response on as it is. Its own way
 * looks at the value twice, and `Response.json` with headers takes half as long again as this.
 */
export const respondJson = (value: object, set: Answer): Response => {
  const { headers, status } = set
  headers['content-type'] ??= 'application/json;charset=utf-8'
  const response = new Response(JSON.stringify(value), {
    status: Number(status ?? 200),
    headers: headers as Record<string, string>,
  })
  set.headers = {}
  set.status = 200
  return response
}

/** True for what Elysia would write as JSON. */
export const isJson = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && (value.constructor === Object || Array.isArray(value))

import { CommandError } from '../../failures.ts'
import type { Operation } from '../../operation/operation.ts'
import type { PerformOptions } from '../../operation/perform.ts'
import { agreedHeader, commandUserHeader, operationIdHeader, unknownOperation } from '../../operation/wire.ts'
import { parseExactly } from '../../json.ts'
import type { Door } from './door.ts'

interface Place {
  /** The origin of the server, without a trailing slash. */
  url: string
  token?: string
  /** The socket to use instead of the network, and the system's user who does. */
  local?: { socket: string; user: string }
}

/** Above the server's own timeout for providers. */
const timeoutMs = 60_000

/** Works through a server's admin API. */
export const remoteDoor = ({ url, token, local }: Place): Door => {
  const post = async (path: string, input: unknown, options: PerformOptions = {}) => {
    const response = await send(`${url}/api/admin/v1/${path}`, input, options)
    const body = bodyIn(await response.text())
    if (body?.success === true) return body.data
    if (response.status === 404 && body?.error === unknownOperation)
      throw new CommandError(
        `The server does not know ${path}: it runs a different version of callgate.`,
        'not_found',
      )
    if (body?.success === false) throw new CommandError(body.error, body.code)
    throw new CommandError(`${url} is no callgate: it responded with status ${response.status}.`)
  }

  const send = async (target: string, input: unknown, { agreed, operationId }: PerformOptions) => {
    try {
      return await fetch(target, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(agreed !== undefined && { [agreedHeader]: encodeURIComponent(agreed ?? '') }),
          ...(operationId !== undefined && { [operationIdHeader]: operationId }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(local && { [commandUserHeader]: encodeURIComponent(local.user) }),
        },
        body: JSON.stringify(input),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        ...(local && { unix: local.socket }),
      })
    } catch (error) {
      throw new CommandError(
        `${local ? 'The server' : url} could not be reached, or went away: ${(error as Error).message}.`,
        'unreachable',
      )
    }
  }

  return {
    perform: (operation: Operation, input, options) => post(operation.name, input, options),
    preview: async (operation, input) =>
      ((await post(`${operation.name}/preview`, input)) as { ends: string | null }).ends,
    close: () => {},
  }
}

/** Numbers stay as they were written: what is printed as JSON has every digit. */
const bodyIn = (text: string): Body | undefined => {
  try {
    return parseExactly(text) as Body
  } catch {
    return undefined
  }
}

type Body = { success: true; data: unknown } | { success: false; error: string; code: string }

import { BlockList } from 'node:net'
import { z } from 'zod'
import { addNetwork } from '../networks.ts'

/** What a variable may hold. Each refusal goes on from the variable's name. */
export const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .refine((number) => number >= least && number <= most, error)
}

/** On or off, by any of the words that people write for it. */
export const flag = () =>
  z
    .string()
    .toLowerCase()
    .regex(/^(?:true|1|yes|on|false|0|no|off)$/, 'must be true or false')
    .transform((word) => ['true', '1', 'yes', 'on'].includes(word))

export const choice = <const T extends string>(...values: T[]) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` })

export const webAddress = () =>
  z
    .url({
      protocol: /^https?$/,
      error: 'must be an http or https address, for example https://calls.example.com',
      abort: true,
    })
    .refine(
      (url) => isOrigin(new URL(url)),
      'must be an address alone, without a path, a query or a password',
    )
    .transform((url) => new URL(url).origin)

/** Where to listen, as `127.0.0.1:9464` or `[::1]:9464`. */
export const place = () =>
  z.string().transform((text, context) => {
    const [, bracketed, name = bracketed, port] =
      /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? []
    if (name !== undefined && Number(port) <= portMost) return { hostname: name, port: Number(port) }
    context.addIssue('must be a host and a port, for example 127.0.0.1:9464')
    return z.NEVER
  })

const portMost = 65_535

/** Addresses and networks, as `10.0.0.0/8, 2001:db8::/32, 192.0.2.7`. */
export const networks = () =>
  z.string().transform((text, context) => {
    const list = new BlockList()
    const added = text.split(',').map((each) => addNetwork(list, each.trim()))
    if (added.includes(false))
      context.addIssue('must be addresses or networks with commas between, for example 10.0.0.0/8,192.0.2.7')
    return list
  })

const isOrigin = ({ pathname, search, hash, username, password }: URL) =>
  pathname === '/' && search + hash + username + password === ''

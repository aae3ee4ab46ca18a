import { defineCommand } from 'citty'
import { version as number } from '../../package.json'
import { type Io, json, print } from './io.ts'

export const version = (io: Io) =>
  defineCommand({
    meta: { name: 'version', description: 'Print the version' },
    args: json,
    run: ({ args }) => print(io, args.json, { version: number, bun: Bun.version }, number),
  })

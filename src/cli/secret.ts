import { defineCommand } from 'citty'
import { commandLineAs } from '../people/actor.ts'
import { userOfCommand } from '../user.ts'
import { configOf, existingDataDir, type Io, json, print } from './io.ts'

export const secret = (io: Io) =>
  defineCommand({
    meta: { name: 'secret', description: 'The secret that encrypts credentials: replace it' },
    subCommands: { rotate: rotate(io) },
  })

const rotate = (io: Io) =>
  defineCommand({
    meta: {
      name: 'rotate',
      description: 'Replace the secret and encrypt everything anew, while no server runs',
    },
    args: {
      lost: {
        type: 'boolean',
        description: 'The earlier secret is lost: the credentials that it encrypted have to be saved again',
      },
      ...json,
    },
    run: ({ args }) => {
      const dataDir = existingDataDir(io)
      const rotated = dataDir.rotateSecret({
        previous: configOf(io).previousSecret,
        isLost: args.lost === true,
        actor: commandLineAs(userOfCommand(io.env)),
        now: Date.now(),
      })
      const { sealed, closed } = rotated ?? { sealed: 0, closed: [] }
      const place = dataDir.secretFile ?? 'CALLGATE_SECRET'
      const sentences = rotated
        ? [`The secret is replaced. Encrypted anew: ${sealed}.`]
        : ['This secret is in use already. Nothing was changed.']
      if (closed.length > 0) sentences.push(`Save these again: ${closed.join(', ')}.`)
      if (rotated)
        sentences.push(
          `Keep a copy of ${place} in a different place. Backups from before need the earlier secret: keep it with them.`,
        )
      print(io, args.json, { rotated: rotated !== undefined, sealed, closed }, sentences.join('\n'))
    },
  })

import { defineCommand } from 'citty'
import { forgetPerson } from '../calls/operations/forget.ts'
import { type Io, json } from './io.ts'
import { openDoor } from './operation/open-door.ts'
import { inWords } from './operation/output.ts'
import { serverOption } from './operation/command.ts'

export const forget = (io: Io) =>
  defineCommand({
    meta: { name: 'forget', description: 'Erase a person from all calls to their number' },
    args: {
      phone: { type: 'positional', required: true, description: 'The phone number, such as +15551234567' },
      agency: { type: 'string', description: 'Only in this agency', valueHint: 'agency' },
      ...serverOption,
      ...json,
    },
    run: async ({ args: { phone, agency, server, json: asJson } }) => {
      const door = await openDoor(io, server)
      try {
        const input = { phone, ...(agency === undefined ? {} : { agency }) }
        io.progress?.('erasing …')
        const output = await door.perform(forgetPerson, input, {})
        io.progress?.('')
        io.out(asJson ? `${JSON.stringify(output)}\n` : `${inWords(forgetPerson, output, input)}\n`)
      } finally {
        io.progress?.('')
        await door.close()
      }
    },
  })

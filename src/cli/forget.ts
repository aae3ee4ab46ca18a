import { defineCommand } from 'citty'
import { commandLine } from '../audit.ts'
import { Refusal } from '../failures.ts'
import { phoneNumberPattern } from '../http/v1/trigger.ts'
import { findAgency, type Io, json, openStores, print, type Stores, withProgress } from './io.ts'

export const forget = (io: Io) =>
  defineCommand({
    meta: { name: 'forget', description: 'Remove what calls to a number have kept of the person' },
    args: {
      phone: { type: 'positional', required: true, description: 'The number, as +15551234567' },
      agency: { type: 'string', description: 'In this agency alone', valueHint: 'id' },
      ...json,
    },
    run: ({ args }) => {
      if (!phoneNumberPattern.test(args.phone))
        throw new Refusal('The number is a plus and 7 to 15 digits, as +15551234567.')
      using opened = openStores(io)
      const { compact, stores } = opened
      const removed = withProgress(io, (progress) => {
        progress('looking for calls')
        const found = agenciesOf(stores, args.phone, args.agency)
        refuseUnderWay(stores, args.phone, found)
        const totals = { calls: 0, deliveries: 0 }
        for (const { agencyId } of found) forgetIn(stores, args.phone, agencyId, totals, progress)
        progress('rewriting the database')
        if (!compact()) throw new Refusal(stillInTheLog)
        return totals
      })
      print(io, args.json, removed, sentences(removed).join('\n'))
    },
  })

const stillInTheLog =
  'The calls are changed, but something reads the database, and earlier copies are still in its log. Run this once more.'

const agenciesOf = (stores: Stores, phone: string, agency: string | undefined) => {
  const only = agency === undefined ? undefined : findAgency(stores, agency).id
  return stores.personalData
    .agenciesWith(phone)
    .filter(({ agencyId }) => only === undefined || agencyId === only)
}

/** All or nothing: what is left out of a call under way would be written again at its end. */
const refuseUnderWay = (stores: Stores, phone: string, found: { agencyId: string }[]) => {
  const agencies = new Set(found.map(({ agencyId }) => agencyId))
  const ids = stores.personalData
    .callsUnderWay(phone)
    .filter(({ agencyId }) => agencies.has(agencyId))
    .map(({ id }) => id)
  const shown = ids.slice(0, 5).join(', ')
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : ''
  if (ids.length > 0)
    throw new Refusal(`Calls to this number are not over yet. End them first: ${shown}${more}.`)
}

/** A few calls in each commit. The audit's line comes with the first, and tells no more than that there was a number. */
const forgetIn = (
  { audit, personalData }: Stores,
  phone: string,
  agencyId: string,
  totals: { calls: number; deliveries: number },
  progress: (step: string) => void,
) => {
  const deed = { ...commandLine(Date.now()), action: 'person.forgotten', agency: agencyId } as const
  const target = `a number ending in ${phone.slice(-2)}`
  for (let isFirst = true; ; isFirst = false) {
    const ids = personalData.next(phone, agencyId)
    if (ids.length === 0) return
    totals.deliveries += audit.change(
      () => personalData.forget(ids),
      () => (isFirst ? { ...deed, target } : undefined),
    )
    totals.calls += ids.length
    progress(`calls changed: ${totals.calls}`)
  }
}

const sentences = ({ calls, deliveries }: { calls: number; deliveries: number }) => [
  `Calls changed: ${calls}, webhook deliveries: ${deliveries}. Their numbers, names, e-mail addresses, metadata, summaries, transcripts and recordings’ addresses are gone from every file of the data directory.`,
  'Backups made earlier still have them, and so do the provider and whoever was told by a webhook.',
]

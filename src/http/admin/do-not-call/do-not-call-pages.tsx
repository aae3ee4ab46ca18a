import { Elysia } from 'elysia'
import type { Agency } from '../../../agencies/agency.ts'
import { importCsv } from '../../../do-not-call/import-csv.ts'
import { addNumber, checkNumber, listNumbers, removeNumber } from '../../../do-not-call/operations/entries.ts'
import { exportNumbers, exportParts } from '../../../do-not-call/operations/export.ts'
import { countsInWords, importNumbers } from '../../../do-not-call/operations/import.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { Actor } from '../../../people/actor.ts'
import type { Person } from '../../../people/person.ts'
import { renderPage } from '../../page/layout.tsx'
import { uploadedFile } from '../../upload.ts'
import { agencyParams, type FindAgency, findAgency } from '../agencies/agency-pages.tsx'
import { csvHeaders } from '../csv.ts'
import { submit } from '../form.ts'
import { type GuardDeps, operatorOnly, signedIn } from '../guard.ts'
import { DoNotCallPage, type FormName, type TypedNumber } from './do-not-call.tsx'

const entriesAtOnce = 50

export interface DoNotCallPagesDeps extends GuardDeps, FindAgency {
  perform: Perform
}

/** The do-not-call list of an agency. */
export const doNotCallPages = (deps: DoNotCallPagesDeps) => {
  const { add, check, download, importFile, remove, show } = createList(deps.perform)
  const ofAgency = async <Context extends { params: { agency: string } }>(context: Context) => ({
    ...context,
    agency: await findAgency(deps, context.params.agency),
  })
  return new Elysia({ name: 'do-not-call-pages' })
    .use(signedIn(deps))
    .get('/agencies/:agency/do-not-call', async (context) => show(await ofAgency(context)), {
      params: agencyParams,
    })
    .get('/agencies/:agency/do-not-call.csv', async (context) => download(await ofAgency(context)), {
      params: agencyParams,
    })
    .post('/agencies/:agency/do-not-call', async (context) => add(await ofAgency(context)), formOfAgency)
    .post(
      '/agencies/:agency/do-not-call/check',
      async (context) => check(await ofAgency(context)),
      formOfAgency,
    )
    .post(
      '/agencies/:agency/do-not-call/remove',
      async (context) => remove(await ofAgency(context)),
      formOfAgency,
    )
    .post(
      '/agencies/:agency/do-not-call/import',
      async (context) => importFile(await ofAgency(context)),
      formOfAgency,
    )
}

const formOfAgency = { parse: 'none', params: agencyParams } as const

/** The list of the whole gate, for operators. */
export const gateDoNotCallPages = (deps: DoNotCallPagesDeps) => {
  const { add, check, download, importFile, remove, show } = createList(deps.perform)
  const ofGate = <Context extends object>(context: Context) => ({ ...context, agency: undefined })
  return new Elysia({ name: 'gate-do-not-call-pages' })
    .use(operatorOnly(deps))
    .get('/do-not-call', (context) => show(ofGate(context)))
    .get('/do-not-call.csv', (context) => download(ofGate(context)))
    .post('/do-not-call', async (context) => add(ofGate(context)), { parse: 'none' })
    .post('/do-not-call/check', async (context) => check(ofGate(context)), { parse: 'none' })
    .post('/do-not-call/remove', async (context) => remove(ofGate(context)), { parse: 'none' })
    .post('/do-not-call/import', async (context) => importFile(ofGate(context)), { parse: 'none' })
}

interface Asked {
  person: Person
  actor: Actor
  agency: Agency | undefined
  request: Request
  set: { status?: number | string; headers: Record<string, string | number> }
  flash(sentence: string): void
  readForm(): Promise<Record<string, string>>
}

type Shown = Partial<Pick<Parameters<typeof DoNotCallPage>[0], 'sent' | 'imported'>>

/** What the pages of any list do. */
const createList = (perform: Perform) => {
  const of = ({ agency }: Asked) => (agency ? { agency: agency.id } : {})

  const page = async (asked: Asked, shown: Shown = {}, before?: string) => {
    const { person, actor, agency } = asked
    const query = { ...of(asked), limit: entriesAtOnce + 1, ...(before && { before }) }
    const found = await perform(listNumbers, query, actor)
    const entries = found.slice(0, entriesAtOnce)
    const older = found.length > entriesAtOnce ? entries.at(-1)?.id : undefined
    const isNewest = before === undefined
    return renderPage(
      <DoNotCallPage person={person} agency={agency} {...{ entries, older, isNewest }} {...shown} />,
    )
  }

  /** Does what a form asks; its page says what came of it. */
  const answer = async <T,>(
    asked: Asked,
    form: FormName,
    typed: TypedNumber,
    doing: Promise<T>,
    shown: (done: T) => Shown,
  ) => {
    const { done, error } = await submit(doing, { fields: { expires_at: 'expires_on' }, also: 'not_found' })
    if (error === undefined) return page(asked, shown(done))
    asked.set.status = 422
    return page(asked, { sent: { form, typed, error } })
  }

  return {
    show: (asked: Asked) =>
      page(asked, {}, new URL(asked.request.url).searchParams.get('before') ?? undefined),

    download: (asked: Asked) => {
      Object.assign(asked.set.headers, csvHeaders('do-not-call'))
      const part = (after: string | undefined) =>
        perform(exportNumbers, { ...of(asked), ...(after && { after }) }, asked.actor)
      return new Response(streamOf(exportParts(part)))
    },

    add: async (asked: Asked) => {
      const typed: TypedNumber = await asked.readForm()
      const { phone_number = '', reason = '', expires_on } = typed
      const until = expires_on ? { expires_at: `${expires_on}T23:59:59Z` } : {}
      const input = { ...of(asked), phone_number, reason, ...until }
      return answer(asked, 'add', typed, perform(addNumber, input, asked.actor), ({ hint }) => {
        asked.flash(`Added ${hint} to this list.`)
        return {}
      })
    },

    check: async (asked: Asked) => {
      const typed: TypedNumber = await asked.readForm()
      const input = { ...of(asked), phone_number: typed.phone_number ?? '' }
      return answer(asked, 'find', typed, perform(checkNumber, input, asked.actor), (output) => ({
        sent: { form: 'find', says: checkNumber.says?.(output, input) ?? '' },
      }))
    },

    remove: async (asked: Asked) => {
      const typed: TypedNumber = await asked.readForm()
      const input = { ...of(asked), phone_number: typed.phone_number ?? '' }
      return answer(asked, 'find', typed, perform(removeNumber, input, asked.actor), ({ hint }) => {
        asked.flash(`Removed ${hint} from this list.`)
        return {}
      })
    },

    importFile: async (asked: Asked) => {
      const importing = importCsv(uploadedFile(asked.request), (entries) =>
        perform(importNumbers, { ...of(asked), entries }, asked.actor),
      )
      return answer(asked, 'import', {}, importing, (imported) => {
        asked.flash(countsInWords(imported))
        return { imported }
      })
    },
  }
}

/** Reads a part when the client has taken those before it. */
const streamOf = (parts: AsyncGenerator<string>) => {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    pull: async (stream) => {
      const { done, value } = await parts.next()
      if (done) stream.close()
      else stream.enqueue(encoder.encode(value))
    },
  })
}

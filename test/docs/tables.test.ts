import { expect, test } from 'bun:test'
import { failures, type Reason } from '../../src/failures.ts'
import { adminRefusals } from '../../src/http/openapi/admin.ts'
import { apiRoutes } from '../../src/http/openapi/routes.ts'
import { elsewhere, everywhere } from '../../src/http/openapi/refusals.ts'
import { callStatuses, reasonCodes } from '../../src/calls/call.ts'
import { fieldHelp, fieldTitle } from '../../src/providers/agent-field.ts'
import { credentialText, pageHost } from '../../src/providers/credential-help.ts'
import { baseUrlHelp, providerKinds } from '../../src/providers/kinds.ts'
import { pageText } from '../support/docs.ts'

/** The rows of a page's tables, cells without their padding. */
const rowsOf = (markdown: string) =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^[|\s:-]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

/** What stands for a sentence that only the moment knows. */
const inWords: Partial<Record<Reason, string>> = {
  not_found: 'says what was not found',
  recording_not_found: 'says why there is none, and how to switch recording on',
  invalid_input: 'names the field and what it must be',
  wrong_credential: 'says which kind of token was sent and which is needed',
  access_locked: 'says why access cannot be enabled, and who can enable it',
  conflict: 'says what is in conflict',
}

test('the table of errors is the table of failures', async () => {
  const known = new Set([
    ...everywhere,
    ...elsewhere,
    ...adminRefusals,
    ...apiRoutes.flatMap(({ refusals }) => refusals),
  ])
  const expected = (Object.keys(failures) as Reason[])
    .filter((code) => known.has(code))
    .toSorted((a, b) => failures[a].status - failures[b].status)
    .map((code) => {
      const { status, sentence } = failures[code]
      return [String(status), `\`${code}\``, inWords[code] ?? filled(sentence)]
    })
  expect(rowsOf(await pageText('errors')).slice(1)).toEqual(expected)
})

const filled = (sentence: string) => sentence.replaceAll(/\{\w+\}/g, '…')

test('the page about providers says of each what its form asks for', async () => {
  const text = await pageText('providers')
  const [, ...sections] = text.split(/^## /m)
  for (const kind of providerKinds) {
    const { title, name, credentials, agent, options, needsBaseUrl, regions, hookAdvice } = kind
    const section = sections.find((one) => one.startsWith(`${title}\n`)) ?? ''
    expect(section).toContain(`\`${name}\``)
    expect(section.replaceAll('\n', ' ')).toContain(hookAdvice)
    const optional = (required: boolean) => (required ? '' : ' (optional)')
    expect(rowsOf(section)).toEqual([
      ['field', 'description'],
      ...credentials.map((one) => [
        `\`${one.name}\`${optional(one.required && !one.make)}`,
        one.find.page === undefined
          ? credentialText(one)
          : `${credentialText(one)} [${pageHost(one.find.page)}](${one.find.page})`,
      ]),
      ...(['ref', 'from'] as const).map((field) => [
        `\`--${field}\`${optional(agent[field].required)}`,
        `${fieldTitle({ ...agent[field], required: true })}: ${fieldHelp(agent[field])}`,
      ]),
      ...options.map((one) => [
        `\`--option ${one.name}=…\``,
        `${one.description} It must be ${one.expected}, such as ${one.example}.`,
      ]),
      ...(needsBaseUrl || regions ? [[`\`--base-url\`${optional(needsBaseUrl)}`, baseUrlHelp(kind)]] : []),
    ])
  }
})

test('the page about providers says of each when it keeps a recording', async () => {
  const [, section = ''] = (await pageText('providers')).split(/^## Recordings$/m)
  expect(rowsOf(section)).toEqual([
    ['provider', 'when it keeps a recording'],
    ...providerKinds.map(({ title, recordings }) => [title, recordings]),
  ])
})

test('the page about calls lists every status and every reason', async () => {
  const text = await pageText('calls')
  const codes = rowsOf(text).map(([code = '']) => code.replaceAll('`', ''))
  for (const code of reasonCodes) expect(codes).toContain(code)
  for (const status of callStatuses) expect(text).toContain(`\`${status}\``)
})

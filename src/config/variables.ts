import { readFileSync, statSync } from 'node:fs'
import { exposure } from '../user.ts'

export type Variables = Record<string, string | undefined>

/** Variables whose `…_FILE` twin names a file to read them from, as container secrets come. */
export const secrets = [
  'CALLGATE_SECRET',
  'CALLGATE_PREVIOUS_SECRET',
  'CALLGATE_METRICS_TOKEN',
  'CALLGATE_OIDC_CLIENT_SECRET',
  'CALLGATE_SMTP_URL',
]

export interface Given {
  values: Variables
  /** The names of the variables that were read from files. */
  fromFiles: Set<string>
  problems: string[]
}

/** The variables that are set, with the contents of their files. A blank one counts as not set. */
export const givenBy = (variables: Variables): Given => {
  const values = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim() !== ''))
  const given: Given = { values, fromFiles: new Set(), problems: [] }
  for (const name of secrets) takeFile(given, name)
  return given
}

const takeFile = ({ values, fromFiles, problems }: Given, name: string) => {
  const file = values[`${name}_FILE`]
  if (file === undefined) return
  if (values[name] !== undefined) {
    problems.push(`${name} and ${name}_FILE are both set. Set only one of them.`)
    return
  }
  try {
    const exposed = exposure(file, statSync(file))
    if (exposed !== undefined) problems.push(`${name}_FILE: ${exposed}`)
    values[name] = readFileSync(file, 'utf8').trim()
    fromFiles.add(name)
  } catch {
    problems.push(`${name}_FILE is a file that cannot be read: ${file}.`)
  }
}

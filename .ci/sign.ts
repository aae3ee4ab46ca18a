import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const securityPage = () => readFileSync(join(import.meta.dir, '../SECURITY.md'), 'utf8')

/** The purpose that the signature is bound to, so that no other signature of the same key counts. */
const purpose = 'callgate-release'

/**
 * Signs a file with an OpenSSH key, into a file beside it that ends in `.sig`. Throws for a key whose public half isn't
 * documented: nobody could verify what it signs.
 */
export const sign = (file: string, keyFile: string, documentation = securityPage()) => {
  const [kind = '', key = ''] = ssh('-y', '-f', keyFile).split(' ')
  if (key === '' || !documentation.includes(`${kind} ${key.trim()}`))
    throw new Error(`${keyFile} is not the release key: its public key is not in SECURITY.md.`)
  ssh('-Y', 'sign', '-q', '-f', keyFile, '-n', purpose, file)
  return `${file}.sig`
}

const ssh = (...options: string[]) => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['ssh-keygen', ...options], { stdin: 'ignore' })
  if (exitCode !== 0) throw new Error(`ssh-keygen: ${stderr}`)
  return String(stdout)
}

import { join } from 'node:path'

/** Writes a new self-signed certificate for this machine, with its key, into a directory. Needs openssl. */
export const makeCertificate = (directory: string, name: string, days = 30) => {
  const certFile = join(directory, `${name}.crt`)
  const keyFile = join(directory, `${name}.key`)
  const kind = `req -x509 -nodes -days ${days} -newkey ec -pkeyopt ec_paramgen_curve:prime256v1`.split(' ')
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const made = Bun.spawnSync(['openssl', ...kind, ...names, '-keyout', keyFile, '-out', certFile])
  if (made.exitCode !== 0) throw new Error(`openssl: ${made.stderr}`)
  return { certFile, keyFile }
}

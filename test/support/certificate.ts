import { join } from 'node:path'

/** Writes a new self-signed certificate for this machine, with its key, into a directory. Needs openssl. */
export const makeCertificate = (directory: string, name: string) => {
  const certFile = join(directory, `${name}.crt`)
  const keyFile = join(directory, `${name}.key`)
  const made = Bun.spawnSync([
    ...['openssl', 'req', '-x509', '-nodes', '-days', '30'],
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
    ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', keyFile, '-out', certFile],
  ])
  if (made.exitCode !== 0) throw new Error(`openssl: ${made.stderr}`)
  return { certFile, keyFile }
}

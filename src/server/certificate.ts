import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfigError, type TlsFiles } from '../config.ts'

export interface Certificate {
  cert: string
  key: string
  expiresAt: number
}

/** Reads the certificate. Throws `ConfigError` when a file is missing or invalid, or the two do not belong together. */
export const readCertificate = ({ certFile, keyFile }: TlsFiles): Certificate => {
  const problems: string[] = []
  const read = <T>(name: string, file: string, what: string, parse: (text: string) => T) => {
    const text = attempt(() => readFileSync(file, 'utf8'))
    const parsed = text === undefined ? undefined : attempt(() => parse(text))
    if (text === undefined) problems.push(`${name} is a file that cannot be read: ${file}.`)
    else if (parsed === undefined) problems.push(`${name} is a file without a ${what}: ${file}.`)
    return text === undefined || parsed === undefined ? undefined : { text, parsed }
  }
  const cert = read('CALLGATE_TLS_CERT', certFile, 'certificate in PEM', (text) => new X509Certificate(text))
  const key = read('CALLGATE_TLS_KEY', keyFile, 'private key in PEM', (text) => createPrivateKey(text))
  if (cert && key && !cert.parsed.checkPrivateKey(key.parsed))
    problems.push('CALLGATE_TLS_KEY does not match the certificate in CALLGATE_TLS_CERT.')
  if (!cert || !key || problems.length > 0) throw new ConfigError(problems)
  return { cert: cert.text, key: key.text, expiresAt: Date.parse(cert.parsed.validTo) }
}

const attempt = <T>(work: () => T): T | undefined => {
  try {
    return work()
  } catch {
    return undefined
  }
}

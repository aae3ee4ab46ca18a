import type { Readable } from 'node:stream'
import Busboy from '@fastify/busboy'
import { ApiError } from '../failures.ts'
import { incompleteBody, isOfType, pieces } from './body.ts'

/** What a form with a file has beside it. */
const limits = { files: 1, fields: 10, fieldSize: 1024, parts: 11, headerPairs: 20 }

/** The file of a form, as it comes in. Other fields are passed over. */
export async function* uploadedFile(request: Request): AsyncGenerator<Uint8Array> {
  const type = request.headers.get('content-type') ?? ''
  if (!isOfType(request, 'multipart/form-data')) throw new ApiError('unsupported_media_type')
  const form = parserOf(type)
  const found = new Promise<Readable | undefined>((resolve, reject) => {
    form.on('file', (_, file) => resolve(file))
    form.on('finish', () => resolve(undefined))
    form.on('error', reject)
  })
  const feeding = feed(request, form)
  try {
    const file = await Promise.race([found, feeding.then(() => found)])
    if (!file) throw new ApiError('invalid_input', { detail: 'Choose a file.', param: 'file' })
    // Otherwise it would wait for the rest of a form that broke off.
    feeding.catch((error: Error) => file.destroy(error))
    yield* file as AsyncIterable<Uint8Array>
    await feeding
  } catch (error) {
    throw error instanceof ApiError ? error : incompleteBody(error)
  } finally {
    form.destroy()
  }
}

const parserOf = (type: string) => {
  try {
    return new Busboy({ headers: { 'content-type': type }, limits })
  } catch (cause) {
    throw new ApiError('invalid_body', { detail: 'the form cannot be read', cause })
  }
}

/** Reads on only as the file is read. */
const feed = async (request: Request, form: ReturnType<typeof parserOf>) => {
  for await (const piece of pieces(request))
    await new Promise<void>((resolve, reject) =>
      form.write(Buffer.from(piece), (error) => (error ? reject(error) : resolve())),
    )
  await new Promise<void>((resolve) => form.end(resolve))
}

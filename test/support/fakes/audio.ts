/** What was said in every call at every fake. */
export const audio = 'RIFF, and then the sound of somebody who says hello'

/** The audio, or the range of it that is asked for, as storage serves it. */
export const serveAudio = ({ headers }: Request, type = 'audio/wav') => {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.get('range') ?? '') ?? []
  const common = { 'content-type': type, 'accept-ranges': 'bytes' }
  if (first === undefined) return new Response(audio, { headers: common })
  const end = last ? Number(last) + 1 : audio.length
  const range = `bytes ${first}-${end - 1}/${audio.length}`
  return new Response(audio.slice(Number(first), end), {
    status: 206,
    headers: { ...common, 'content-range': range },
  })
}

/** Links to storage, each good for one request, and for nobody who shows credentials to it. */
export const signedLinks = (complaints: string[]) => {
  const good = new Set<string>()
  return {
    sign: () => {
      const signature = crypto.randomUUID()
      good.add(signature)
      return `/storage/recording?signature=${signature}`
    },
    /** Undefined for what is no such link. */
    serve: (request: Request, type?: string) => {
      const { pathname, searchParams } = new URL(request.url)
      if (pathname !== '/storage/recording') return undefined
      for (const name of ['authorization', 'xi-api-key'])
        if (request.headers.has(name)) complaints.push(`${name} was sent to the storage`)
      return good.delete(searchParams.get('signature') ?? '')
        ? serveAudio(request, type)
        : new Response('<Error>AccessDenied</Error>', { status: 403 })
    },
  }
}

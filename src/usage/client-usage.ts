/** A client of a key: an address and a program name. */
export interface ClientUse {
  keyId: string
  address: string
  client: string
  requests: number
  /** The number of these requests after the key was replaced. */
  afterRotation: number
  firstSeenAt: number
  lastSeenAt: number
}

interface KeyUse {
  environmentId: string
  /** The last use while the key was live. */
  lastUsedAt: number | undefined
  pairs: Map<string, ClientUse>
  /** The last pair, so that a client that repeats its requests costs two comparisons. */
  recent: ClientUse | undefined
  recentAgent: string | null
  /** The last second with a request, and how many it had. */
  second: number
  inSecond: number
}

/** An issued key of an environment, by which a request came. */
export interface Asker {
  environmentId: string
  keyId: string
}

/** Where a request came from. */
export interface Client {
  address: string | null
  userAgent: string | null
}

export const pairsPerKey = 100
/** Bounds the clients held in memory, all keys together. */
const pairsMost = 50_000
const clientNameMost = 80
/** Longer headers are parsed each time: the cache must stay small. */
const agentKept = 300
/** The name that stands for all pairs of a key beyond the first hundred. */
export const others = { address: 'others', client: '' } as const

/** So many requests of a key in a second are told one by one, more than any person or usual program sends. */
export const toldPerSecond = 100
/** Of a flood beyond, one in so many is. */
export const toldOneIn = 16

/** The clients of keys since the last write. Only issued keys are in here. */
export class ClientUsage {
  readonly #byKey = new Map<string, KeyUse>()
  #pairs = 0

  /**
   * Counts a request. In a flood by one key, the client is read of a sample only, and the rest counts for the last one.
   * Returns the client where it was read.
   */
  note(
    { environmentId, keyId }: Asker,
    readClient: () => Client,
    how: 'live' | 'refused' | 'rotated',
    now: number,
  ): Client | undefined {
    const key = this.#byKey.get(keyId) ?? this.#open(environmentId, keyId)
    if (how === 'live') key.lastUsedAt = now
    const client = isTold(key, now) || key.recent === undefined ? readClient() : undefined
    const pair = client ? this.#pair(key, keyId, client, now) : key.recent!
    pair.requests++
    if (how === 'rotated') pair.afterRotation++
    pair.lastSeenAt = now
    return client
  }

  lastUse(keyId: string) {
    return this.#byKey.get(keyId)?.lastUsedAt
  }

  /** The number of keys with unwritten uses. */
  get size() {
    return this.#byKey.size
  }

  /** The unwritten uses of an environment's keys. */
  *uses(environmentId: string): Generator<ClientUse> {
    for (const key of this.#byKey.values()) if (key.environmentId === environmentId) yield* key.pairs.values()
  }

  /** The uses of the keys that were used first, at most so many keys, and how to remove these once they are written. */
  first(most: number) {
    const keys = [...this.#byKey.entries().take(most)]
    const remove = () => {
      for (const [keyId, { pairs }] of keys) {
        this.#byKey.delete(keyId)
        this.#pairs -= pairs.size
      }
    }
    return {
      lastUses: keys.flatMap(([keyId, { lastUsedAt }]): [string, number][] =>
        lastUsedAt === undefined ? [] : [[keyId, lastUsedAt]],
      ),
      uses: keys.flatMap(([, { pairs }]) => [...pairs.values()]),
      remove,
    }
  }

  #open(environmentId: string, keyId: string) {
    const key: KeyUse = {
      environmentId,
      lastUsedAt: undefined,
      pairs: new Map(),
      recent: undefined,
      recentAgent: null,
      second: 0,
      inSecond: 0,
    }
    this.#byKey.set(keyId, key)
    return key
  }

  #pair(key: KeyUse, keyId: string, { address: known, userAgent }: Client, now: number) {
    const address = known ?? 'unknown'
    if (key.recent?.address === address && key.recentAgent === userAgent) return key.recent
    const client = clientName(userAgent)
    let pair = key.pairs.get(`${address} ${client}`)
    if (!pair) {
      const crowded = key.pairs.size >= pairsPerKey || this.#pairs >= pairsMost
      const who = crowded ? others : { address, client }
      const id = `${who.address} ${who.client}`
      pair = key.pairs.get(id)
      if (!pair) {
        pair = { keyId, ...who, requests: 0, afterRotation: 0, firstSeenAt: now, lastSeenAt: now }
        key.pairs.set(id, pair)
        this.#pairs++
      }
    }
    const kept = pair.address === address && (userAgent?.length ?? 0) <= agentKept
    key.recent = kept ? pair : undefined
    key.recentAgent = kept ? userAgent : null
    return pair
  }
}

const isTold = (key: KeyUse, now: number) => {
  const second = Math.floor(now / 1000)
  key.inSecond = key.second === second ? key.inSecond + 1 : 1
  key.second = second
  return key.inSecond <= toldPerSecond || key.inSecond % toldOneIn === 0
}

/** The program name in a User-Agent, without version and comments: "python-requests". */
export const clientName = (userAgent: string | null) => {
  const product = /^[^/(]*/.exec((userAgent ?? '').slice(0, agentKept))?.[0] ?? ''
  const name = product.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '').trim()
  return name === '' ? 'unknown' : [...name].slice(0, clientNameMost).join('')
}

/** Merges uses to one per pair and key, the last seen first. */
export const mergeUses = (uses: Iterable<ClientUse>): ClientUse[] => {
  const merged = new Map<string, ClientUse>()
  for (const use of uses) {
    const id = `${use.keyId} ${use.address} ${use.client}`
    const earlier = merged.get(id)
    if (!earlier) {
      merged.set(id, { ...use })
      continue
    }
    earlier.requests += use.requests
    earlier.afterRotation += use.afterRotation
    earlier.firstSeenAt = Math.min(earlier.firstSeenAt, use.firstSeenAt)
    earlier.lastSeenAt = Math.max(earlier.lastSeenAt, use.lastSeenAt)
  }
  return [...merged.values()].toSorted((a, b) => b.lastSeenAt - a.lastSeenAt)
}

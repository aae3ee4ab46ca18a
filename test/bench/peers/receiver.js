// An endpoint that takes every event. Argument: port.
Bun.serve({ port: Number(process.argv[2]), hostname: '127.0.0.1', fetch: () => new Response('ok') })

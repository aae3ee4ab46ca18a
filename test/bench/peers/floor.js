// The floor: what Bun answers when nothing is looked at. Arguments: port, the answer.
const [port, answer] = process.argv.slice(2)
const body = JSON.parse(answer)
Bun.serve({ port: Number(port), hostname: '127.0.0.1', fetch: () => Response.json(body) })

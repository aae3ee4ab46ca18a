import { join } from 'node:path'
import { freePort } from '../port.ts'

export interface Proxy {
  name: string
  program: string
  /** Starts it in front of the server on this port; it is gone when its block ends. */
  start(directory: string, serverPort: number): Promise<Running>
}

interface Running extends AsyncDisposable {
  port: number
  /** What its health checks say is wrong. */
  complaints(): Promise<string[]>
}

/** As the documentation has it. */
const nginxConfig = (directory: string, port: number, serverPort: number) => `
daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
error_log stderr error;
events {}
http {
  access_log off;
  client_max_body_size 8m;
  client_body_buffer_size 8m;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  keepalive_timeout 600s;
  upstream callgate {
    server 127.0.0.1:${serverPort};
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://callgate;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`

/** The checks that HAProxy can be set to; all have to find the server up. */
const checks: Record<string, string> = {
  default: 'option httpchk',
  get: 'option httpchk GET /readyz',
  head: 'option httpchk HEAD /healthz',
  send: 'option httpchk\n  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host callgate',
  old: 'option httpchk\n  http-check send meth GET uri /readyz',
}

const haproxyConfig = (port: number, statsPort: number, serverPort: number) => `
defaults
  mode http
  timeout connect 2s
  timeout client 600s
  timeout server 600s
frontend stats
  bind 127.0.0.1:${statsPort}
  stats enable
  stats uri /
frontend all
  bind 127.0.0.1:${port}
  default_backend get
${Object.entries(checks)
  .map(
    ([name, check]) => `backend ${name}
  option forwardfor
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  ${check}
  server one 127.0.0.1:${serverPort} check inter 200ms fall 1 rise 1
`,
  )
  .join('')}`

const run = async (command: string[], port: number) => {
  const child = Bun.spawn(command, { stdout: 'ignore', stderr: 'pipe' })
  const until = performance.now() + 5000
  for (;;) {
    const isThere = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
    if (isThere) break
    if (child.exitCode !== null || performance.now() > until)
      throw new Error(`${command[0]} did not start: ${await new Response(child.stderr).text()}`)
    await Bun.sleep(50)
  }
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await child.exited
    },
  }
}

/** HAProxy's own account of its servers: a name a column, a server a row. */
const downAt = async (statsPort: number) => {
  const csv = await (await fetch(`http://127.0.0.1:${statsPort}/;csv`)).text()
  const [names = '', ...rows] = csv.trim().split('\n')
  const columns = names.replace(/^# /, '').split(',')
  const servers = rows
    .map((row) => Object.fromEntries(row.split(',').map((cell, at) => [columns[at] ?? '', cell])))
    .filter(({ svname }) => svname === 'one')
  const down = servers.filter(({ status, check_status }) => status !== 'UP' || check_status !== 'L7OK')
  if (servers.length !== Object.keys(checks).length) return ['its checks are not there']
  return down.map(({ pxname, status, check_status }) => `check ${pxname}: ${status} ${check_status}`)
}

export const proxies: readonly Proxy[] = [
  {
    name: 'nginx',
    program: 'nginx',
    start: async (directory, serverPort) => {
      const port = freePort()
      const file = join(directory, 'nginx.conf')
      await Bun.write(file, nginxConfig(directory, port, serverPort))
      const running = await run(['nginx', '-p', directory, '-e', 'stderr', '-c', file], port)
      return { ...running, complaints: async () => [] }
    },
  },
  {
    name: 'HAProxy',
    program: 'haproxy',
    start: async (directory, serverPort) => {
      const [port, statsPort] = [freePort(), freePort()]
      const file = join(directory, 'haproxy.cfg')
      await Bun.write(file, haproxyConfig(port, statsPort, serverPort))
      const running = await run(['haproxy', '-db', '-f', file], port)
      return { ...running, complaints: () => downAt(statsPort) }
    },
  },
]

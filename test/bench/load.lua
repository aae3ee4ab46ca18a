-- Arguments: a file with one request's headers a line (tab between them), method, path, body, and a mark that makes
-- Idempotency-Keys of this run its own. Requests are put together once; a request is then one look into a table.
local heads, tails, at, sent, mark = {}, {}, 0, 0, ''

function init(args)
  local file, method, path, body = args[1], args[2], args[3], args[4]
  mark = args[5] or ''
  for line in io.lines(file) do
    local headers = {}
    for name, value in line:gmatch('([^\t:]+): ([^\t]*)') do headers[name] = value end
    if body ~= '' then headers['Content-Type'] = 'application/json' end
    if mark ~= '' then headers['Idempotency-Key'] = '@' end
    local text = wrk.format(method, path, headers, body ~= '' and body or nil)
    if mark == '' then
      heads[#heads + 1] = text
    else
      local place = text:find('Idempotency-Key: @', 1, true) + 17
      heads[#heads + 1] = text:sub(1, place - 1)
      tails[#tails + 1] = text:sub(place + 1)
    end
  end
end

function request()
  at = at % #heads + 1
  if mark == '' then return heads[at] end
  sent = sent + 1
  return heads[at] .. mark .. sent .. tails[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'measured {"requests":%d,"durationUs":%d,"refused":%d,"broken":%d,"p50Us":%d,"p99Us":%d,"p999Us":%d}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end

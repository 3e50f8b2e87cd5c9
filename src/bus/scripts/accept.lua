-- A mission comes in. ARGV: ID, user, hash of the request's body, deadline (ms), how many missions
-- may run at once, count and pairs of the hash's fields, steps, events.
local user, body_hash, deadline, limit = arg(), arg(), number(), number()
local fields = {}
for i = 1, number() * 2 do
    fields[i] = arg()
end
local steps = read_steps()
local events = read_events()

if redis.call('EXISTS', GONE) == 1 then
    return { 'gone' }
end
local known = redis.call('HMGET', MISSION, 'state', 'body_hash')
if known[1] then
    return { 'exists', known[2] }
end

set('state', 'waiting')
set('user', user)
set('body_hash', body_hash)
set('created', now())
set('deadline', digits(deadline))
set('drafts', '0')
set('length', '0')
for i = 1, #fields, 2 do
    set(fields[i], fields[i + 1])
end
redis.call('ZADD', INDEX, now(), ID)
install(steps)
publish(user, '1', events)
if redis.call('ZCARD', WAITING) == 0 and redis.call('ZCARD', DEADLINES) < limit then
    admit(user, deadline)
else
    -- Start-time fair queueing: each user's next start tag follows that user's last one, and never
    -- lies before the tag admitted last.
    local tags = redis.call('HMGET', SHARES, 'now', 'user:' .. user)
    local start = math.max(tonumber(tags[1] or 0), tonumber(tags[2] or 0))
    redis.call('HSET', SHARES, 'user:' .. user, start + 1)
    redis.call('ZADD', WAITING, start, ID)
end
flush()
return { 'ok' }

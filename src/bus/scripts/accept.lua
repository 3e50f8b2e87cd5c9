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

local time = now()
redis.call('HSET', MISSION, 'state', 'waiting', 'user', user, 'body_hash', body_hash,
    'created', time, 'deadline', deadline, 'drafts', 0, 'length', 0, unpack(fields))
redis.call('ZADD', INDEX, time, ID)
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
return { 'ok' }
